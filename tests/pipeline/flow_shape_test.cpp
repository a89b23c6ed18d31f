#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "pipeline/error.hpp"
#include "pipeline/flow.hpp"
#include "tests/pipeline/toy_stages.hpp"

using namespace wellsieve::pipeline;
using namespace wellsieve::tests;
using Catch::Matchers::Message;

namespace {

auto count_to(Flow& flow, const std::string& name, std::uint64_t count) {
    return flow.source<Numbers>(name, CountingSource(count), bytes_of_numbers);
}

void ignore(Numbers) {}

struct SumValues {
    static constexpr std::string_view name = "sum values";
    using Local = std::map<std::uint64_t, std::uint64_t>;  // last digit → sum

    void add(Numbers batch, Local& local) const {
        for (std::uint64_t value : batch.values)
            local[value % 10] += value;
    }
    void combine(Local local) {
        for (auto [digit, sum] : local)
            sums[digit] += sum;
    }

    Local sums;
};

}  // namespace

TEST_CASE("a flow that leads nowhere, or to two places, is refused before it runs") {
    Flow empty("empty");
    CHECK_THROWS_MATCHES(empty.check(), InternalError, Message("flow 'empty': has no source"));

    Flow open("open");
    open.stage(count_to(open, "count", 1), Jitter{});
    CHECK_THROWS_MATCHES(open.check(), InternalError,
                         Message("flow 'open': 'jitter' leads nowhere: give it a stage or a sink"));
    CHECK_THROWS_AS(open.run(), InternalError);

    Flow forked("forked");
    auto made = count_to(forked, "count", 1);
    forked.sink(made, "left", ignore, InOrder::yes);
    forked.sink(made, "right", ignore, InOrder::yes);
    CHECK_THROWS_MATCHES(forked.check(), InternalError,
                         Message("flow 'forked': 'count' leads to both 'left' and 'right'"));
}

TEST_CASE("a flow with two sources of one name, or a step of another flow, is refused") {
    Flow twins("twins");
    twins.sink(count_to(twins, "count", 1), "a", ignore, InOrder::yes);
    twins.sink(count_to(twins, "count", 1), "b", ignore, InOrder::yes);
    CHECK_THROWS_MATCHES(twins.check(), InternalError,
                         Message("flow 'twins': two sources are named 'count'"));

    Flow other("other");
    auto elsewhere = count_to(other, "elsewhere", 1);
    Flow mine("mine");
    mine.sink(count_to(mine, "count", 1), "a", ignore, InOrder::yes);
    mine.sink(elsewhere, "b", ignore, InOrder::yes);
    CHECK_THROWS_MATCHES(mine.check(), InternalError,
                         Message("flow 'mine': 'b' follows a step of another flow"));
}

TEST_CASE("a flow runs once") {
    Flow flow("once");
    flow.sink(count_to(flow, "count", 3), "store", ignore, InOrder::yes);
    flow.run({.threads = 1});
    CHECK_THROWS_AS(flow.run({.threads = 1}), InternalError);
}

TEST_CASE("a flow describes itself before it runs") {
    Flow flow("plate lane");
    auto made = count_to(flow, "list files", 3);
    flow.sink(flow.stage(made, KeepEven{}), "store", ignore, InOrder::yes);
    SumValues sums;
    flow.accumulate(count_to(flow, "again", 3), sums);
    CHECK(flow.describe() ==
          "plate lane\n"
          "  list files (source, serial)\n"
          "    -> keep even (stage, parallel)\n"
          "    -> store (sink, serial, in order)\n"
          "  again (source, serial)\n"
          "    -> sum values (accumulator, parallel)\n");
}

TEST_CASE("no input is a run like any other") {
    for (unsigned threads : {1u, 2u, 8u}) {
        int stored = 0;
        Flow flow("nothing");
        flow.sink(
            flow.stage(count_to(flow, "count", 0), KeepEven{}), "store", [&](Numbers) { ++stored; },
            InOrder::yes);
        const RunReport report = flow.run({.threads = threads});
        CHECK(stored == 0);
        CHECK(report.lanes.at(0).batches_in == 0);
    }
}

TEST_CASE("two lanes share a graph, and each keeps its order and its accounts") {
    for (unsigned threads : {1u, 2u, 8u}) {
        std::vector<std::uint64_t> few;
        std::vector<std::uint64_t> many;
        Flow flow("two lanes");
        flow.sink(
            flow.stage(count_to(flow, "few", 50), Jitter{1}), "few",
            [&](Numbers batch) { few.push_back(batch.index); }, InOrder::yes);
        flow.sink(
            flow.stage(count_to(flow, "many", 1000), Jitter{2}), "many",
            [&](Numbers batch) { many.push_back(batch.index); }, InOrder::yes);
        const RunReport report = flow.run({.threads = threads, .memory_bytes = 20 * numbers_bytes});
        CHECK(few.size() == 50);
        CHECK(many.size() == 1000);
        CHECK(std::is_sorted(few.begin(), few.end()));
        CHECK(std::is_sorted(many.begin(), many.end()));
        CHECK(report.lanes.at(0).batches_out == 50);
        CHECK(report.lanes.at(1).batches_out == 1000);
        CHECK(report.lanes.at(0).peak_bytes + report.lanes.at(1).peak_bytes <= 20 * numbers_bytes);
    }
}

TEST_CASE("an unordered sink gets every batch once") {
    std::vector<std::uint64_t> stored;
    Flow flow("any order");
    flow.sink(
        flow.stage(count_to(flow, "count", 500), Jitter{}), "store",
        [&](Numbers batch) { stored.push_back(batch.index); }, InOrder::no);
    flow.run({.threads = 8});
    std::sort(stored.begin(), stored.end());
    REQUIRE(stored.size() == 500);
    for (std::uint64_t i = 0; i < stored.size(); ++i)
        REQUIRE(stored[i] == i);
}

TEST_CASE("an accumulator sums up the same with any number of threads") {
    SumValues::Local expected;
    for (std::uint64_t value = 0; value < 3000; ++value)
        expected[value % 10] += value;
    for (unsigned threads : {1u, 2u, 8u}) {
        SumValues sums;
        Flow flow("sum");
        flow.accumulate(flow.stage(count_to(flow, "count", 1000), Jitter{}), sums);
        const RunReport report = flow.run({.threads = threads});
        CHECK(sums.sums == expected);
        CHECK(report.lanes.at(0).batches_out == 1000);
    }
}

TEST_CASE("an accumulator is not combined into by a run that fails") {
    SumValues sums;
    Flow flow("fail");
    flow.accumulate(flow.stage(count_to(flow, "count", 1000), FailAt{500, "line 12"}), sums);
    CHECK_THROWS_AS(flow.run({.threads = 2}), wellsieve::formats::FormatError);
    CHECK(sums.sums.empty());
}

TEST_CASE("progress is told by one thread at a time, never goes back, and ends at the end") {
    std::vector<std::uint64_t> told;
    Flow flow("progress");
    flow.sink(flow.stage(count_to(flow, "count", 3000), Jitter{}), "store", ignore, InOrder::yes);
    flow.run({.threads = 4, .on_progress = [&](std::span<const LaneProgress> lanes) {
                  REQUIRE(lanes.size() == 1);
                  CHECK(lanes[0].name == "count");
                  CHECK(lanes[0].batches_in >= lanes[0].batches_out);
                  told.push_back(lanes[0].batches_out);
              }});
    REQUIRE_FALSE(told.empty());
    CHECK(std::is_sorted(told.begin(), told.end()));
    CHECK(told.back() == 3000);
}
