#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <utility>

namespace wellsieve::pipeline {

/// Bounds what one lane has in flight, in bytes and in batches. The batch that a source is about to make
/// counts as large as the largest so far, so the sum passes the budget only by what a batch is larger than
/// all before it. An empty lane always lets one in: a batch larger than the whole budget is slow, not stuck.
/// Safe from any thread.
class Gate {
  public:
    Gate(std::uint64_t max_bytes, std::uint64_t max_batches)
        : max_bytes_(max_bytes), max_batches_(max_batches) {}

    /// May the source make another batch? If not, the `leave` that makes room says so, once.
    bool try_enter() {
        const std::lock_guard lock(mutex_);
        const bool room = batches_ < max_batches_ && bytes_ + largest_ <= max_bytes_;
        waiting_ = batches_ > 0 && !room;
        return !waiting_;
    }

    void enter(std::uint64_t bytes) {
        const std::lock_guard lock(mutex_);
        largest_ = std::max(largest_, bytes);
        bytes_ += bytes;
        ++batches_;
        peak_bytes_ = std::max(peak_bytes_, bytes_);
        peak_batches_ = std::max(peak_batches_, batches_);
    }

    /// Returns whether the source waits and is to be asked again.
    bool leave(std::uint64_t bytes) {
        const std::lock_guard lock(mutex_);
        bytes_ -= bytes;
        --batches_;
        return std::exchange(waiting_, false);
    }

    std::uint64_t peak_bytes() const { return peak_bytes_; }
    std::uint64_t peak_batches() const { return peak_batches_; }

  private:
    std::mutex mutex_;
    std::uint64_t max_bytes_;
    std::uint64_t max_batches_;
    std::uint64_t bytes_ = 0;
    std::uint64_t batches_ = 0;
    std::uint64_t largest_ = 0;
    std::uint64_t peak_bytes_ = 0;
    std::uint64_t peak_batches_ = 0;
    bool waiting_ = false;
};

}  // namespace wellsieve::pipeline
