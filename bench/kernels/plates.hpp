#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "kernels/plate/shape.hpp"

namespace wellsieve::bench {

/// The format with so many wells: 96, 384 or 1536.
inline kernels::plate::Shape plates_of(std::int64_t wells, std::size_t plates) {
    const std::size_t scale = wells >= 1536 ? 4 : wells >= 384 ? 2 : 1;
    return {plates, 8 * scale, 12 * scale};
}

/// Noise, a gradient, hits, and one well in a hundred missing.
inline std::vector<double> noisy_plates(const kernels::plate::Shape& shape) {
    std::mt19937 random(1);
    std::normal_distribution<double> normal;
    std::vector<double> out(shape.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto column = static_cast<double>(i % shape.columns);
        out[i] = 100 + column + 5 * normal(random) + (random() % 50 == 0 ? 60 : 0);
        if (random() % 100 == 0)
            out[i] = std::numeric_limits<double>::quiet_NaN();
    }
    return out;
}

inline bool alike(std::span<const double> a, std::span<const double> b, double tolerance) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (std::isnan(a[i]) != std::isnan(b[i]) || std::abs(a[i] - b[i]) > tolerance * std::abs(b[i]))
            return false;
    return a.size() == b.size();
}

}  // namespace wellsieve::bench
