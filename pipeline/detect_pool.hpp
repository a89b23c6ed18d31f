#pragma once

#include <string>
#include <vector>

#include "kernels/sequence/detect_construct.hpp"
#include "pipeline/pool_data.hpp"

namespace wellsieve::pipeline {

/// How the barcodes lie in the reads of a pool, found out from the first reads of its first files: of part 0
/// the reads, of part 1 the mates. `barcodes` are what to look for in that part. Throws FormatError that says
/// what was seen where nothing can be made of it, and for a file that cannot be
/// read; with `keep_going` only where none can.
kernels::sequence::ConstructDetection detect_in_files(const PoolCounts& counts, std::size_t part,
                                                      const std::vector<std::string_view>& barcodes,
                                                      const std::string& reference, bool keep_going);

/// A sentence for the user where most reads end within the barcodes they begin; empty where they do not.
/// Looks at the first reads of part `part`, which must be files.
std::string explain_cut_barcodes(const PoolCounts& counts, std::size_t part,
                                 const std::vector<std::string_view>& barcodes, const std::string& reference);

}  // namespace wellsieve::pipeline
