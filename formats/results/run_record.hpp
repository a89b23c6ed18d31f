#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wellsieve::formats::results {

/// What run.json says: the facts of one run that do not belong into a byte-identical result file.
struct RunRecord {
    struct Stage {
        std::string name;
        std::uint64_t batches = 0;
        double seconds = 0;
    };

    /// A part of the run, one after the other, by a clock that nobody sets.
    struct Phase {
        std::string name;
        double seconds = 0;
    };

    std::string program;
    std::string simd_target;
    std::string host;
    std::string started;  ///< ISO 8601, UTC
    unsigned threads = 0;
    std::uint64_t memory_bytes = 0;
    std::uint64_t seed = 0;
    std::uint64_t largest_resident_bytes = 0;
    std::vector<Phase> phases;
    std::vector<Stage> stages;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::uint64_t plates = 0;
    std::uint64_t cells_in = 0;
    std::uint64_t cells_used = 0;
    std::uint64_t cells_rejected = 0;
    std::uint64_t reads_in = 0;
    std::uint64_t reads_counted = 0;
    std::uint64_t rejects = 0;
    std::vector<std::string> choices;
    std::vector<std::string> notes;
    std::vector<std::string> warnings;
};

std::string to_json(const RunRecord& record);

}  // namespace wellsieve::formats::results
