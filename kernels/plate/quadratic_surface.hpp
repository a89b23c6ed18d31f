#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/plate/shape.hpp"

namespace wellsieve::kernels::plate {

enum class SurfaceMethod { least_squares, huber };

struct SurfaceFit {
    double scale = 0;  ///< Huber's scale, median |residual| / 0.6745; 0 for least squares
    std::uint32_t iterations = 0;
    bool converged = false;
};

/// A full quadratic surface in row and column, 1 x y x² xy y², fitted to the selected wells of each plate and
/// evaluated at every well, missing ones too: surface[plate][row][column], fits[plate].
///
/// `huber` is the M-estimator of R's MASS::rlm with its defaults: Huber weights with k = 1.345, started from
/// least squares, scale from the MAD of the residuals about zero, stops when the residuals change by 1e-4 of
/// their length, after 20 rounds at most. A plate whose wells cannot tell the six terms apart (fewer than
/// six, all in two rows, …) has NaN everywhere: no term is dropped, as lm would.
///
/// Sums run in the order of wells, so the bits are the same on every SIMD target; against a QR decomposition:
/// 1e-9 of the largest value. At most 1536 wells. Allocates once a call.
void quadratic_surface(std::span<const double> values, Selection selected, const Shape& shape,
                       SurfaceMethod method, std::span<double> surface, std::span<SurfaceFit> fits) noexcept;

void quadratic_surface_reference(std::span<const double> values, Selection selected, const Shape& shape,
                                 SurfaceMethod method, std::span<double> surface,
                                 std::span<SurfaceFit> fits) noexcept;

}  // namespace wellsieve::kernels::plate
