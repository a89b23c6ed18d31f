#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "formats/error.hpp"

namespace wellsieve::tests {

struct Numbers {
    std::uint64_t index = 0;
    std::vector<std::uint64_t> values;
};

inline constexpr std::size_t numbers_bytes = 1000;

/// `count` batches of a few numbers each, made from their index alone.
class CountingSource {
  public:
    explicit CountingSource(std::uint64_t count) : count_(count) {}

    std::optional<Numbers> operator()() {
        if (next_ == count_)
            return std::nullopt;
        const std::uint64_t i = next_++;
        return Numbers{i, {3 * i, 3 * i + 1, 3 * i + 2}};
    }

  private:
    std::uint64_t count_;
    std::uint64_t next_ = 0;
};

inline std::size_t bytes_of_numbers(const Numbers&) {
    return numbers_bytes;
}

/// Keeps each batch for a while that a seed and its index decide: batches overtake each other.
struct Jitter {
    static constexpr std::string_view name = "jitter";
    std::uint64_t seed = 1;

    Numbers operator()(Numbers batch) const {
        std::mt19937_64 random(seed * 1'000'003 + batch.index);
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 200));
        return batch;
    }
};

/// Holds every batch until it is opened, and tells how many it holds.
class Gatekeeper {
  public:
    void pass() {
        std::unique_lock lock(mutex_);
        ++held_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
        --held_;
    }
    bool wait_until_held(int count, std::chrono::seconds patience) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [&] { return held_ >= count; });
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int held_ = 0;
    bool open_ = false;
};

struct GateStage {
    static constexpr std::string_view name = "gate";
    std::shared_ptr<Gatekeeper> keeper;

    Numbers operator()(Numbers batch) const {
        keeper->pass();
        return batch;
    }
};

/// Keeps even numbers only: half of all batches shrink, those of a single odd number to nothing.
struct KeepEven {
    static constexpr std::string_view name = "keep even";

    Numbers operator()(Numbers batch) const {
        std::erase_if(batch.values, [](std::uint64_t value) { return value % 2 == 1; });
        return batch;
    }
};

/// Fails as a reader would at one batch.
struct FailAt {
    static constexpr std::string_view name = "fail";
    std::uint64_t index = 0;
    std::string place;

    Numbers operator()(Numbers batch) const {
        if (batch.index == index)
            throw formats::FormatError("plate.csv", place, "no number: 'x'");
        return batch;
    }
};

}  // namespace wellsieve::tests
