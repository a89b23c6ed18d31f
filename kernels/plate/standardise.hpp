#pragma once

#include <span>

#include "kernels/plate/shape.hpp"

namespace wellsieve::kernels::plate {

/// What a value is moved and divided by: (x − centre) / spread.
struct Scale {
    double centre = 0;
    double spread = 1;
};

/// out[i] = (values[i] − centre) / spread with the scale of its plate, scales[plate]. NaN where the value is
/// missing, where the scale is not finite, and for a spread of zero: a plate without spread has no scores.
/// `out` may be `values`. Correctly rounded steps, so the bits are the same on every SIMD target.
void standardise(std::span<const double> values, const Shape& shape, std::span<const Scale> scales,
                 std::span<double> out) noexcept;

void standardise_reference(std::span<const double> values, const Shape& shape, std::span<const Scale> scales,
                           std::span<double> out) noexcept;

}  // namespace wellsieve::kernels::plate
