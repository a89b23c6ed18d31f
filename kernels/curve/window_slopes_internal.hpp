#pragma once

#include <cstddef>
#include <span>

#include "kernels/curve/window_slopes.hpp"

namespace wellsieve::kernels::curve::window_slopes_internal {

constexpr bool skips_last_window(SlopeMethod method) noexcept {
    return method != SlopeMethod::gcplyr;
}

constexpr bool takes_logarithm(SlopeMethod method) noexcept {
    return method != SlopeMethod::pyphe;
}

/// How many windows of `points` of `readings` are looked at.
constexpr std::size_t windows_of(std::size_t readings, const SlopeOptions& options) noexcept {
    const std::size_t lost = skips_last_window(options.method) ? options.points : options.points - 1;
    return readings > lost ? readings - lost : 0;
}

/// The least-squares line through readings first … end − 1; element i stands at i · stride.
GrowthRate line_through(const double* times_h, const double* y, std::size_t stride, std::size_t first,
                        std::size_t end) noexcept;

}  // namespace wellsieve::kernels::curve::window_slopes_internal
