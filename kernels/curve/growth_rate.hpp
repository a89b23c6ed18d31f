#pragma once

#include <cstdint>
#include <span>

#include "kernels/curve/curves.hpp"

namespace wellsieve::kernels::curve {

/// How wide the window is in which ln(value) is regressed on time. By default it spans at least one doubling
/// and is as much wider as the noise of the curve asks for; README.md has what that does to bias and
/// interval.
struct GrowthRateOptions {
    double window_h = undefined;          ///< this width for all, whatever the noise
    double window_doublings = undefined;  ///< at least so many doublings; NaN: one
    std::uint32_t min_points = 5;         ///< a window with fewer usable readings is not fitted; at least 3
    double noise_sd = undefined;          ///< of one reading, in units of the values; NaN: each curve's own
    double near_window_h = undefined;     ///< only windows of half to twice this width; NaN: of any
    bool interval = true;                 ///< false: leaves lower_per_h and upper_per_h out, which saves time
};

/// The steepest line through ln(value) of one well. All NaN where no window could be fitted or none rises.
struct GrowthRate {
    double rate_per_h = undefined;
    double standard_error_per_h = undefined;  ///< of the slope of the line
    double lower_per_h = undefined;           ///< 90 % interval, for the noise, the bend of the curve within
    double upper_per_h = undefined;           ///< the window, and the choice of the window
    double ln_intercept = undefined;          ///< of the line, at time 0
    double r_squared = undefined;
    double time_h = undefined;  ///< of the maximum rate: the middle of the window
    double window_start_h = undefined;
    double window_end_h = undefined;
    double noise_sd = undefined;  ///< of one reading, in units of the values
    std::uint32_t window_points = 0;
    bool of_logarithm =
        true;  ///< false: the slope of the value itself, value / h (only of SlopeMethod::pyphe)
};

/// The maximum specific growth rate of each well (Hall 2014, MBE 31:232), in weighted windows:
///  - noise: from the fourth divided differences of neighbouring readings, each clipped at 1.5 times it;
///  - a reading is used where the mean of itself (twice) and its neighbours is above 6 · noise and above
///    `detection_limits` (one a well, or none), with the weight (that mean / noise)². Below 20 · noise
///    ln(value) is taken to first order about that mean, as its curvature would pull the slope down;
///  - of all windows whose width is 2^(k/2) / 4 hours (or 2^(k/2) / 16 of the span, where that is less) and
///    whose line rises by a doubling, or by a quarter of the whole rise of ln(value) where that is less, the
///    one with the largest slope less 2.5 + 0.6 ln(readings / 120) of its standard errors;
///  - the interval comes from a cubic in a window 1.15 times as wide, whose slope hardly knows the bias of
///    the line and has an error that says so (the robust interval of Calonico 2018, JASA 113:767); a tenth of
///    that bias widens it.
///
/// out: one a well. Times are those of `curves`. Same bits for every SIMD target; linear in wells, times and
/// the logarithm of the span of times. Allocates once a call.
void growth_rates(const Curves& curves, std::span<const double> detection_limits,
                  const GrowthRateOptions& options, std::span<GrowthRate> out) noexcept;

/// growth_rates of wells that are all one curve, the last one without noise, the others with noise of the
/// standard deviation `copy_sd` (and the same limit). Only windows are looked at whose score in the last well
/// is within reach of its best one, so what stands far from the steepest rise costs nothing. `options` have
/// noise_sd and no interval.
void growth_rates_of_copies(const Curves& copies, std::span<const double> detection_limits, double copy_sd,
                            const GrowthRateOptions& options, std::span<GrowthRate> out) noexcept;

/// growth_rates one by one, without SIMD; equal bits.
void growth_rates_reference(const Curves& curves, std::span<const double> detection_limits,
                            const GrowthRateOptions& options, std::span<GrowthRate> out) noexcept;

}  // namespace wellsieve::kernels::curve
