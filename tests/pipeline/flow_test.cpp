#include "pipeline/flow.hpp"

#include <catch2/catch.hpp>

#include "pipeline/error.hpp"
#include "tests/pipeline/toy_stages.hpp"

using namespace wellsieve::pipeline;
using namespace wellsieve::tests;

namespace {

std::vector<std::uint64_t> stored_in_order(unsigned threads, RunReport& report) {
    std::vector<std::uint64_t> stored;
    Flow flow("toy");
    auto made = flow.source<Numbers>("count", CountingSource(2000), bytes_of_numbers);
    auto late = flow.stage(made, Jitter{});
    auto even = flow.stage(late, KeepEven{});
    flow.sink(
        even, "store",
        [&](Numbers batch) { stored.insert(stored.end(), batch.values.begin(), batch.values.end()); },
        InOrder::yes);
    report = flow.run({.threads = threads});
    return stored;
}

}  // namespace

TEST_CASE("what is stored is the same with 1, 2 and 8 threads, and nothing is lost") {
    std::vector<std::uint64_t> expected;
    for (std::uint64_t value = 0; value < 6000; value += 2)
        expected.push_back(value);
    for (unsigned threads : {1u, 2u, 8u}) {
        RunReport report;
        CHECK(stored_in_order(threads, report) == expected);
        REQUIRE(report.lanes.size() == 1);
        CHECK(report.threads == threads);
        CHECK(report.lanes[0].batches_in == 2000);
        CHECK(report.lanes[0].batches_out == 2000);
        CHECK(report.lanes[0].bytes_out == 2000 * numbers_bytes);
        REQUIRE(report.lanes[0].stages.size() == 4);
        for (const StageReport& stage : report.lanes[0].stages)
            CHECK(stage.batches == 2000);
    }
}
