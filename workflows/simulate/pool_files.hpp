#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "workflows/simulate/pool.hpp"

namespace wellsieve::workflows::simulate {

/// Reads of each guide in each sample, as they were written: [sample][guide].
using PoolCounts = std::vector<std::vector<std::uint64_t>>;

/// Writes the reads of every sample to `folder` and counts them. Blocks are made in parallel and written in
/// order: the same bytes with any number of threads, a few blocks in memory. Throws OutputError.
PoolCounts write_pool_reads(const PoolSpec& spec, std::uint64_t seed, const Pool& pool,
                            const std::filesystem::path& folder);

/// Of a sample's first or, with `mates`, second reads.
std::string read_file_name(const PoolSpec& spec, const PoolSample& sample, bool mates);

std::string library_csv(const Pool& pool);                               ///< id, barcode, gene or strain
std::string samples_csv(const PoolSpec& spec, const Pool& pool);         ///< sample, file, condition, …
std::string truth_pool_csv(const Pool& pool, const PoolCounts& counts);  ///< guides, effects, true reads
std::string truth_genes_csv(const Pool& pool);  ///< gene or strain, effect_per_generation

}  // namespace wellsieve::workflows::simulate
