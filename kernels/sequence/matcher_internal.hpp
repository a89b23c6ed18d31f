#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/sequence/match_barcodes.hpp"

namespace wellsieve::kernels::sequence {

inline constexpr std::uint32_t flank_size = 16;

/// What is shorter tells nothing when more was to be expected.
inline constexpr std::uint32_t least_flank = 6;

/// Mismatches that a flank of so many known letters may have.
constexpr std::uint32_t allowed_in_flank(std::uint32_t known, std::uint32_t most) noexcept {
    return std::min(most, known >= 12 ? most : known >= least_flank ? 1u : 0u);
}

/// The up to sixteen letters of a flank that touch the barcode.
struct Flank {
    std::array<char, flank_size> letters{};  ///< 0, which no letter equals, for N and behind the last
    std::array<std::uint8_t, flank_size + 1> known{};  ///< letters that are not N among the first i
    std::uint32_t size = 0;
    std::uint32_t allowed = 0;  ///< mismatches
};

/// The construct as it lies in a read on one strand.
struct Strand {
    bool reverse = false;
    Flank left;
    Flank right;
};

/// A pattern's letters as sets of base codes, and the places of the barcode in it.
struct Pattern {
    std::vector<std::uint8_t> allowed;  ///< bit of each base code; bit 4: anything, N too
    std::vector<std::uint32_t> places;
};

/// Of Matcher::Plan::most_error.
inline constexpr std::uint64_t no_error_bound = ~std::uint64_t{0};

struct Matcher::Plan {
    const BarcodeIndex* index = nullptr;
    Construct construct;
    MatchOptions options;
    std::vector<Strand> strands;
    std::vector<std::uint32_t> lengths;        ///< longest first
    std::vector<std::uint32_t> indel_lengths;  ///< one more or less, and not among the lengths
    Pattern pattern;
    /// By quality letter: 16 · 10 log10((1 − e) / (e / 3)), what a mismatch at that base costs.
    std::array<std::uint16_t, 256> mismatch_cost{};
    std::array<std::uint32_t, 256> error{};  ///< e · 2^20
    std::uint64_t most_error = 0;            ///< of the sum of these, or no_error_bound
    std::uint32_t plain_mismatch_cost = 0;   ///< without qualities
    /// 2^40 · 10^(−cost / 160), and the most of the sum over other barcodes.
    std::array<std::uint64_t, 2048> weight{};
    std::uint64_t most_weight = 0;
};

}  // namespace wellsieve::kernels::sequence
