#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "kernels/plate/shape.hpp"

namespace wellsieve::tests {

/// The values that every kernel on plates is tried with.
inline const std::vector<std::string> value_kinds{"random",   "heavy tails", "equal",     "some missing",
                                                  "infinite", "subnormal",   "saturated", "all missing",
                                                  "integers", "signed zeros"};

inline std::vector<double> make_values(const std::string& kind, std::size_t n, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal(100, 15);
    std::uniform_int_distribution<int> die(0, 9);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double inf = std::numeric_limits<double>::infinity();
    std::vector<double> out(n);
    for (double& x : out) {
        const int face = die(random);
        x = normal(random);
        if (kind == "heavy tails")
            x = std::exp(x / 10);
        else if (kind == "equal")
            x = 42.125;
        else if (kind == "some missing" && face < 3)
            x = nan;
        else if (kind == "infinite" && face < 3)
            x = face == 0 ? inf : face == 1 ? -inf : nan;
        else if (kind == "subnormal")
            x *= std::numeric_limits<double>::denorm_min();
        else if (kind == "saturated")
            x = face < 5 ? 260000 : std::round(x) * 1000;
        else if (kind == "all missing")
            x = nan;
        else if (kind == "integers")
            x = face;
        else if (kind == "signed zeros")
            x = face < 4 ? -0.0 : face < 8 ? 0.0 : face - 9;
    }
    return out;
}

/// Leaves out about one well in eight, a whole first row and a whole last column.
inline std::vector<std::uint8_t> make_selection(const kernels::plate::Shape& shape, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> out(shape.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t well = i % shape.wells();
        const bool bare = well < shape.columns || well % shape.columns + 1 == shape.columns;
        out[i] = !bare && random() % 8 != 0;
    }
    return out;
}

/// The first place where the bits differ, any NaN equal to any other; the size where none do.
inline std::size_t first_difference(std::span<const double> a, std::span<const double> b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::isnan(a[i]) && std::isnan(b[i])) &&
            std::bit_cast<std::uint64_t>(a[i]) != std::bit_cast<std::uint64_t>(b[i]))
            return i;
    return a.size();
}

inline bool same_bits(std::span<const double> a, std::span<const double> b) {
    return a.size() == b.size() && first_difference(a, b) == a.size();
}

}  // namespace wellsieve::tests
