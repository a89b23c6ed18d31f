#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "kernels/plate/summary.hpp"

namespace wellsieve::kernels::plate {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// A well that is selected and has a value. `selected` is null where every well is.
inline bool is_used(double value, const std::uint8_t* selected, std::size_t index) noexcept {
    return std::abs(value) < infinity && (selected == nullptr || selected[index] != 0);
}

/// Mean from a sum and from what its roundings lost (Knuth's two-sum at each step): as good as R's, which
/// sums in extended precision.
inline double mean_of(double sum, double lost, std::size_t count) noexcept {
    if (count == 0)
        return Summary::undefined;
    return (std::abs(lost) < infinity ? sum + lost : sum) / static_cast<double>(count);
}

inline double sd_of(double squares, std::size_t count) noexcept {
    return count < 2 ? Summary::undefined : std::sqrt(squares / static_cast<double>(count - 1));
}

/// Median of sorted values, at least one.
inline double middle(const double* sorted, std::size_t count) noexcept {
    return (sorted[(count - 1) / 2] + sorted[count / 2]) * 0.5;
}

/// count / 2, rounded half to even, as R's round does.
inline std::size_t half_of(std::size_t count) noexcept {
    return count / 2 + (count % 4 == 3 ? 1 : 0);
}

/// The shorth, once the length of the shortest run of half + 1 sorted values is known.
inline double shorth_at(const double* sorted, std::size_t count, std::size_t half, double shortest) noexcept {
    std::size_t ties = 0;
    std::size_t positions = 0;
    for (std::size_t i = 0; i + half < count; ++i)
        if (sorted[i + half] - sorted[i] == shortest) {
            ++ties;
            positions += i;
        }
    if (half == 0 || ties == 0)
        return half == 0 ? sorted[0] : Summary::undefined;
    double sum = 0;
    for (std::size_t i = positions / ties; i < positions / ties + half; ++i)
        sum += sorted[i];
    return sum / static_cast<double>(half);
}

}  // namespace wellsieve::kernels::plate
