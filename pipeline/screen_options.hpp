#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/measurement.hpp"
#include "pipeline/curve_options.hpp"

namespace wellsieve::pipeline {

inline constexpr double not_set = std::numeric_limits<double>::quiet_NaN();

/// [readouts.NAME]: which of the files' readings a name stands for. What is not set is not compared.
struct ReadoutSelector {
    std::string name;
    std::optional<formats::plates::Mode> mode;
    double wavelength_nm = not_set;
    double excitation_nm = not_set;
    double emission_nm = not_set;
    std::string label;  ///< what the file calls it
    int read = 0;       ///< 1, 2, … where the same optics were read several times; 0: not compared
};

/// What is subtracted from a readout before anything else.
enum class Blank {
    automatic,  ///< plate where there are blanks, otherwise none
    none,
    plate,   ///< median of the plate's blanks at that time
    medium,  ///< median of the plate's blanks with the well's medium at that time
    constant,
};

/// The one number per well that a curve, or an endpoint, gives. From growth_rate on: of the growth curve,
/// whose analysis is in `curves`.
enum class Feature {
    endpoint,
    maximum,
    minimum,
    mean,
    auc,
    growth_rate,
    doubling_time,
    lag,
    carrying_capacity,
    yield,
    log_auc,
    time_of_max_rate,
    time_to_threshold,
    saturation_time,
    death_rate,
    initial_biomass,
    growth_phases,
};

/// Whether a growth curve must be analysed for it.
constexpr bool is_of_growth(Feature feature) {
    return feature >= Feature::growth_rate;
}

/// Whether it is a time on the clock of the run: its differences count, not its ratios.
constexpr bool is_a_time(Feature feature) {
    return feature == Feature::lag || feature == Feature::time_of_max_rate ||
           feature == Feature::time_to_threshold || feature == Feature::saturation_time;
}

enum class Goal { maximize, minimize, target };

enum class Scale { automatic, log2, linear };

/// How the wells of different plates are made comparable; formulas in kernels/plate.
enum class Normalisation {
    automatic,
    none,
    control,  ///< normalised percent inhibition between negative and positive controls
    percent_of_control,
    parent,  ///< difference (on the log2 scale: ratio) to the parent on the same plate
    mean,    ///< plate scaling
    median,
    shorth,
    negatives,
    zscore,
    robust_zscore,
    polish,   ///< median polish, residuals (B-score with variance = "plate")
    spatial,  ///< residuals of a robust quadratic surface
    loess,    ///< residuals of a local quadratic surface
};

enum class Variance { none, plate, experiment };

/// [[traits]]
struct TraitOptions {
    std::string name;
    std::string readout;
    std::string per;  ///< denominator readout; empty: none
    Feature feature = Feature::endpoint;
    double time_h = not_set;  ///< of the endpoint; not set: the last read
    double from_h = not_set;  ///< window of mean, auc and log_auc
    double to_h = not_set;
    double threshold = not_set;  ///< of time_to_threshold, in units of the readout after its blank
    Blank blank = Blank::automatic;
    double blank_value = 0;  ///< for Blank::constant
    Scale scale = Scale::automatic;
    Goal goal = Goal::maximize;
    double target = not_set;
    Normalisation normalise = Normalisation::automatic;
    Variance variance = Variance::none;
};

/// [rank]
struct RankOptions {
    std::string by;  ///< trait; empty: the first
    std::string against = "parent";
    double min_effect = 0.1;
    std::uint32_t top = 24;
    double fdr = 0.05;
    double interval = 0.9;
    std::uint32_t draws =
        0;  ///< joint draws for P(top); 0: 4000, and fewer, down to 400, beyond 2,500 strains
    std::uint64_t seed = 1;
};

/// All that a plate screen is told about how to compute.
struct ScreenOptions {
    std::vector<ReadoutSelector> readouts;
    std::vector<TraitOptions> traits;
    CurveOptions curves;
    RankOptions rank;
};

/// The words of each enumeration, in its order; the configuration reads and prints them.
std::vector<std::string_view> words_of(Blank);
std::vector<std::string_view> words_of(Feature);
std::vector<std::string_view> words_of(Goal);
std::vector<std::string_view> words_of(Scale);
std::vector<std::string_view> words_of(Normalisation);
std::vector<std::string_view> words_of(Variance);

template <typename Enumeration>
std::string_view to_string(Enumeration value) {
    return words_of(Enumeration{})[static_cast<std::size_t>(value)];
}

}  // namespace wellsieve::pipeline
