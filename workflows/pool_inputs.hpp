#pragma once

#include <string>
#include <vector>

#include "pipeline/pool_data.hpp"
#include "pipeline/stages/find_barcodes.hpp"
#include "workflows/config.hpp"

namespace wellsieve::workflows {

/// A pool before its first read: samples, features and files are known, counts are not; or, from a table,
/// all.
struct PoolInputs {
    pipeline::PoolCounts counts;
    pipeline::PoolOptions options;
    std::vector<pipeline::IndexSet> index_sets;
    std::string reference;  ///< of CRAM files, to open it

    bool de_novo = false;      ///< the barcodes are to be taken from the reads
    bool detect = false;       ///< the place of the barcode is to be told from the reads
    bool detect_mate = false;  ///< likewise of the second barcode, in the mates

    bool from_reads() const { return !counts.files.empty(); }
    std::uint64_t bytes() const;
};

/// Finds the files and reads library, sample sheet or count table. Each thing that is wrong is one line in
/// `problems`; nothing is thrown for it.
PoolInputs gather_pool(const ScreenConfig& config, const PoolsInput& input,
                       std::vector<std::string>& problems);

/// Where barcodes are to be detected: looks into the first reads, and writes what was found to the options,
/// to `input` (as the effective configuration) and as lines to the pool's choices. Throws FormatError,
/// telling what was seen, where nothing was found.
void detect_places(PoolInputs& inputs, PoolsInput& input, bool keep_going);

/// Where no library lists them: takes the barcodes from the reads, all of which are read for it. Throws
/// FormatError where there is none.
void take_barcodes(PoolInputs& inputs, const PoolsInput& input, bool keep_going);

}  // namespace wellsieve::workflows
