#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/layout.hpp"
#include "kernels/curve/curve_bootstrap.hpp"
#include "kernels/curve/curve_traits.hpp"
#include "kernels/curve/growth_rate.hpp"
#include "kernels/curve/parametric_fit.hpp"
#include "pipeline/plate_collection.hpp"
#include "pipeline/plate_data.hpp"
#include "pipeline/pool_data.hpp"
#include "pipeline/pool_scores.hpp"
#include "pipeline/screen_options.hpp"

namespace wellsieve::pipeline {

/// One trait in every well of the screen: plates in the screen's order, wells row-major (Screen::well_begin
/// says where a plate begins).
struct TraitColumn {
    TraitOptions options;
    std::vector<double> raw;
    std::vector<double> corrected;
    std::vector<double> standard_error;  ///< of `corrected`, from the well's curve alone; NaN where unknown
    std::vector<double> normalised;      ///< on the scale that was chosen; more of it means more of the trait
    std::vector<formats::plates::Flag> flags;
    std::vector<std::string_view> reasons;              ///< of `unsupported` wells; empty text for others
    Scale scale = Scale::linear;                        ///< chosen, never automatic
    Normalisation normalisation = Normalisation::none;  ///< chosen, never automatic
    std::string choice;                                 ///< why this scale and normalisation, one sentence
};

/// The growth curves of one readout that traits were taken from, wells as in TraitColumn. Wells
/// without a reading of it have no entry.
struct CurveColumn {
    std::string readout;
    std::string traits;              ///< their names
    std::vector<std::size_t> wells;  ///< of the screen, ascending
    std::vector<kernels::curve::GrowthRate> rates;
    std::vector<kernels::curve::CurveTraits> found;
    std::vector<std::string> outliers;  ///< hours of the readings that were left out; empty: none asked for
    std::vector<std::vector<kernels::curve::GrowthFit>> fits;  ///< [model of CurveOptions::fits], as `found`
    std::vector<kernels::curve::TraitIntervals> intervals;     ///< empty without a bootstrap
};

/// What is known of a strain's trait; effects are against the reference, on the trait's normalised scale.
struct StrainScore {
    std::string strain;
    formats::plates::Role role = formats::plates::Role::sample;
    std::uint32_t n_wells = 0;
    std::uint32_t n_plates = 0;
    std::uint32_t n_features = 0;  ///< barcodes, of a pool's trait
    double estimate = not_set;
    double standard_error = not_set;
    double df = not_set;
    double shrunken = not_set;
    double shrunken_sd = not_set;
    double ci_low = not_set;
    double ci_high = not_set;
    double p_value = not_set;
    double q_value = not_set;
    double p_better = not_set;
    double p_top = not_set;
    double rank_low = not_set;
    double rank_high = not_set;
};

/// The strains of one trait, in natural order of their names.
struct TraitScores {
    std::string trait;
    std::string normalisation;
    Goal goal = Goal::maximize;  ///< of a target, the distance to it is `maximize`d, negated
    std::vector<StrainScore> strains;
};

struct RankedStrain {
    std::uint32_t rank = 0;
    std::size_t strain = 0;  ///< index into the deciding trait's scores
    bool picked = false;     ///< in the longest top list whose expected share of wrong ones is below `fdr`
};

/// A whole screen, from what was read to the ranking.
struct Screen {
    ScreenOptions options;
    PlateCollection plates;
    formats::plates::StrainTable strains;
    std::vector<NamedReadout> readouts;
    std::vector<std::vector<std::uint32_t>> readout_index;  ///< [plate][series] → readouts
    std::vector<std::size_t> well_begin = {0};              ///< [plate], and the total at the end
    std::vector<TraitColumn> traits;
    std::vector<CurveColumn> curves;
    std::vector<QcMetric> qc;
    std::vector<TraitScores> scores;  ///< of traits of plates, of pools, and of the index, where there is one
    std::vector<RankedStrain> ranking;
    std::vector<PoolCounts> pools;
    std::vector<PoolScores> pool_scores;  ///< [pool]; without contrasts where no control was named
    std::vector<std::string> warnings;    ///< what a reader of the ranking must know

    std::size_t wells() const { return well_begin.back(); }
    /// The name of a pool where it must be told from others; empty where it is the only one.
    std::string_view pool_name(std::size_t pool) const {
        return pools.size() > 1 ? std::string_view(pools[pool].name) : std::string_view();
    }
    const TraitScores& deciding() const;
};

}  // namespace wellsieve::pipeline
