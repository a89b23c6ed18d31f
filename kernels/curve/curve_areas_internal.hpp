#pragma once

#include <span>

namespace wellsieve::kernels::curve {

/// Of one curve, by its usable readings.
double area_under(std::span<const double> times_h, std::span<const double> heights, double from_h,
                  double to_h) noexcept;

}  // namespace wellsieve::kernels::curve
