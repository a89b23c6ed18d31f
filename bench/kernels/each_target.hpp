#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "kernels/target.hpp"

namespace wellsieve::bench {

using Body = std::function<void(benchmark::State&)>;

/// Registers `name/reference/size` and `name/TARGET/size` for each SIMD target of this machine.
inline bool register_kernel(const std::string& name, const std::vector<std::int64_t>& sizes,
                            const Body& kernel, const Body& reference) {
    for (const std::int64_t size : sizes) {
        benchmark::RegisterBenchmark((name + "/reference").c_str(), reference)->Arg(size);
        for (const std::string& target : kernels::available_targets()) {
            const Body body = [kernel, target](benchmark::State& state) {
                kernels::force_target(target);
                kernel(state);
                kernels::use_best_target();
            };
            const std::string title = std::string(name).append("/").append(target);
            benchmark::RegisterBenchmark(title.c_str(), body)->Arg(size);
        }
    }
    return true;
}

/// A benchmark of a wrong answer is worth nothing: ends the run.
inline void require(bool right, const std::string& what) {
    if (right)
        return;
    std::cerr << "wrong answer: " << what << '\n';
    std::abort();
}

}  // namespace wellsieve::bench
