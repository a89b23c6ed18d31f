#pragma once

#include <span>

#include "kernels/curve/curves.hpp"

namespace wellsieve::kernels::curve {

/// The curves at other times, out[time * wells + well]: on the line between the nearest usable readings, the
/// reading itself where the times agree, NaN before the first and after the last. For a readout that was
/// taken a little later than the one that it is compared with. Linear in times.
void interpolate(const Curves& curves, std::span<const double> times_h, std::span<double> out) noexcept;

}  // namespace wellsieve::kernels::curve
