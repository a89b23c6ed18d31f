#include "kernels/stats/competitive_test.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

#include "tests/kernels/stats/pooled_screen.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

namespace {

std::vector<double> library_offsets(Counts counts) {
    std::vector<double> out;
    for (std::size_t s = 0; s < counts.samples; ++s) {
        const auto row = counts.sample(s);
        out.push_back(std::log(std::accumulate(row.begin(), row.end(), 0.0)));
    }
    return out;
}

std::set<std::string> gene_list(const std::string& path, const std::string& column) {
    const ReferenceTable table(path);
    std::set<std::string> out;
    for (std::size_t row = 0; row < table.size(); ++row)
        out.insert(table.text(row, column));
    return out;
}

/// P(an essential gene has a lower z than a nonessential one).
double area_under_curve(const std::vector<double>& essential, std::vector<double> nonessential) {
    std::sort(nonessential.begin(), nonessential.end());
    double above = 0.0;
    for (const double z : essential)
        above += static_cast<double>(nonessential.end() -
                                     std::upper_bound(nonessential.begin(), nonessential.end(), z));
    return above / static_cast<double>(essential.size()) / static_cast<double>(nonessential.size());
}

struct Calls {
    double area;
    std::size_t right, wrong;
};

Calls depleted_genes(const PooledScreen& screen, const GroupTest& test,
                     const std::set<std::string>& essential, const std::set<std::string>& nonessential) {
    std::vector<double> low, high;
    Calls out{0.0, 0, 0};
    for (std::size_t g = 0; g < screen.genes.size(); ++g) {
        const bool called = test.fdr[g] < 0.05 && test.z[g] < 0.0;
        if (essential.count(screen.genes[g]) > 0) {
            low.push_back(test.z[g]);
            out.right += called;
        } else if (nonessential.count(screen.genes[g]) > 0) {
            high.push_back(test.z[g]);
            out.wrong += called;
        }
    }
    out.area = area_under_curve(low, high);
    return out;
}

GroupTest test_against_plasmid(const PooledScreen& screen) {
    const std::vector<double> offset = library_offsets(screen.counts());
    const std::vector<double> effects =
        robust_effects(screen.counts(), {against_plasmid, 2, offset}, 2, std::vector<double>{0, 1}, {});
    return competitive_test(effects, screen.gene, screen.genes.size());
}

}  // namespace

TEST_CASE("essential genes of HT29 are found: more of them than by RRA or camera, with no more wrong ones") {
    const std::string folder = pooled_folder("ht29_brunello");
    if (folder.empty())
        return;
    const double least_counts = 10.0;
    const PooledScreen screen(
        folder + "/HT29-Brunello_counts.tsv.gz",
        {"Brunello_plasmid", "Brunello_HT29-rep1", "Brunello_HT29-rep2", "Brunello_HT29-rep3"}, "sgRNA",
        "gene", least_counts);
    const GroupTest test = test_against_plasmid(screen);
    const Calls calls = depleted_genes(screen, test, gene_list(folder + "/CEGv2.txt", "GENE"),
                                       gene_list(folder + "/NEGv1.txt", "GENE"));
    INFO("area " << calls.area << ", essential " << calls.right << ", nonessential " << calls.wrong
                 << ", correlation " << test.correlation);
    CHECK(calls.area >= 0.990);
    CHECK(calls.right > 509);
    CHECK(calls.wrong <= 2);
}

