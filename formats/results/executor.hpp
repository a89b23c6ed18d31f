#pragma once

#include <cstddef>
#include <functional>

namespace wellsieve::formats::results {

/// Calls body(0) … body(n - 1), each once, in any order and on any thread, and returns when all are done. The
/// bodies are independent of each other. An exception of a body comes out of the call.
using Executor = std::function<void(std::size_t n, const std::function<void(std::size_t)>& body)>;

inline void run_serially(std::size_t n, const std::function<void(std::size_t)>& body) {
    for (std::size_t i = 0; i < n; ++i)
        body(i);
}

}  // namespace wellsieve::formats::results
