#include "kernels/stats/size_factors.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/kernels/stats/pooled_screen.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

namespace {

std::vector<double> tmm_of(const PooledScreen& screen) {
    std::vector<double> factor(screen.sample_count);
    tmm_factors(screen.counts(), factor);
    return factor;
}

std::vector<double> median_ratio_of(const PooledScreen& screen) {
    std::vector<double> factor(screen.sample_count);
    median_ratio_factors(screen.counts(), {}, factor);
    return factor;
}

}  // namespace

TEST_CASE("TMM factors are edgeR's, median-of-ratios factors DESeq2's") {
    struct Set {
        const char *name, *counts, *gene;
    };
    const Set sets[] = {{"mageck_demo1", "/sample.txt", "Gene"},
                        {"ht29_brunello", "/HT29-Brunello_counts.tsv.gz", "gene"},
                        {"ht29_minilib", "/HT29-MiniLibCas9_counts.tsv.gz", "gene"}};
    for (const Set& set : sets) {
        const std::string folder = pooled_folder(set.name);
        if (folder.empty())
            continue;
        INFO(set.name);
        const ReferenceTable edger(folder + "/ref.edger.samples.tsv");
        std::vector<std::string> names;
        for (std::size_t row = 0; row < edger.size(); ++row)
            names.push_back(edger.text(row, "sample"));
        const double least_counts = 10.0;  // the references leave out guides with fewer
        const PooledScreen screen(folder + set.counts, names, "sgRNA", set.gene, least_counts);
        CHECK(largest_relative_error(tmm_of(screen), edger.numbers("tmm")) < 1e-12);
        if (const std::string path = folder + "/ref.deseq2.samples.tsv"; ReferenceTable::exists(path))
            CHECK(largest_relative_error(median_ratio_of(screen),
                                         ReferenceTable(path).numbers("sizeFactor")) < 1e-12);
    }
}

TEST_CASE("size factors undo sequencing depth") {
    // Sample 2 is sample 1 three times over, sample 3 four times but for one feature that took off.
    const std::vector<double> values{10, 20, 30, 40, 50, 30, 60, 90, 120, 150, 40, 80, 120, 160, 20'000};
    const Counts counts{values, 3};
    std::vector<double> factor(3);
    median_ratio_factors(counts, {}, factor);
    CHECK(factor[1] / factor[0] == Approx(3.0));
    CHECK(factor[2] / factor[0] == Approx(4.0));
    const std::vector<std::uint32_t> controls{0, 1};
    total_factors(counts, controls, factor);
    CHECK(factor[1] / factor[0] == Approx(3.0));
    CHECK(factor[2] / factor[0] == Approx(4.0));
    total_factors(counts, {}, factor);
    CHECK(factor[0] == Approx(150.0 / ((150.0 + 450.0 + 20'400.0) / 3.0)));
}

TEST_CASE("the features seen everywhere decide the median of ratios; without any there is no answer") {
    const std::vector<double> values{5, 0, 7, 0, 9, 3};
    std::vector<double> factor(2);
    median_ratio_factors({values, 2}, {}, factor);
    CHECK(factor[0] == Approx(std::sqrt(7.0 / 3.0)));
    median_ratio_factors({std::vector<double>{1, 0, 0, 1}, 2}, {}, factor);
    CHECK(std::isnan(factor[0]));
}

TEST_CASE("what speaks against a normalisation is told") {
    std::vector<double> values(200, 100.0);
    for (std::size_t i = 0; i < 50; ++i)
        values[100 + i] = 3000.0;
    for (std::size_t i = 0; i < 10; ++i)
        values[90 + i] = 0.0;
    const NormalisationCheck check = check_normalisation({values, 2}, std::vector<double>{1.0, 10.0});
    CHECK(check.largest_zero_share == Approx(0.10));
    CHECK(check.smallest_factor == Approx(std::sqrt(0.1)));
    CHECK(check.largest_factor == Approx(std::sqrt(10.0)));
    CHECK(check.largest_moving_share == Approx(1.0));
    const NormalisationCheck quiet =
        check_normalisation({std::vector<double>(20, 50.0), 2}, std::vector<double>{1.0, 1.0});
    CHECK(quiet.largest_moving_share == 0.0);
    CHECK(quiet.largest_zero_share == 0.0);
}
