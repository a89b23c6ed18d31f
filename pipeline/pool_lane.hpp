#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "pipeline/count_barcodes.hpp"
#include "pipeline/flow.hpp"
#include "pipeline/pool_data.hpp"

namespace wellsieve::pipeline {

struct PoolLaneOptions {
    bool keep_going = false;
    std::string reference = {};  ///< that CRAM files were written against
    std::size_t block_bytes = std::size_t{1} << 20;
    std::size_t umi_bytes = std::size_t{1} << 28;  ///< of memory for telling molecules apart
    std::filesystem::path scratch_folder = {};     ///< for what is more
};

/// The reads of a pool on their way to its counts: opens the files one after the other, gives blocks of
/// records, splits, finds, counts. What must outlive the run of the flow is in it.
class PoolLane {
  public:
    PoolLane(PoolCounts& counts, const PoolOptions& options, std::vector<IndexSet> index_sets,
             PoolLaneOptions lane_options);
    ~PoolLane();
    PoolLane(const PoolLane&) = delete;
    PoolLane& operator=(const PoolLane&) = delete;

    /// Adds `width` sources, each with its stages, that share the files: a file is read by one of them.
    void add_to(Flow& flow, std::size_t width);

    /// After the run: fills in the counts, what became of each file, and rejects for what was set aside.
    void finish();

    struct Files;

  private:
    PoolCounts& counts_;
    std::unique_ptr<Files> files_;
    SplitReads split_;
    FindBarcodes find_;
    CountBarcodes count_;
};

}  // namespace wellsieve::pipeline
