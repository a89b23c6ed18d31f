#include "pipeline/parallel.hpp"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <atomic>
#include <exception>
#include <mutex>

namespace wellsieve::pipeline {
namespace {

constexpr auto parallelism = tbb::global_control::max_allowed_parallelism;

class FirstFailure {
  public:
    bool before(std::size_t index) const { return first_.load(std::memory_order_relaxed) < index; }

    void note(std::size_t index) {
        const std::lock_guard lock(mutex_);
        if (index < first_) {
            first_ = index;
            error_ = std::current_exception();
        }
    }

    void rethrow() const {
        if (error_)
            std::rethrow_exception(error_);
    }

  private:
    std::mutex mutex_;
    std::atomic<std::size_t> first_ = static_cast<std::size_t>(-1);
    std::exception_ptr error_;
};

}  // namespace

struct ThreadLimit::Control {
    tbb::global_control control;
};

ThreadLimit::ThreadLimit(unsigned threads)
    : control_(threads == 0 ? nullptr : new Control{tbb::global_control(parallelism, threads)}) {}

ThreadLimit::~ThreadLimit() = default;

unsigned usable_threads() {
    return static_cast<unsigned>(tbb::global_control::active_value(parallelism));
}

void parallel_for_index(std::size_t count, const std::function<void(std::size_t)>& work) {
    FirstFailure failure;
    const auto guarded = [&](std::size_t index) {
        if (failure.before(index))
            return;
        try {
            work(index);
        } catch (...) {
            failure.note(index);
        }
    };
    // Isolated, or a thread that waits here could pick up another batch of the flow it was called from.
    const auto loop = [&] {
        tbb::this_task_arena::isolate([&] { tbb::parallel_for(std::size_t{0}, count, guarded); });
    };
    const int threads = static_cast<int>(usable_threads());
    if (tbb::this_task_arena::max_concurrency() >= threads)
        loop();
    else
        tbb::task_arena(threads).execute(loop);
    failure.rethrow();
}

}  // namespace wellsieve::pipeline
