#pragma once

#include <cstddef>
#include <span>

#include "kernels/plate/shape.hpp"

namespace wellsieve::kernels::plate {

/// R's default.
inline constexpr double loess_span = 0.75;

/// Local quadratic regression in row and column, fitted to the selected wells of each plate and evaluated at
/// every well: surface[plate][row][column]. As R's loess(x ~ row + col, degree = 2, normalize = FALSE,
/// surface = "direct"): the floor(span · n) nearest wells, tricube weights, distances in rows and columns as
/// they are; R's default would first divide them by their spread over the wells of the fit. NaN everywhere on
/// a plate with too few wells for six terms, and at a well whose neighbours cannot tell the terms apart.
///
/// The surface is linear in the values: its weights are found once for each run of plates with the same wells
/// (the costly part), then applied in SIMD with eight running sums, so the bits are the same on every target.
/// Against R: 1e-9 of the largest value. Allocates once a run of such plates.
void loess_surface(std::span<const double> values, Selection selected, const Shape& shape, double span,
                   std::span<double> surface) noexcept;

void loess_surface_reference(std::span<const double> values, Selection selected, const Shape& shape,
                             double span, std::span<double> surface) noexcept;

}  // namespace wellsieve::kernels::plate
