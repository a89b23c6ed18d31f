#include "pipeline/parallel.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "formats/error.hpp"
#include "pipeline/flow.hpp"
#include "tests/pipeline/toy_stages.hpp"

using namespace wellsieve::pipeline;
using namespace wellsieve::tests;
using wellsieve::formats::FormatError;

namespace {

struct Inner {
    static constexpr std::string_view name = "inner";
    Numbers operator()(Numbers batch) const {
        parallel_for_index(batch.values.size(), [&](std::size_t i) { batch.values[i] *= 2; });
        return batch;
    }
};

}  // namespace

TEST_CASE("each index is worked on once") {
    for (unsigned threads : {1u, 2u, 8u}) {
        const ThreadLimit limit(threads);
        CHECK(usable_threads() == threads);
        for (std::size_t count : {0, 1, 2, 1000}) {
            std::vector<int> calls(count);
            parallel_for_index(count, [&](std::size_t i) { ++calls[i]; });
            CHECK(calls == std::vector<int>(count, 1));
        }
    }
}

TEST_CASE("no more threads work than the tightest limit allows") {
    const ThreadLimit outer(4);
    const ThreadLimit inner(2);
    CHECK(usable_threads() == 2);
    std::atomic<int> working = 0;
    std::atomic<int> most = 0;
    parallel_for_index(200, [&](std::size_t) {
        const int now = ++working;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        --working;
    });
    CHECK(most <= 2);
}

TEST_CASE("of several failures the one of the smallest index comes out") {
    for (unsigned threads : {1u, 2u, 8u}) {
        const ThreadLimit limit(threads);
        for (int repeat = 0; repeat < 50; ++repeat) {
            std::string told;
            try {
                parallel_for_index(300, [](std::size_t i) {
                    if (i % 100 == 37)
                        throw FormatError("x.csv", "line " + std::to_string(i), "bad");
                });
            } catch (const FormatError& error) {
                told = error.what();
            }
            CHECK(told == "x.csv: line 37: bad");
        }
    }
}

TEST_CASE("a stage may itself work in parallel") {
    for (unsigned threads : {1u, 2u, 8u}) {
        std::uint64_t sum = 0;
        Flow flow("nested");
        auto made = flow.source<Numbers>("count", CountingSource(300), bytes_of_numbers);
        flow.sink(
            flow.stage(made, Inner{}), "sum",
            [&](Numbers batch) {
                for (std::uint64_t value : batch.values)
                    sum += value;
            },
            InOrder::yes);
        flow.run({.threads = threads});
        CHECK(sum == std::uint64_t{900} * 899);
    }
}
