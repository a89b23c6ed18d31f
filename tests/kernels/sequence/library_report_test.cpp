#include "kernels/sequence/library_report.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/kernels/sequence/reads.hpp"

using namespace wellsieve;
using kernels::sequence::LibraryReport;
using kernels::sequence::LookAlikes;

namespace {

LibraryReport report(const std::vector<std::string>& rows) {
    return kernels::sequence::report_library(kernels::sequence::BarcodeIndex(tests::views(rows), 1), 0.03);
}

std::uint32_t distance(const std::string& a, const std::string& b) {
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        count += a[i] != b[i];
    return count;
}

}  // namespace

TEST_CASE("each fault of a library is listed with its rows and its cost") {
    const LibraryReport found = report({"ACGGTCATTG", "ACGGTCATTG", "ACGGTCATCG", "CGGTCATTGA", "CAATGACCGT",
                                        "TTTTTCGCAG", "ACGNTCATTG", "GAATTC"});
    CHECK(found.rows == 8);
    CHECK(found.unusable == std::vector<std::uint32_t>{6});
    CHECK(found.duplicates == std::vector<LookAlikes>{{0, 1, 0}});
    CHECK(found.neighbours == std::vector<LookAlikes>{{0, 2, 1}});
    CHECK(found.shifted == std::vector<LookAlikes>{{0, 3, 1}});
    CHECK(found.reverse_complements == std::vector<LookAlikes>{{0, 4, 0}, {7, 7, 0}});
    REQUIRE(found.homopolymers.size() == 1);
    CHECK(found.homopolymers[0] == kernels::sequence::Homopolymer{5, 5});
    const auto cost = [&](const std::string& what) {
        return *std::find_if(found.costs.begin(), found.costs.end(),
                             [&](const auto& c) { return c.what == what; });
    };
    CHECK(cost("duplicates").rows == 2);
    CHECK(cost("duplicates").share_lost == 1);
    CHECK(cost("one mismatch apart").rows == 2);
    CHECK(cost("one mismatch apart").share_wrong == Approx(0.01));
    CHECK(cost("shifted by 1").share_wrong == 0.25);
    CHECK(cost("two mismatches apart").rows == 0);
    CHECK(cost("reverse complements").rows == 2);
    CHECK(cost("self-complementary").rows == 1);
}

TEST_CASE("look-alikes are those that a comparison of all pairs finds") {
    const std::uint32_t length = GENERATE(4, 9, 20, 35);
    tests::Dice dice(length);
    std::vector<std::string> rows;
    while (rows.size() < 60) {
        std::string next = rows.empty() || dice.chance(0.4)
                               ? dice.bases(length)
                               : rows[dice.below(static_cast<std::uint32_t>(rows.size()))];
        if (dice.chance(0.5))
            next = next.substr(1 + dice.below(3)) + dice.bases(3);
        next.resize(length, 'A');
        next[dice.below(length)] = "ACGT"[dice.below(4)];
        if (std::find(rows.begin(), rows.end(), next) == rows.end())
            rows.push_back(next);
    }
    const LibraryReport found = report(rows);
    std::vector<LookAlikes> neighbours;
    std::vector<LookAlikes> shifted;
    for (std::uint32_t a = 0; a < rows.size(); ++a)
        for (std::uint32_t b = 0; b < rows.size(); ++b) {
            if (a < b && distance(rows[a], rows[b]) <= 2)
                neighbours.push_back({a, b, distance(rows[a], rows[b])});
            for (std::uint32_t k = 1; k <= 3; ++k)
                if (a != b && rows[a].substr(k) == rows[b].substr(0, length - k))
                    shifted.push_back({a, b, k});
        }
    auto got = found.shifted;
    std::sort(got.begin(), got.end());
    std::sort(shifted.begin(), shifted.end());
    CHECK(found.neighbours == neighbours);
    CHECK(got == shifted);
}

TEST_CASE("a repeat is no shifted sibling of itself") {
    const LibraryReport found = report({"AAAAAAAAAA", "CGCGCGCGCG", "GCGCGCGCGC"});
    CHECK(found.shifted == std::vector<LookAlikes>{{1, 2, 1}, {2, 1, 1}, {1, 2, 3}, {2, 1, 3}});
}

TEST_CASE("the siblings of a made-up library are those of its description") {
    if (!tests::have_pooled_data())
        return;
    std::vector<std::string> rows;
    for (const auto& row :
         tests::cells(tests::file_text(tests::pooled_data + "/synth_200k/s200k.library.csv.gz")))
        rows.push_back(row[1]);
    rows.erase(rows.begin());
    const LibraryReport found = report(rows);
    CHECK(found.duplicates.empty());
    std::size_t by_one = 0;
    for (const LookAlikes& pair : found.shifted)
        by_one += pair.by == 1;
    CHECK(by_one > rows.size() / 120);  // 1 % made so
    CHECK(found.neighbours.size() > rows.size() / 150);
}
