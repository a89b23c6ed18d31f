#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace wellsieve::kernels::sequence {

inline constexpr std::uint32_t longest_umi = 32;

/// What merge_umis works in; used again from call to call.
struct UmiScratch {
    std::vector<std::uint32_t> order;
    std::vector<std::uint32_t> slots;
    std::vector<std::uint32_t> waiting;
};

/// The molecules behind the UMIs of one barcode in one sample, by the directional rule of UMI-tools (Smith,
/// Heger and Sudbery 2017): a UMI with b reads is a misread of one with a reads where they differ in one base
/// and a ≥ 2 b − 1, and so on from that one. `umis` are distinct, ascending, of `length` bases (at most
/// `longest_umi`) as the first word of PackedBases; `reads` are at least 1. `head` says for each UMI which one
/// it is a misread of, itself where it is a molecule's own: the commonest from which it can be reached, of
/// equally common ones the first. Returns how many molecules there are. O(n · length); allocates in `scratch`.
std::size_t merge_umis(std::span<const std::uint64_t> umis, std::span<const std::uint32_t> reads,
                       std::uint32_t length, std::span<std::uint32_t> head, UmiScratch& scratch);

/// The same by comparing all pairs.
std::size_t merge_umis_reference(std::span<const std::uint64_t> umis, std::span<const std::uint32_t> reads,
                                 std::uint32_t length, std::span<std::uint32_t> head, UmiScratch& scratch);

}  // namespace wellsieve::kernels::sequence
