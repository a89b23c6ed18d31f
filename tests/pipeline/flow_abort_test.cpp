#include <catch2/catch.hpp>
#include <functional>
#include <stdexcept>
#include <string>

#include "pipeline/error.hpp"
#include "pipeline/flow.hpp"
#include "tests/pipeline/toy_stages.hpp"

using namespace wellsieve::pipeline;
using namespace wellsieve::tests;
using wellsieve::formats::FormatError;

namespace {

constexpr std::uint64_t plenty = 2000;

/// What became of an aborted run.
struct Outcome {
    std::string error;
    std::vector<std::uint64_t> stored;
    int aborts = 0;
    std::uint64_t made = 0;
};

struct Failures {
    std::uint64_t source = plenty;
    std::uint64_t first_stage = plenty;
    std::uint64_t second_stage = plenty;
    std::uint64_t sink = plenty;
};

void fail_if(std::uint64_t index, std::uint64_t at, const std::string& place) {
    if (index == at)
        throw FormatError("plate.csv", place, "no number: 'x'");
}

Outcome run_with(const Failures& failures, RunOptions options, InOrder order = InOrder::yes) {
    Outcome outcome;
    Flow flow("failing");
    CountingSource count(plenty);
    auto made = flow.source<Numbers>(
        "count",
        [&]() {
            fail_if(outcome.made, failures.source, "source");
            ++outcome.made;
            return count();
        },
        bytes_of_numbers);
    auto first = flow.stage(made, FailAt{failures.first_stage, "line 12"});
    auto late = flow.stage(first, Jitter{});
    auto second = flow.stage(late, FailAt{failures.second_stage, "line 13"});
    flow.sink(
        second, "store",
        [&](Numbers batch) {
            fail_if(batch.index, failures.sink, "sink");
            outcome.stored.push_back(batch.index);
        },
        order, [&] { ++outcome.aborts; });
    try {
        flow.run(options);
    } catch (const FormatError& error) {
        outcome.error = error.what();
    } catch (const Interrupted& error) {
        outcome.error = error.what();
    }
    return outcome;
}

void check_stored_up_to(const Outcome& outcome, std::uint64_t end) {
    CHECK(outcome.aborts == 1);
    CHECK(outcome.made < plenty);
    REQUIRE(outcome.stored.size() == end);
    for (std::uint64_t i = 0; i < end; ++i)
        REQUIRE(outcome.stored[i] == i);
}

}  // namespace

TEST_CASE("an exception of the source, of any stage and of the sink comes out as it was thrown") {
    for (unsigned threads : {1u, 2u, 8u}) {
        const auto source = run_with({.source = 300}, {.threads = threads});
        CHECK(source.error == "plate.csv: source: no number: 'x'");
        check_stored_up_to(source, 300);
        const auto first = run_with({.first_stage = 300}, {.threads = threads});
        CHECK(first.error == "plate.csv: line 12: no number: 'x'");
        check_stored_up_to(first, 300);
        const auto second = run_with({.second_stage = 300}, {.threads = threads});
        CHECK(second.error == "plate.csv: line 13: no number: 'x'");
        check_stored_up_to(second, 300);
        const auto sink = run_with({.sink = 300}, {.threads = threads});
        CHECK(sink.error == "plate.csv: sink: no number: 'x'");
        check_stored_up_to(sink, 300);
    }
}

TEST_CASE("of several failures the one of the earliest batch is told, with any number of threads") {
    for (unsigned threads : {1u, 2u, 8u})
        for (int repeat = 0; repeat < 20; ++repeat) {
            const auto outcome = run_with({.source = 23, .first_stage = 22, .second_stage = 20, .sink = 21},
                                          {.threads = threads});
            CHECK(outcome.error == "plate.csv: line 13: no number: 'x'");
            check_stored_up_to(outcome, 20);
        }
}

TEST_CASE("a sink that has thrown is not called again") {
    const auto outcome = run_with({.sink = 50}, {.threads = 8}, InOrder::no);
    CHECK(outcome.error == "plate.csv: sink: no number: 'x'");
    CHECK(outcome.aborts == 1);
    CHECK(outcome.stored.size() < plenty);
}

TEST_CASE("the stop flag aborts: the source makes no more, the sink is told, and the run says so") {
    std::atomic<bool> stop = false;
    RunOptions options{.threads = 2, .stop = &stop};
    Flow flow("stopped");
    std::uint64_t stored = 0;
    bool aborted = false;
    auto endless = flow.source<Numbers>(
        "endless", [] { return std::optional(Numbers{}); }, bytes_of_numbers);
    flow.sink(
        endless, "store",
        [&](Numbers) {
            if (++stored == 100)
                stop = true;
        },
        InOrder::yes, [&] { aborted = true; });
    CHECK_THROWS_AS(flow.run(options), Interrupted);
    CHECK(stored == 100);
    CHECK(aborted);
}

TEST_CASE("a run that is stopped before it begins does nothing") {
    std::atomic<bool> stop = true;
    const auto outcome = run_with({}, {.threads = 2, .stop = &stop});
    CHECK(outcome.error == "interrupted");
    CHECK(outcome.made == 0);
    check_stored_up_to(outcome, 0);
}

TEST_CASE("a stop flag that is raised after the last batch changes nothing") {
    std::atomic<bool> stop = false;
    Flow flow("late");
    auto made = flow.source<Numbers>("count", CountingSource(10), bytes_of_numbers);
    flow.sink(
        made, "store", [](Numbers) {}, InOrder::yes);
    const RunReport report = flow.run({.threads = 2, .stop = &stop});
    stop = true;
    CHECK(report.lanes[0].batches_out == 10);
}

TEST_CASE("a failure in one lane stops the others, and every sink is told") {
    std::vector<std::string> aborted;
    Flow flow("two lanes");
    auto endless = flow.source<Numbers>(
        "endless", [] { return std::optional(Numbers{}); }, bytes_of_numbers);
    flow.sink(
        endless, "forget", [](Numbers) {}, InOrder::no, [&] { aborted.emplace_back("forget"); });
    auto made = flow.source<Numbers>("count", CountingSource(plenty), bytes_of_numbers);
    auto failing = flow.stage(made, FailAt{100, "line 12"});
    flow.sink(
        failing, "store", [](Numbers) {}, InOrder::yes,
        [&] {
            aborted.emplace_back("store");
            throw std::runtime_error("not told");
        });
    CHECK_THROWS_AS(flow.run({.threads = 2}), FormatError);
    CHECK(aborted == std::vector<std::string>{"forget", "store"});
}
