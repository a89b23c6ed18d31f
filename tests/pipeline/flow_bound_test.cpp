#include <catch2/catch.hpp>
#include <functional>
#include <future>

#include "pipeline/error.hpp"
#include "pipeline/flow.hpp"
#include "pipeline/gate.hpp"
#include "tests/pipeline/toy_stages.hpp"

using namespace wellsieve::pipeline;
using namespace wellsieve::tests;

namespace {

struct HoldFirst {
    static constexpr std::string_view name = "hold first";
    std::shared_ptr<Gatekeeper> keeper;
    Numbers operator()(Numbers batch) const {
        if (batch.index == 0)
            keeper->pass();
        return batch;
    }
};

bool wait_until(const std::function<bool()>& done) {
    for (int i = 0; i < 20'000 && !done(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return done();
}

/// Runs with the first batch held back, so that the others pile up behind it in front of an ordered sink,
/// until `expected` are in flight and some time has passed in which more could have come.
LaneReport run_held_back(RunOptions options, std::uint64_t expected) {
    auto keeper = std::make_shared<Gatekeeper>();
    Flow flow("held back");
    std::atomic<std::uint64_t> count = 0;
    auto made = flow.source<Numbers>(
        "count",
        [&, source = CountingSource(500)]() mutable {
            ++count;
            return source();
        },
        bytes_of_numbers);
    auto held = flow.stage(made, HoldFirst{keeper});
    flow.sink(
        held, "store", [](Numbers) {}, InOrder::yes);
    auto run = std::async(std::launch::async, [&] { return flow.run(options); });
    CHECK(keeper->wait_until_held(1, std::chrono::seconds(20)));
    CHECK(wait_until([&] { return count == expected; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(count == expected);
    keeper->open();
    return run.get().lanes.at(0);
}

std::uint64_t peak_of_sizes(const std::vector<std::size_t>& sizes, std::size_t budget, RunReport& report) {
    std::size_t next = 0;
    Flow flow("sizes");
    auto made = flow.source<std::size_t>(
        "sizes", [&] { return next < sizes.size() ? std::optional(sizes[next++]) : std::nullopt; },
        [](std::size_t bytes) { return bytes; });
    flow.sink(
        made, "store", [](std::size_t) {}, InOrder::yes);
    report = flow.run({.threads = 2, .memory_bytes = budget, .max_in_flight = 1000});
    return report.lanes[0].peak_bytes;
}

}  // namespace

TEST_CASE("what is in flight stays within the memory budget, however slow one batch is") {
    const LaneReport lane =
        run_held_back({.threads = 4, .memory_bytes = 10 * numbers_bytes + 1, .max_in_flight = 1000}, 10);
    CHECK(lane.peak_batches == 10);
    CHECK(lane.peak_bytes == 10 * numbers_bytes);
    CHECK(lane.batches_out == 500);
}

TEST_CASE("what is in flight stays within a number of batches, too") {
    CHECK(run_held_back({.threads = 4, .max_in_flight = 7}, 7).peak_batches == 7);
    CHECK(run_held_back({.threads = 4}, 32).peak_batches == 32);
}

TEST_CASE("batches larger than the whole budget pass one by one") {
    RunReport report;
    CHECK(peak_of_sizes(std::vector<std::size_t>(20, 5000), 1000, report) == 5000);
    CHECK(report.lanes[0].peak_batches == 1);
    CHECK(report.lanes[0].batches_out == 20);
}

TEST_CASE("a batch larger than all before it passes the budget by no more than that") {
    RunReport report;
    std::vector<std::size_t> sizes(100, 10);
    sizes[50] = 600;
    CHECK(peak_of_sizes(sizes, 1000, report) <= 1000 + (600 - 10));
    CHECK(report.lanes[0].batches_out == 100);
}

TEST_CASE("the gate lets in what fits, and tells once that there is room again") {
    Gate gate(100, 3);
    REQUIRE(gate.try_enter());
    gate.enter(40);
    REQUIRE(gate.try_enter());
    gate.enter(40);
    CHECK_FALSE(gate.try_enter());
    CHECK(gate.leave(40));
    CHECK_FALSE(gate.leave(40));
    CHECK(gate.try_enter());
    CHECK(gate.peak_bytes() == 80);
    CHECK(gate.peak_batches() == 2);
}
