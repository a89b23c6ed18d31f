#include "pipeline/suspect_reads.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace wellsieve::pipeline;

namespace {

/// Two samples of four barcodes; `shifted` is `a` moved by one base.
PoolCounts pool() {
    PoolCounts counts;
    counts.features = {{"a", "ACGGTCATTG", "", "", 0},
                       {"b", "TTGCAGGACC", "", "", 0},
                       {"shifted", "CGGTCATTGA", "", "", 0},
                       {"c", "GATTACAGAT", "", "", 0}};
    counts.samples = {{"s1", "", 0, "", {}}, {"s2", "", 0, "", {}}};
    counts.counts = {5000, 4000, 20, 60, 5000, 20, 20, 50};
    counts.searched_reads = 1000;
    return counts;
}

}  // namespace

TEST_CASE("chimeras, shifted barcodes and hopped counts are listed, and nothing else") {
    PoolCounts counts = pool();
    const std::vector<UnmatchedReads> no_match = {
        {"ACGGTGGACC", 7},   // front of a, back of b
        {"ACGGTCAGAT", 3},   // front of a, back of c, which is not a hundred times as common
        {"TACGGTCATT", 4},   // a, a base further on
        {"TGCAGGACCT", 2},   // b, a base further back
        {"CCCCCCCCCC", 9}};  // nothing
    list_suspects(counts, no_match);
    const auto row = [](const PoolSuspect& s) {
        return s.kind + " " + s.sample + " " + s.feature + " " + s.other + " " + s.bases + " " +
               std::to_string(s.reads) + " " + std::to_string(s.other_reads);
    };
    std::vector<std::string> rows;
    for (const PoolSuspect& suspect : counts.suspects)
        rows.push_back(row(suspect));
    CHECK(rows ==
          std::vector<std::string>{"chimera  a b ACGGTGGACC 7 4020", "hopped s2 b b TTGCAGGACC 20 4000",
                                   "shifted  shifted a CGGTCATTGA 40 10000", "shifted   a TACGGTCATT 4 10000",
                                   "shifted   b TGCAGGACCT 2 4020"});
    CHECK(counts.choices.size() == 2);
}

TEST_CASE("of each kind a hundred are listed, those of most reads first") {
    PoolCounts counts;
    for (std::uint32_t f = 0; f < 300; ++f)
        counts.features.push_back({"f" + std::to_string(f), "", "", "", 0});
    counts.samples.resize(2);
    counts.counts.assign(600, 1'000'000);
    for (std::uint32_t f = 0; f < 300; ++f)
        counts.counts[f] = f;
    list_suspects(counts, {});
    REQUIRE(counts.suspects.size() == 100);
    CHECK(counts.suspects.front().reads == 299);
    CHECK(counts.suspects.back().reads == 200);
}

TEST_CASE("pairs of indices that are no sample's are listed with the samples that have each of them") {
    PoolCounts counts = pool();
    counts.index_pairs = {{{"AAAA", "CCCC"}, {"GGGG", "TTTT"}, {0, -1, -1, 1}, {9000, 30, 0, 970}}};
    list_suspects(counts, {});
    const auto is_pair = [](const PoolSuspect& s) { return s.kind == "index_pair"; };
    CHECK(std::count_if(counts.suspects.begin(), counts.suspects.end(), is_pair) == 1);
    const auto found = std::find_if(counts.suspects.begin(), counts.suspects.end(), is_pair);
    REQUIRE(found != counts.suspects.end());
    CHECK(*found == PoolSuspect{"index_pair", "s1", "", "s2", "AAAA+TTTT", 30, 970});
    CHECK_THAT(counts.choices.back(),
               Catch::Contains("0.3 % of 10000 reads") && Catch::Contains("1 of 2 such pairs"));
    PoolCounts crossed = pool();
    crossed.index_pairs = {{{"AAAA"}, {"GGGG", "TTTT"}, {0, 1}, {10, 10}}};
    list_suspects(crossed, {});
    CHECK_THAT(crossed.choices.back(), Catch::Contains("cannot be seen"));
}
