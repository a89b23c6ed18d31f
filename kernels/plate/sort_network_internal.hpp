#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace wellsieve::kernels::plate {

/// Calls visit(i, j), i < j, for each comparator that sorts n values: Batcher's merge exchange (Knuth, The
/// Art of Computer Programming 3, algorithm 5.2.2M), which needs no power of two.
template <typename Visit>
constexpr void merge_exchange(std::size_t n, Visit visit) {
    if (n < 2)
        return;
    const std::size_t top = std::bit_ceil(n) / 2;
    for (std::size_t p = top; p > 0; p /= 2) {
        std::size_t r = 0;
        std::size_t distance = p;
        for (std::size_t q = top;; q /= 2) {
            for (std::size_t run = r; run + distance < n; run += 2 * p)
                for (std::size_t i = run; i < run + p && i + distance < n; ++i)
                    visit(i, i + distance);
            if (q == p)
                break;
            distance = q - p;
            r = p;
        }
    }
}

struct Comparator {
    std::uint8_t low;
    std::uint8_t high;
};

consteval std::size_t comparator_count(std::size_t n) {
    std::size_t count = 0;
    merge_exchange(n, [&](std::size_t, std::size_t) { ++count; });
    return count;
}

template <std::size_t N>
consteval auto comparators() {
    std::array<Comparator, comparator_count(N)> out{};
    std::size_t next = 0;
    merge_exchange(N, [&](std::size_t low, std::size_t high) {
        out[next++] = {static_cast<std::uint8_t>(low), static_cast<std::uint8_t>(high)};
    });
    return out;
}

}  // namespace wellsieve::kernels::plate
