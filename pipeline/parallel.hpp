#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace wellsieve::pipeline {

/// Bounds the threads of the whole process while it lives. 0 asks for no bound.
class ThreadLimit {
  public:
    explicit ThreadLimit(unsigned threads);
    ThreadLimit(const ThreadLimit&) = delete;
    ThreadLimit& operator=(const ThreadLimit&) = delete;
    ~ThreadLimit();

  private:
    struct Control;
    std::unique_ptr<Control> control_;
};

/// The threads that work may use now: of the tightest ThreadLimit, or of the machine.
unsigned usable_threads();

/// Calls `work(i)` for each i below `count`, from several threads, in no particular order; each i writes to
/// its own place. When calls throw, the exception of the smallest such i comes out, whatever the number of
/// threads; calls for greater i may then not have been made.
void parallel_for_index(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace wellsieve::pipeline
