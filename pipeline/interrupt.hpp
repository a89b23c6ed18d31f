#pragma once

#include <atomic>
#include <csignal>

namespace wellsieve::pipeline {

/// While it lives, the first SIGINT or SIGTERM sets a flag for RunOptions::stop; a second one ends the
/// process at once. One at a time in a process.
class InterruptGuard {
  public:
    InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;
    ~InterruptGuard();  ///< puts the former handlers back

    static const std::atomic<bool>& flag();

  private:
    struct sigaction former_int_ = {};
    struct sigaction former_term_ = {};
};

}  // namespace wellsieve::pipeline
