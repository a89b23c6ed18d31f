#pragma once

#include <cstdint>
#include <span>

#include "kernels/curve/curves.hpp"
#include "kernels/curve/growth_rate.hpp"
#include "kernels/curve/verdict.hpp"

namespace wellsieve::kernels::curve {

/// N0: the level onto which the line of the maximum rate is led down to give the lag.
enum class StartLevel : std::uint8_t {
    first,          ///< the first usable reading (growthrates)
    minimum,        ///< the smallest usable reading (gcplyr)
    mean_of_first,  ///< the mean of the first `first_points` usable readings
};

struct CurveTraitOptions {
    StartLevel start_level = StartLevel::mean_of_first;
    std::uint32_t first_points = 3;
    double from_h = undefined;       ///< the common window of the areas; NaN: the first row with any reading
    double to_h = undefined;         ///< NaN: the last row with any reading
    double threshold = undefined;    ///< of time_to_threshold_h, in units of the values
    double min_fold_change = 1.5;    ///< of the maximum over the start level; less is no growth
    double lysis_share = 0.2;        ///< a fall by more than this share of the maximum is lysis
    double phase_share = 0.2;        ///< a growth phase rises by at least this share of the whole rise
    bool phases = true;              ///< false: leaves their number out, which saves time
};

/// One well. NaN: the curve does not support this trait; `verdicts` says why. "Smoothed" is the running
/// median of three usable readings; the first and last stay as they are.
struct CurveTraits {
    double initial = undefined;          ///< the start level
    double lag_h = undefined;            ///< where the line meets ln(initial), on the time axis of the curves
    double doubling_time_h = undefined;  ///< ln 2 / rate
    double maximum = undefined;          ///< of the smoothed curve
    double time_of_maximum_h = undefined;
    double capacity = undefined;             ///< the maximum, where growth has come to its end
    double yield = undefined;                ///< capacity − initial
    double saturation_h = undefined;         ///< the smoothed curve first reaches 95 % of the capacity
    double auc = undefined;                  ///< trapezoids over the common window, value · h
    double ln_auc = undefined;               ///< of ln(value / initial), h
    double time_to_threshold_h = undefined;  ///< the readings, joined by lines, first rise to the threshold
    double death_rate_per_h =
        undefined;             ///< steepest fall of ln(smoothed) over five readings after the maximum
    std::uint32_t phases = 0;  ///< growth phases; two and more: diauxic
    std::uint32_t usable_points = 0;
    Verdicts verdicts;
};

/// Everything about a curve but its rate, which `rates` holds as growth_rates or window_slopes gave it. The
/// rate of a curve that does not grow is taken back: its GrowthRate is emptied. A level counts as seen above
/// `detection_limits` (one a well, or none) and 3 · noise.
///
///  - An area is missing where a well has no reading at or beyond either end of the common window, so that
///  all
///    wells are compared over the same time; gaps in between are bridged.
///  - Still growing: the last tenth of the readings (five at least) rises, by more than 3 of its standard
///  errors
///    and by more than 5 % of the maximum rate.
///  - A lag less than one reading before the first row is kept, negative as it is; beyond, it is missing.
///  - A phase ends where the rate (five readings) falls below half its largest so far, and the next begins
///  where
///    it has doubled again and is at least a tenth of the maximum rate.
///
/// out, rates: one a well. Same bits for every SIMD target. Allocates once a call.
void curve_traits(const Curves& curves, std::span<const double> detection_limits,
                  const CurveTraitOptions& options, std::span<GrowthRate> rates,
                  std::span<CurveTraits> out) noexcept;

/// The same one by one, without SIMD; equal bits.
void curve_traits_reference(const Curves& curves, std::span<const double> detection_limits,
                            const CurveTraitOptions& options, std::span<GrowthRate> rates,
                            std::span<CurveTraits> out) noexcept;

}  // namespace wellsieve::kernels::curve
