#pragma once

#include <cstdint>
#include <span>

namespace wellsieve::kernels::curve {

struct LowessOptions {
    double span = 2.0 / 3;         ///< share of the points that each line is fitted to; two points at least
    std::uint32_t iterations = 3;  ///< robust ones, after the first fit
};

/// Cleveland's robust locally weighted regression (1979, JASA 74:829), at each of the points: out[i] is the
/// line through the nearest points, with tricube weights, and bisquare weights of their residuals, at x[i].
/// R's lowess with delta = 0. x ascending, all finite; out as long as x and y. Two points or fewer are their
/// own curve. Allocates once a call; O(points²). Once a plate, so without SIMD.
void lowess(std::span<const double> x, std::span<const double> y, const LowessOptions& options,
            std::span<double> out) noexcept;

}  // namespace wellsieve::kernels::curve
