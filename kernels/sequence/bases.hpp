#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wellsieve::kernels::sequence {

inline constexpr std::uint32_t longest_packed = 64;

/// Up to 64 bases, two bits each: A 0, C 1, T 2, G 3, which is `(letter >> 1) & 3` in either case. Base i
/// stands in bits 2 (i mod 32) of word i / 32; what is not A, C, G or T is 0 there and has its bit in
/// `unknown`. Bits behind the last base are 0.
struct PackedBases {
    std::array<std::uint64_t, 2> words{};
    std::uint64_t unknown = 0;
    bool operator==(const PackedBases&) const = default;
};

constexpr bool is_base(char c) noexcept {
    constexpr std::uint32_t letters = 1u | 1u << ('C' - 'A') | 1u << ('G' - 'A') | 1u << ('T' - 'A');
    const std::uint32_t letter = (static_cast<unsigned char>(c) & 0xDFu) - 'A';
    return letter < 32 && (letters >> letter & 1) != 0;
}

constexpr std::uint32_t base_code(char c) noexcept {
    return (static_cast<unsigned char>(c) >> 1) & 3;
}
constexpr char base_letter(std::uint32_t code) noexcept {
    return "ACTG"[code & 3];
}

constexpr std::uint32_t base_at(const PackedBases& bases, std::uint32_t i) noexcept {
    return bases.words[i / 32] >> (2 * (i % 32)) & 3;
}

/// One base of at most 64.
constexpr void set_base(PackedBases& bases, std::uint32_t i, std::uint32_t code) noexcept {
    const std::uint32_t shift = 2 * (i % 32);
    bases.words[i / 32] = (bases.words[i / 32] & ~(std::uint64_t{3} << shift)) | std::uint64_t{code} << shift;
    bases.unknown &= ~(std::uint64_t{1} << i);
}

/// The first 64 letters of `text`.
constexpr PackedBases pack(std::string_view text) noexcept {
    PackedBases packed;
    for (std::uint32_t i = 0; i < text.size() && i < longest_packed; ++i)
        if (is_base(text[i]))
            set_base(packed, i, base_code(text[i]));
        else
            packed.unknown |= std::uint64_t{1} << i;
    return packed;
}

/// 'N' where unknown.
std::string to_text(const PackedBases& bases, std::uint32_t length);

PackedBases reverse_complement(const PackedBases& bases, std::uint32_t length) noexcept;

/// Of letters; what is not A, C, G or T becomes 'N'.
std::string reverse_complement(std::string_view bases);

/// Finalizer of MurmurHash3 (Appleby): each bit of the key reaches each of the hash.
constexpr std::uint64_t mix(std::uint64_t key) noexcept {
    key ^= key >> 33;
    key *= 0xFF51AFD7ED558CCDu;
    key ^= key >> 33;
    key *= 0xC4CEB9FE1A85EC53u;
    return key ^ key >> 33;
}

constexpr std::uint64_t hash(const PackedBases& bases, std::uint32_t length) noexcept {
    return mix(bases.words[0] ^ std::rotl(bases.words[1] * 0x9E3779B97F4A7C15u, 31) ^
               std::uint64_t{length} << 57);
}

/// A bit at 2 i for each base i in which the words differ.
constexpr std::uint64_t differing(std::uint64_t a, std::uint64_t b) noexcept {
    const std::uint64_t bits = a ^ b;
    return (bits | bits >> 1) & 0x5555555555555555u;
}

/// Places where a and b differ or either is unknown; most + 1 where there are more than `most`.
constexpr std::uint32_t mismatches(const PackedBases& a, const PackedBases& b,
                                   std::uint32_t most = longest_packed) noexcept {
    const auto spread = [](std::uint64_t mask) {  // 32 bits to every second of 64
        mask = (mask | mask << 16) & 0x0000FFFF0000FFFFu;
        mask = (mask | mask << 8) & 0x00FF00FF00FF00FFu;
        mask = (mask | mask << 4) & 0x0F0F0F0F0F0F0F0Fu;
        mask = (mask | mask << 2) & 0x3333333333333333u;
        return (mask | mask << 1) & 0x5555555555555555u;
    };
    const std::uint64_t unknown = a.unknown | b.unknown;
    std::uint64_t low = differing(a.words[0], b.words[0]);
    std::uint64_t high = differing(a.words[1], b.words[1]);
    if (unknown != 0) {
        low |= spread(unknown & 0xFFFFFFFFu);
        high |= spread(unknown >> 32);
    }
    std::uint32_t count = 0;
    for (std::uint64_t bits : {low, high})  // most often few of them, and few wanted
        for (; bits != 0 && count <= most; bits &= bits - 1)
            ++count;
    return count;
}

}  // namespace wellsieve::kernels::sequence
