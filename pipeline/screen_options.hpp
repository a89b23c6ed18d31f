#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/measurement.hpp"
#include "pipeline/curve_options.hpp"

namespace wellsieve::pipeline {

inline constexpr double not_set = std::numeric_limits<double>::quiet_NaN();

/// How a reading, less its blank, becomes what it stands for.
struct ReadoutCorrection {
    std::string readout;             ///< what it corrects
    std::vector<double> polynomial;  ///< coefficients of the first power and up; empty: none
    std::string calibration;         ///< a table of a dilution series, measured and true; empty: none
    std::vector<double> measured;    ///< of that table, ascending
    std::vector<double> truth;
    double path_length_cm = 1;  ///< of the light through the well

    bool corrects() const { return !polynomial.empty() || !calibration.empty() || path_length_cm != 1; }
};

/// [readouts.NAME]: which of the files' readings a name stands for. What is not set is not compared.
struct ReadoutSelector {
    std::string name;
    std::optional<formats::plates::Mode> mode;
    double wavelength_nm = not_set;
    double excitation_nm = not_set;
    double emission_nm = not_set;
    std::string label;  ///< what the file calls it
    std::string unit;   ///< as the file has it; where the file states none, this is it
    int read = 0;       ///< 1, 2, … where the same optics were read several times; 0: not compared
    std::vector<double> in_feed;  ///< of a vessel: its concentration in each of the feeds of [fed_batch]
    ReadoutCorrection correction = {};
};

/// What is subtracted from a readout before anything else.
enum class Blank {
    automatic,  ///< plate where there are blanks, otherwise none
    none,
    plate,          ///< median of the plate's blanks at that time
    medium,         ///< median of the plate's blanks with the well's medium at that time
    lowess,         ///< a smooth curve through `plate` over time
    medium_lowess,  ///< and through `medium`
    constant,
    first,    ///< median of the well's own first three readings: the inoculum goes with it
    minimum,  ///< the well's own smallest reading; rates come out far too high (growthcurver's default)
};

/// The one number per well that a curve, or an endpoint, gives. From change on: of a sensor's track, without
/// blanks; from growth_rate on: of the growth curve, whose analysis is in `curves`; from mean_ratio on: of a
/// product's curve and the biomass's.
enum class Feature {
    endpoint,
    maximum,
    minimum,
    mean,
    auc,
    change,
    time_outside,
    longest_excursion,
    largest_deviation,
    excursions,
    first_rise,
    yield_on,
    specific_rate,
    dynamic_kla,
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
    mean_ratio,
    ratio_at_biomass,
    promoter_activity,
    max_promoter_activity,
};

/// Whether a growth curve must be analysed for it.
constexpr bool is_of_growth(Feature feature) {
    return feature >= Feature::growth_rate && feature <= Feature::growth_phases;
}

/// The parameter of a fitted growth model that a feature is taken from; none for most.
constexpr std::optional<kernels::curve::GrowthParameter> fitted_parameter(Feature feature) {
    using kernels::curve::GrowthParameter;
    switch (feature) {
        case Feature::growth_rate:
        case Feature::doubling_time:
            return GrowthParameter::rate_per_h;
        case Feature::lag:
            return GrowthParameter::lag_h;
        case Feature::carrying_capacity:
            return GrowthParameter::capacity;
        case Feature::initial_biomass:
            return GrowthParameter::initial;
        default:
            return std::nullopt;
    }
}

/// Whether it is of a product's curve and the biomass's, `per`, together.
constexpr bool is_of_two(Feature feature) {
    return feature >= Feature::mean_ratio;
}

/// Whether it is of a sensor's track.
constexpr bool is_of_sensor(Feature feature) {
    return feature >= Feature::change && feature < Feature::growth_rate;
}

/// Whether it tells how far or how long a sensor was outside a range.
constexpr bool is_of_excursions(Feature feature) {
    return feature >= Feature::time_outside && feature <= Feature::excursions;
}

/// Whether it is of two tracks: the readout and `per`.
constexpr bool is_of_two_tracks(Feature feature) {
    return feature == Feature::yield_on || feature == Feature::specific_rate;
}

/// Whether it is a time on the clock of the run: its differences count, not its ratios.
constexpr bool is_a_time(Feature feature) {
    return feature == Feature::lag || feature == Feature::time_of_max_rate ||
           feature == Feature::time_to_threshold || feature == Feature::saturation_time ||
           feature == Feature::first_rise;
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
    double threshold =
        not_set;            ///< of time_to_threshold, in units of the readout after its blank; of first_rise
    double low = not_set;   ///< of the range that excursions leave; or
    double high = not_set;  ///< one of them, or
    std::string setpoint;   ///< a readout with the set point, or
    double setpoint_value = not_set;  ///< the set point itself,
    double tolerance = not_set;       ///< and how far from it is inside
    double sd = not_set;              ///< of specific_rate: of a reading of the readout, in its unit
    double per_sd = not_set;          ///< and of one of the biomass
    double decay_per_h = 0;           ///< of the readout without cells
    double saturated = 100;           ///< of dynamic_kla: what dissolved oxygen rises to, in its unit
    double least_h = 0;               ///< excursions that end sooner do not count
    double at_biomass = not_set;      ///< of ratio_at_biomass, in units of the `per` readout after its blank
    double slope_window_h = 1;        ///< of the promoter activities: width of the lines whose slope is dP/dt
    std::optional<kernels::curve::GrowthModel> fit;  ///< the feature is that of this fitted model
    Blank blank = Blank::automatic;
    double blank_value = 0;       ///< for Blank::constant
    double blank_span = 2.0 / 3;  ///< for Blank::lowess: share of the times that a line is fitted to
    Scale scale = Scale::automatic;
    Goal goal = Goal::maximize;
    double target = not_set;
    Normalisation normalise = Normalisation::automatic;
    Variance variance = Variance::none;
    double weight = not_set;  ///< in the index that ranks; not set: takes no part
};

/// [[traits]] with `pool`: what a condition does to the barcodes of each strain, log2 against the pool's
/// control.
struct PoolTraitOptions {
    std::string name;
    std::string pool;       ///< the name of its [[pools]]; empty: the only one
    std::string condition;  ///< empty: the only one beside the control
    Goal goal = Goal::maximize;
    double weight = not_set;
};

/// [gas]: which readouts the balance of the inert gas takes; it makes the readouts "our", "cer" and "rq".
/// With dissolved oxygen also "kla", or, from a kLa that is known, "otr".
struct GasOptions {
    std::string inlet_flow;  ///< empty: no balance
    std::string outlet_oxygen;
    std::string outlet_carbon_dioxide;
    std::string volume;  ///< a readout; empty: volume_l
    double volume_l = not_set;
    double inlet_oxygen_percent = 20.95;
    double inlet_carbon_dioxide_percent = 0.04;
    std::string inlet_oxygen;         ///< a readout, of gas that is enriched; empty: inlet_oxygen_percent
    double outlet_water_percent = 0;  ///< of the gas as it is analysed
    double outlet_delay_s = 0;        ///< from the vessel to the analyser
    std::string dissolved_oxygen;     ///< % of saturation; empty: neither "kla" nor "otr"
    double saturated_mmol_per_l = not_set;
    double kla_per_h = not_set;  ///< of vessels without off-gas
};

/// [fed_batch]: what changes the volume of a vessel. Slopes (growth, yield_on, specific_rate) are then taken
/// from the concentrations that a batch would have.
struct FedBatchOptions {
    std::string volume;              ///< a readout: of the broth, before a sample is taken; empty: volume_l
    double volume_l = not_set;       ///< at the start
    std::string sampled;             ///< a readout: taken out at that time; empty: nothing
    std::vector<std::string> feeds;  ///< readouts: fed since the start
    std::map<std::string, std::vector<double>> in_feed;  ///< by readout, in each feed; not there: 0

    bool given() const { return !volume.empty() || volume_l > 0; }
};

/// What the sum of weighted effects is called among the traits.
inline constexpr std::string_view index_name = "index";

/// [rank]
struct RankOptions {
    std::string by;  ///< trait; empty: the first; `index_name` where traits have weights
    std::string against = "parent";
    double min_effect = 0.1;
    std::uint32_t top = 24;
    double fdr = 0.05;
    double interval = 0.9;
    std::uint32_t draws =
        0;  ///< joint draws for P(top); 0: 4000, and fewer, down to 400, beyond 2,500 strains
    std::uint64_t seed = 1;
};

/// All that a screen is told about how to compute.
struct ScreenOptions {
    std::vector<ReadoutSelector> readouts;
    std::vector<TraitOptions> traits;
    std::vector<PoolTraitOptions> pool_traits;
    CurveOptions curves;
    GasOptions gas;
    FedBatchOptions fed_batch;
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
