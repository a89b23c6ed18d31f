#pragma once

#include <cstdint>
#include <string>

#include "kernels/sequence/cluster_barcodes.hpp"
#include "pipeline/pool_data.hpp"

namespace wellsieve::pipeline {

/// How barcodes are told that no library lists.
struct NewBarcodeOptions {
    std::uint32_t shortest = 1;  ///< bases between the flanks
    std::uint32_t longest = kernels::sequence::longest_packed;
    kernels::sequence::ClusterOptions cluster;
    std::uint64_t least_reads = 2;  ///< of a barcode and what is read of it with errors
    std::string reference = {};     ///< that CRAM files were written against
    bool keep_going = false;
};

/// Reads all files once and makes a feature of each barcode that stands between the flanks of `construct`, in
/// the order of their bases, called by them; what is read with errors is told from barcodes by cluster_barcodes.
/// Writes to `counts.features` and a line to `counts.choices`. The same for any number of threads and order of
/// files. Throws FormatError where there is no barcode, or where there are more than 20 million different
/// sequences, which is what memory is made for (about 100 bytes each).
void find_new_barcodes(PoolCounts& counts, const kernels::sequence::Construct& construct,
                       const NewBarcodeOptions& options);

}  // namespace wellsieve::pipeline
