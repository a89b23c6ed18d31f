#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "pipeline/pool_data.hpp"

namespace wellsieve::pipeline {

/// A sequence at a barcode's place that no barcode explains, and the reads that have it.
struct UnmatchedReads {
    std::string_view bases;
    std::uint64_t reads = 0;
};

/// Lists in `counts.suspects` reads and counts that may not be what they seem, at most 100 of a kind, those of
/// most reads first, and tells how many there are in `counts.choices`:
///
/// - chimera: a sequence that the library lacks, of the front half of one barcode and the back half of another,
///   both of which have 100 times its reads at least (the rule of FEBA, Wetmore 2015, asked of both halves). How
///   many reads would look so by chance is told beside.
/// - shifted: such a sequence that is a barcode moved by one base, or a barcode that is a commoner one moved by
///   one base and has at most a hundredth of its reads.
/// - hopped: a count that is at most 1/200 of that of the same barcode in another sample, as index hopping
///   leaves them; a barcode that was lost from a sample looks the same.
///
/// Of pairs only what is hopped: a chimera of them is a read without a pair. Linear in features, samples and
/// sequences.
void list_suspects(PoolCounts& counts, std::span<const UnmatchedReads> no_match);

}  // namespace wellsieve::pipeline
