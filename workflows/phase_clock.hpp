#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "formats/results/run_record.hpp"

namespace wellsieve::workflows {

/// What each phase of a run took, by a clock that nobody sets.
class PhaseClock {
  public:
    const std::chrono::system_clock::time_point started = std::chrono::system_clock::now();

    /// Since the end of the phase before.
    void end_of(std::string phase) {
        const auto now = std::chrono::steady_clock::now();
        phases_.push_back({std::move(phase), std::chrono::duration<double>(now - begun_).count()});
        begun_ = now;
    }
    const std::vector<formats::results::RunRecord::Phase>& phases() const { return phases_; }

  private:
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::vector<formats::results::RunRecord::Phase> phases_;
};

}  // namespace wellsieve::workflows