TEST_CASE("essential genes of A375 are found, as well as by RRA or better") {
    const std::string folder = pooled_folder("cb2_sanson_a375");
    if (folder.empty())
        return;
    const PooledScreen screen(folder + "/counts.tsv.gz", {"pDNA", "RepA", "RepB", "RepC"}, "sgRNA", "gene",
                              10.0);
    const auto plain_list = [&](const std::string& file) {
        std::set<std::string> out;
        std::FILE* in = std::fopen((folder + file).c_str(), "r");
        char line[256];
        while (std::fgets(line, sizeof line, in) != nullptr)
            out.insert(std::string(line).substr(0, std::string(line).find_first_of("\r\n")));
        std::fclose(in);
        return out;
    };
    const auto essential = plain_list("/essential_genes.txt");
    const auto nonessential = plain_list("/nonessential_genes.txt");
    const Calls calls = depleted_genes(screen, test_against_plasmid(screen), essential, nonessential);
    const ReferenceTable mageck(folder + "/ref.mageck2.gene_summary.txt.gz");
    std::size_t right = 0, wrong = 0;
    std::vector<double> low, high;
    for (std::size_t row = 0; row < mageck.size(); ++row) {
        const bool called = mageck.number(row, "neg|fdr") < 0.05;
        if (essential.count(mageck.text(row, "id")) > 0) {
            right += called;
            low.push_back(mageck.number(row, "neg|score"));
        } else if (nonessential.count(mageck.text(row, "id")) > 0) {
            wrong += called;
            high.push_back(mageck.number(row, "neg|score"));
        }
    }
    INFO("area " << calls.area << ", essential " << calls.right << ", nonessential " << calls.wrong
                 << "; RRA " << area_under_curve(low, high) << " " << right << " " << wrong);
    CHECK(calls.area >= area_under_curve(low, high));
    CHECK(calls.right >= right);
    CHECK(calls.wrong * 100 <= high.size());
}

TEST_CASE("a contrast's sample weights are those of least squares") {
    const std::vector<double> offset(6, 0.0);
    const std::vector<double> pairs{1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1};
    const std::vector<double> weight = sample_weights({pairs, 4, offset}, std::vector<double>{0, 0, 0, 1});
    for (std::size_t s = 0; s < 6; ++s)
        CHECK(weight[s] == Approx(s < 3 ? -1.0 / 3.0 : 1.0 / 3.0));
}

TEST_CASE("one tube's jackpot neither moves a feature far nor goes unnamed") {
    std::mt19937 random(9);
    std::normal_distribution<double> noise(0.0, 0.2);
    const std::size_t n = 2000;
    std::vector<double> values(4 * n);
    for (double& value : values)
        value = std::round(300.0 * std::exp(noise(random)));
    values[2 * n + 17] *= 1000.0;
    for (std::size_t s = 1; s < 4; ++s)
        values[s * n + 40] /= 64.0;
    const Counts counts{values, 4};
    const std::vector<double> offset(4, std::log(6e5));
    const std::vector<double> weight =
        sample_weights({against_plasmid, 2, offset}, std::vector<double>{0, 1});
    const std::vector<OutlyingCount> outlying = outlying_counts(counts, offset, weight);
    REQUIRE(outlying.size() == 1);
    CHECK(outlying[0].feature == 17);
    CHECK(outlying[0].sample == 2);
    CHECK(outlying[0].distance > 6.0);
    const std::vector<double> effects =
        robust_effects(counts, {against_plasmid, 2, offset}, 2, std::vector<double>{0, 1}, {});
    CHECK(effects[17] < 1.8);
    CHECK(effects[40] == Approx(-2.25));
    const std::vector<double> replaced = replace_outlying(counts, offset, weight, outlying);
    CHECK(replaced[2 * n + 17] == std::round((values[n + 17] + values[3 * n + 17]) / 2.0));
    values[2 * n + 17] = replaced[2 * n + 17];
    CHECK(replaced == values);
}

TEST_CASE("few groups get no p, groups without features none") {
    const std::vector<double> effect{1, 2, 3, -1};
    const std::vector<std::uint32_t> group{0, 1, 1, no_group};
    const GroupTest few = competitive_test(effect, group, 3);
    CHECK(std::isnan(few.p[0]));
    CHECK(few.features == std::vector<std::uint32_t>{1, 2, 0});
    std::vector<double> many;
    std::vector<std::uint32_t> own;
    for (std::uint32_t g = 0; g < 40; ++g) {
        many.push_back(std::sin(g * 1.7));
        own.push_back(g);
    }
    const GroupTest test = competitive_test(many, own, 41);
    CHECK(std::isnan(test.p[40]));
    CHECK(test.p[0] > 0.0);
    CHECK(test.correlation == 0.0);
}

TEST_CASE("groups that do not scatter get no p") {
    std::vector<double> effect(60, 0.0);
    std::vector<std::uint32_t> group;
    for (std::uint32_t i = 0; i < 60; ++i)
        group.push_back(i / 2);
    for (const double moved : {0.0, -2.25}) {
        effect[0] = moved;
        const GroupTest test = competitive_test(effect, group, 30);
        CHECK(std::isnan(test.p[0]));
        CHECK(std::isnan(test.p[1]));
        CHECK(test.features[0] == 2);
    }
}
