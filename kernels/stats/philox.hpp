#pragma once

#include <array>
#include <cstdint>

namespace wellsieve::kernels::stats {

inline constexpr std::array<std::uint32_t, 2> philox_multiplier{0xD2511F53, 0xCD9E8D57};
inline constexpr std::array<std::uint32_t, 2> philox_weyl{0x9E3779B9, 0xBB67AE85};
inline constexpr int philox_rounds = 10;

/// Philox4x32-10 (Salmon 2011, SC'11): four random words that depend on counter and key alone, so draws come
/// out the same for any order, thread count or SIMD target.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                              std::array<std::uint32_t, 2> key) noexcept {
    for (int round = 0; round < philox_rounds; ++round) {
        const std::uint64_t first = std::uint64_t{philox_multiplier[0]} * counter[0];
        const std::uint64_t second = std::uint64_t{philox_multiplier[1]} * counter[2];
        counter = {static_cast<std::uint32_t>(second >> 32) ^ counter[1] ^ key[0],
                   static_cast<std::uint32_t>(second),
                   static_cast<std::uint32_t>(first >> 32) ^ counter[3] ^ key[1],
                   static_cast<std::uint32_t>(first)};
        key[0] += philox_weyl[0];
        key[1] += philox_weyl[1];
    }
    return counter;
}

}  // namespace wellsieve::kernels::stats
