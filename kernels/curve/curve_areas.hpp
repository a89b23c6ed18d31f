#pragma once

#include <span>

#include "kernels/curve/curves.hpp"

namespace wellsieve::kernels::curve {

/// The area below each curve from `from_h` to `to_h`, value · h, by trapezoids: gaps are bridged, and the
/// window's ends lie on the lines between readings. NaN where a well has fewer than two usable readings, or
/// none at or beyond either end of the window: areas over different times cannot be compared. `from_h` =
/// `to_h` gives 0.
///
/// out: one a well. Same bits for every SIMD target. Allocates once a call.
void curve_areas(const Curves& curves, double from_h, double to_h, std::span<double> out) noexcept;

/// The same one by one, without SIMD; equal bits.
void curve_areas_reference(const Curves& curves, double from_h, double to_h, std::span<double> out) noexcept;

}  // namespace wellsieve::kernels::curve
