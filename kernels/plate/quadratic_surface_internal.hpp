#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace wellsieve::kernels::plate {

inline constexpr std::size_t surface_terms = 6;
using SurfaceTerms = std::array<double, surface_terms>;

// R's MASS::rlm.
inline constexpr double huber_k = 1.345;
inline constexpr double normal_quartile = 0.6745;
inline constexpr double huber_tolerance = 1e-4;
inline constexpr std::size_t huber_rounds = 20;

/// Position on −1 … 1 of one of n rows or columns.
inline double unit_position(std::size_t i, std::size_t n) noexcept {
    return n < 2 ? 0 : 2 * static_cast<double>(i) / static_cast<double>(n - 1) - 1;
}

/// The six terms at each well. Squares less a third are nearly orthogonal to the constant on a full plate.
inline std::vector<SurfaceTerms> surface_basis(std::size_t rows, std::size_t columns) {
    std::vector<SurfaceTerms> out;
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t column = 0; column < columns; ++column) {
            const double x = unit_position(row, rows);
            const double y = unit_position(column, columns);
            out.push_back({1, x, y, x * x - 1.0 / 3, x * y, y * y - 1.0 / 3});
        }
    return out;
}

}  // namespace wellsieve::kernels::plate
