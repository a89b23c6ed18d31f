#pragma once

#include <cstdint>
#include <span>

#include "kernels/curve/curves.hpp"
#include "kernels/curve/growth_rate.hpp"

namespace wellsieve::kernels::curve {

/// The estimators of other programs: windows of so many usable readings, by plain least squares.
enum class SlopeMethod : std::uint8_t {
    growthrates,  ///< R's growthrates::fit_easylinear (Hall 2014): from the first to the last window of
                  ///< ln(value) that is within `quota` of the steepest, one line through all their readings;
                  ///< the last window is never looked at, as there
    gcplyr,       ///< gcplyr's calc_deriv: the steepest window of ln(value)
    pyphe,        ///< pyphe-growthcurves: the steepest window of the value itself; the last is not looked at
};

struct SlopeOptions {
    SlopeMethod method = SlopeMethod::growthrates;
    std::uint32_t points = 5;  ///< at least 3
    double quota = 0.95;       ///< of growthrates only
};

/// The slopes of other programs, to compare with: rate, error, intercept, r², window and readings as they
/// define them; no interval, no noise. Where a logarithm is taken, readings at or below 0 are left out. All
/// NaN where there are not enough readings, or none rises. out: one a well. Same bits for every SIMD target;
/// against R and Python 1e-8 relative. Allocates once a call.
void window_slopes(const Curves& curves, const SlopeOptions& options, std::span<GrowthRate> out) noexcept;

/// The same one by one, without SIMD; equal bits.
void window_slopes_reference(const Curves& curves, const SlopeOptions& options,
                             std::span<GrowthRate> out) noexcept;

}  // namespace wellsieve::kernels::curve
