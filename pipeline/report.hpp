#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wellsieve::pipeline {

/// What one stage, source or sink did in a run.
struct StageReport {
    std::string name = {};
    std::uint64_t batches = 0;
    double seconds = 0;  ///< spent in it, summed over threads
};

/// One source and all that follows it.
struct LaneReport {
    std::string name = {};                 ///< of the source
    std::vector<StageReport> stages = {};  ///< source first, sink last
    std::uint64_t batches_in = 0;          ///< made by the source
    std::uint64_t batches_out = 0;         ///< arrived at the sink
    std::uint64_t bytes_in = 0;            ///< by the source's own measure
    std::uint64_t bytes_out = 0;
    std::uint64_t peak_batches = 0;  ///< most in flight at once
    std::uint64_t peak_bytes = 0;
};

struct RunReport {
    std::vector<LaneReport> lanes = {};
    unsigned threads = 0;
    double seconds = 0;

    /// Throws InternalError, naming the lane and stage, unless every batch made has passed each stage and
    /// arrived.
    void verify() const;
};

}  // namespace wellsieve::pipeline
