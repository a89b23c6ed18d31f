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
    explicit Progress(const CommonOptions& options);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();

    /// `total_bytes` of all lanes, for the time left; 0: not known.
    void expect(std::uint64_t total_bytes) { total_bytes_ = total_bytes; }
    void show(std::span<const pipeline::LaneProgress> lanes);

  private:
    bool shown_ = false;
    bool wanted_;
    std::uint64_t total_bytes_ = 0;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace wellsieve::workflows
