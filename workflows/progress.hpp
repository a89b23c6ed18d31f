#pragma once

#include <chrono>
#include <span>

#include "pipeline/flow.hpp"
#include "workflows/common_options.hpp"

namespace wellsieve::workflows {

/// Bytes, rate and time left of each lane, on one line of stderr that is written over; nothing when stderr is
/// no terminal, unless asked for.
class Progress {
  public:
    /// `total_bytes` of input, for the time left; a lane counts `scale` bytes for each of them.
    Progress(const CommonOptions& options, std::uint64_t total_bytes, std::uint64_t scale);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();

    void show(std::span<const pipeline::LaneProgress> lanes);

  private:
    bool shown_ = false;
    bool wanted_;
    std::uint64_t total_bytes_;
    std::uint64_t scale_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace wellsieve::workflows
