#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/sequence/bases.hpp"

namespace wellsieve::kernels::sequence {

struct ClusterOptions {
    std::uint32_t distance = 2;  ///< mismatches, at most 2; from 1 on a base more or less is as near
    double ratio = 5;            ///< by which a barcode must be commoner than what is read of it with errors
};

/// Sequences that were seen, with how often: barcodes among them, and these with errors.
struct SeenBarcodes {
    std::span<const PackedBases> bases;  ///< distinct, all known
    std::span<const std::uint8_t> length;
    std::span<const std::uint64_t> reads;
};

/// Which sequences are barcodes, and which of them the others are with errors: by Starcode's message passing
/// (Zorita, Cuscó and Filion 2015) each sequence belongs to the commonest one that is near and commoner by
/// `ratio`, and with that to the one that it belongs to. Out: for each sequence the row of its barcode, its own
/// where it is one; of equally common ones the first. Near is found by thirds and halves that both have in
/// common (pigeonhole): O(n log n) but for sequences alike. Allocates about 24 bytes a sequence.
std::vector<std::uint32_t> cluster_barcodes(const SeenBarcodes& seen, const ClusterOptions& options);

/// The same by comparing all pairs.
std::vector<std::uint32_t> cluster_barcodes_reference(const SeenBarcodes& seen,
                                                      const ClusterOptions& options);

}  // namespace wellsieve::kernels::sequence
