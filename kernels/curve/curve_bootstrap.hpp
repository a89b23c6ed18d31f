#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "kernels/curve/curve_traits.hpp"
#include "kernels/curve/curves.hpp"
#include "kernels/curve/growth_rate.hpp"

namespace wellsieve::kernels::curve {

struct BootstrapOptions {
    std::uint32_t draws =
        31;  ///< at least 4; with the level alone, one less than a multiple of 8 is cheapest
    std::uint64_t seed = 1;
};

/// What the noise of a curve does to one of its traits. NaN: the curve does not support the trait, or too few
/// of its draws do.
struct TraitInterval {
    double standard_error = undefined;
    double lower = undefined;  ///< 90 % interval
    double upper = undefined;
};

/// One well; members as in GrowthRate and CurveTraits. The times of the maximum rate and of the maximum have
/// none: where noise decides between two of them, no interval of one piece holds the truth.
struct TraitIntervals {
    TraitInterval rate_per_h;
    TraitInterval initial;
    TraitInterval lag_h;
    TraitInterval doubling_time_h;
    TraitInterval maximum;
    TraitInterval capacity;
    TraitInterval yield;
    TraitInterval saturation_h;
    TraitInterval auc;
    TraitInterval ln_auc;
    TraitInterval time_to_threshold_h;
    TraitInterval death_rate_per_h;
};

/// The well that draws are of.
struct DrawnWell {
    std::size_t well;
    const GrowthRate& estimate;
    double residual_sd;
};

/// Finds the rates of curves that are all draws of one well, the last one its level. One a draw.
using RateEstimator =
    std::function<void(const Curves& draws, const DrawnWell& of, std::span<GrowthRate> rates)>;

/// growth_rates_of_copies with the noise of the estimate, in windows of half to twice its width.
/// `detection_limits` (one a well, or none) must outlive the estimator.
RateEstimator rates_in_similar_windows(std::span<const double> detection_limits,
                                       const GrowthRateOptions& own_options = {});

/// Residual bootstrap (Efron 1979, Ann Stat 7:1) of each well's traits:
///  - level: a parabola through the readings around, in windows as wide as that of the rate (a tenth of the
///    span where it has none), five readings at least; or, where it is within the noise and 3 % of it,
///    the mean of the widest of windows 8, 4 and 2 times as wide;
///  - residuals: the scaled fourth divided differences of neighbouring readings, which know nothing of the
///    level and vary as much as one reading does;
///  - a draw is the level with a residual taken with replacement at each reading, of either sign, and goes
///    through `estimate_rates` and curve_traits as the readings did;
///  - standard error: the standard deviation of the draws. Interval: the estimate less what the draws are
///    above the level's own trait in the mean, ± standard errors by Student's t, with degrees of freedom for
///    the number of draws and for that of residuals. What the draws say of a largest reading is as uncertain
///    as the level where it is largest: the intervals of maximum, capacity and yield have its error, too.
///
/// An interval is given where the curve and at least three quarters of its draws have the trait, and needs
/// eight usable readings. Which residuals a draw takes depends on seed, draw and time alone.
///
/// `rates` and `traits`: one a well, as growth_rates and curve_traits gave them for these options. out: one a
/// well. Same bits for every SIMD target if the estimator's are. Linear in wells, times and draws.
void bootstrap_traits(const Curves& curves, std::span<const double> detection_limits,
                      const CurveTraitOptions& trait_options, const RateEstimator& estimate_rates,
                      std::span<const GrowthRate> rates, std::span<const CurveTraits> traits,
                      const BootstrapOptions& options, std::span<TraitIntervals> out);

}  // namespace wellsieve::kernels::curve
