#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kernels/sequence/bases.hpp"

namespace wellsieve::kernels::sequence {

/// A place that a read does not have.
inline constexpr std::uint32_t no_place = 0xFFFFFFFF;

/// out[i] = the `length` bases (at most 64) of `text` from begin[i]; all unknown where begin[i] is no_place.
/// Every other begin[i] + length lies within the text. Allocates nothing.
void pack_bases(std::string_view text, std::span<const std::uint32_t> begin, std::uint32_t length,
                std::span<PackedBases> out) noexcept;

/// The same letter by letter, without SIMD.
void pack_bases_reference(std::string_view text, std::span<const std::uint32_t> begin, std::uint32_t length,
                          std::span<PackedBases> out) noexcept;

}  // namespace wellsieve::kernels::sequence
