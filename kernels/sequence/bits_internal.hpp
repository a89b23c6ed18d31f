#pragma once

#include <bit>
#include <cstdint>

#include "kernels/sequence/bases.hpp"

namespace wellsieve::kernels::sequence {

/// `count` bases from `begin`, at most 32 of them, as one word.
constexpr std::uint64_t slice(const PackedBases& bases, std::uint32_t begin, std::uint32_t count) noexcept {
    const std::uint32_t shift = 2 * (begin % 32);
    std::uint64_t bits = bases.words[begin / 32] >> shift;
    if (begin < 32 && shift != 0)
        bits |= bases.words[1] << (64 - shift);
    return count < 32 ? bits & ((std::uint64_t{1} << 2 * count) - 1) : bits;
}

/// First base in which a and b differ, 64 if none.
constexpr std::uint32_t first_difference(const PackedBases& a, const PackedBases& b) noexcept {
    if (a.words[0] != b.words[0])
        return static_cast<std::uint32_t>(std::countr_zero(a.words[0] ^ b.words[0])) / 2;
    return 32 + static_cast<std::uint32_t>(std::countr_zero(a.words[1] ^ b.words[1])) / 2;
}

/// The first `length` bases.
constexpr PackedBases front(const PackedBases& bases, std::uint32_t length) noexcept {
    return {{slice(bases, 0, length < 32 ? length : 32), length > 32 ? slice(bases, 32, length - 32) : 0}, 0};
}

/// Without the first `count` bases, at most 31.
constexpr PackedBases behind(const PackedBases& bases, std::uint32_t count) noexcept {
    if (count == 0)
        return {bases.words, 0};
    return {{bases.words[0] >> 2 * count | bases.words[1] << (64 - 2 * count), bases.words[1] >> 2 * count},
            0};
}

/// Without base i; those behind it move up.
constexpr PackedBases without_base(const PackedBases& bases, std::uint32_t i) noexcept {
    PackedBases out;
    const auto keep = [](std::uint32_t count) {
        return count < 32 ? (std::uint64_t{1} << 2 * count) - 1 : ~std::uint64_t{0};
    };
    const std::uint64_t first_of_high = bases.words[1] & 3;
    if (i < 32) {
        const std::uint64_t kept = bases.words[0] & keep(i);
        out.words[0] = kept | ((bases.words[0] >> 2 | first_of_high << 62) & ~keep(i));
        out.words[1] = bases.words[1] >> 2;
    } else {
        out.words[0] = bases.words[0];
        out.words[1] = (bases.words[1] & keep(i - 32)) | (bases.words[1] >> 2 & ~keep(i - 32));
    }
    return out;
}

}  // namespace wellsieve::kernels::sequence
