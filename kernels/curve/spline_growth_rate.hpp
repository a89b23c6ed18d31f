#pragma once

#include <cstdint>
#include <span>

#include "kernels/curve/curves.hpp"

namespace wellsieve::kernels::curve {

inline constexpr std::uint32_t least_spline_points = 4;

/// How smooth the spline is, as R's smooth.spline(spar = …): 0 follows every reading, 1 is nearly a straight
/// line. Fixed, never chosen from the data: cross-validation follows the noise of plate readers.
struct SplineOptions {
    double smoothness = 0.5;
    std::uint32_t min_points = 6;  ///< usable points; never fewer than least_spline_points
};

/// Everything is NaN where a curve has too few points.
struct SplineRate {
    double rate_per_h = undefined;  ///< largest slope of the spline of ln(value), between readings too
    double standard_error_per_h = undefined;  ///< of the spline as a posterior mean (Wahba 1983)
    double time_h = undefined;                ///< where it is largest
    double ln_value = undefined;              ///< of the spline there
    double degrees_of_freedom = undefined;    ///< of the spline: trace of its smoother
    double r_squared = undefined;             ///< of ln(value)
    std::uint32_t points = 0;
};

/// The maximum specific growth rate by a cubic smoothing spline of ln(value) (Kahm 2010, J Stat Softw 33:7),
/// with the knots and the penalty of R's smooth.spline: λ = 256^(3 spar − 1) tr(XᵀX) / tr(Σ). Readings at or
/// below 0 are not used, and no knot stands there. Where the slope is level, the time of the largest is any
/// of them.
///
/// Wells with readings at the same times share all matrices and go through the lanes together; each sum has
/// one order, so every SIMD target gives the same bits. Cost linear in wells and times, more for wells with
/// gaps of their own; allocates. out: one a well.
void spline_growth_rates(const Curves& curves, const SplineOptions& options,
                         std::span<SplineRate> out) noexcept;

/// The same by dense matrices of the basis functions' definition; agrees to about 1e-9. Slow.
void spline_growth_rates_reference(const Curves& curves, const SplineOptions& options,
                                   std::span<SplineRate> out) noexcept;

}  // namespace wellsieve::kernels::curve
