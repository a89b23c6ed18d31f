#include "kernels/stats/quasi_likelihood.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "kernels/plate/agreement.hpp"
#include "kernels/stats/dispersion.hpp"
#include "kernels/stats/size_factors.hpp"
#include "tests/kernels/stats/pooled_screen.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

namespace {

std::vector<double> tmm_offsets(Counts counts) {
    std::vector<double> offset(counts.samples);
    tmm_factors(counts, offset);
    for (std::size_t s = 0; s < counts.samples; ++s) {
        const auto row = counts.sample(s);
        offset[s] = std::log(offset[s] * std::accumulate(row.begin(), row.end(), 0.0));
    }
    return offset;
}

struct Analysis {
    Analysis(Counts counts, std::vector<double> design_matrix, std::size_t coefficients)
        : counts_(counts),
          offset(tmm_offsets(counts)),
          matrix(std::move(design_matrix)),
          design{matrix, coefficients, offset},
          dispersions(estimate_dispersions(counts, design)) {}

    QuasiLikelihoodTest test(const std::vector<double>& contrast,
                             DispersionPrior prior = DispersionPrior::plain) const {
        return quasi_likelihood_test(counts_, design, dispersions.trended, dispersions.average_log2, contrast,
                                     {}, prior);
    }

    Counts counts_;
    std::vector<double> offset, matrix;
    LogLinearDesign design;
    Dispersions dispersions;
};

std::vector<double> sample_columns(const ReferenceTable& table, int samples) {
    std::vector<double> values;
    for (int s = 1; s <= samples; ++s) {
        const std::vector<double> column = table.numbers("sample" + std::to_string(s));
        values.insert(values.end(), column.begin(), column.end());
    }
    return values;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    double worst = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
        worst = std::max(worst, std::abs(a[i] - b[i]));
    return worst;
}

const std::vector<double> three_pairs{1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1};

}  // namespace

TEST_CASE("dispersions and quasi-likelihood tests of three pairs are edgeR's") {
    const std::string path = WELLSIEVE_TEST_DATA "/reference/edger_pairs.tsv";
    const ReferenceTable edger(path);
    const std::vector<double> values = sample_columns(edger, 6);
    const Analysis ours({values, 6}, three_pairs, 4);
    CHECK(ours.dispersions.common == Approx(edger.number(0, "common")).epsilon(1e-6));
    CHECK(ours.dispersions.prior_df == Approx(edger.number(0, "prior_df")).epsilon(1e-5));
    CHECK(largest_difference(ours.dispersions.average_log2, edger.numbers("average_log2")) < 1e-5);
    CHECK(largest_difference(ours.dispersions.trended, edger.numbers("trended")) < 1e-5);
    CHECK(largest_difference(ours.dispersions.tagwise, edger.numbers("tagwise")) < 1e-5);
    const QuasiLikelihoodTest treated = ours.test({0, 0, 0, 1});
    CHECK(treated.prior_df == Approx(edger.number(0, "ql_prior_df")).epsilon(1e-5));
    CHECK(largest_difference(treated.log2_fold_change, edger.numbers("log2_fold_change")) < 1e-5);
    CHECK(largest_difference(treated.df, edger.numbers("df")) < 1e-4);
    CHECK(largest_difference(treated.p, edger.numbers("p")) < 1e-5);
    CHECK(largest_difference(treated.variance, edger.numbers("variance")) < 1e-3);
    const QuasiLikelihoodTest robust = ours.test({0, 0, 0, 1}, DispersionPrior::robust);
    CHECK(largest_difference(robust.df, edger.numbers("robust_df")) < 1e-3);
    CHECK(largest_difference(robust.p, edger.numbers("robust_p")) < 1e-5);
    CHECK(largest_difference(robust.variance, edger.numbers("robust_variance")) < 1e-3);
    const QuasiLikelihoodTest pairs = ours.test({0, 1, -1, 0});
    CHECK(largest_difference(pairs.log2_fold_change, edger.numbers("pairs_log2_fold_change")) < 1e-5);
    CHECK(largest_difference(pairs.p, edger.numbers("pairs_p")) < 1e-5);
}

TEST_CASE("dispersions and quasi-likelihood tests of unevenly spread batches are edgeR's") {
    const ReferenceTable edger(WELLSIEVE_TEST_DATA "/reference/edger_batches.tsv");
    const std::vector<double> values = sample_columns(edger, 9);
    const Analysis ours({values, 9},  // an intercept, two treatments, two further batches
                        {1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0,
                         0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0},
                        5);
    CHECK(largest_difference(ours.dispersions.trended, edger.numbers("trended")) < 1e-5);
    CHECK(largest_difference(ours.dispersions.tagwise, edger.numbers("tagwise")) < 1e-5);
    const QuasiLikelihoodTest one = ours.test({0, 1, 0, 0, 0});
    CHECK(largest_difference(one.log2_fold_change, edger.numbers("one_log2_fold_change")) < 1e-5);
    CHECK(largest_difference(one.p, edger.numbers("one_p")) < 1e-5);
    const QuasiLikelihoodTest robust = ours.test({0, 1, 0, 0, 0}, DispersionPrior::robust);
    CHECK(largest_difference(robust.p, edger.numbers("one_robust_p")) < 1e-5);
    const QuasiLikelihoodTest each_other = ours.test({0, 1, -1, 0, 0});
    CHECK(largest_difference(each_other.log2_fold_change, edger.numbers("one_two_log2_fold_change")) < 1e-5);
    CHECK(largest_difference(each_other.p, edger.numbers("one_two_p")) < 1e-5);
}

namespace {

std::vector<double> last_one(std::size_t n) {
    std::vector<double> out(n, 0.0);
    out.back() = 1.0;
    return out;
}

}  // namespace

TEST_CASE("dispersions, fold changes and p-values of real screens are edgeR's") {
    const ReferenceTable edger(WELLSIEVE_TEST_DATA "/reference/edger_screens.tsv");
    for (const RealScreen& real : real_screens) {
        const std::string folder = pooled_folder(real.name);
        if (folder.empty())
            continue;
        INFO(real.name);
        const PooledScreen screen(folder + real.counts, real.samples, "sgRNA", real.gene);
        const Analysis ours(screen.counts(), real.matrix, real.coefficients);
        const QuasiLikelihoodTest test = ours.test(last_one(real.coefficients));
        const QuasiLikelihoodTest robust = ours.test(last_one(real.coefficients), DispersionPrior::robust);
        std::vector<double> p, expected_p, robust_p, expected_robust_p;
        double worst = 0.0;
        for (std::size_t row = 0; row < edger.size(); ++row) {
            if (edger.text(row, "screen") != real.name)
                continue;
            const auto i = static_cast<std::size_t>(edger.number(row, "guide"));
            worst = std::max({worst, std::abs(ours.dispersions.trended[i] - edger.number(row, "trended")),
                              std::abs(ours.dispersions.tagwise[i] - edger.number(row, "tagwise")),
                              std::abs(test.log2_fold_change[i] - edger.number(row, "log2_fold_change"))});
            p.push_back(test.p[i]);
            expected_p.push_back(edger.number(row, "p"));
            robust_p.push_back(robust.p[i]);
            expected_robust_p.push_back(edger.number(row, "p_robust"));
        }
        REQUIRE(p.size() >= 500);
        CHECK(worst < 1e-4);
        CHECK(largest_difference(p, expected_p) < 1e-5);
        CHECK(largest_difference(robust_p, expected_robust_p) < 1e-5);
    }
}

TEST_CASE("p-values agree with those that edgeR gave elsewhere with its robust prior") {
    for (const RealScreen& real : {real_screens[0], real_screens[1], real_screens[2]}) {
        const std::string folder = pooled_folder(real.name);
        if (folder.empty())
            continue;
        INFO(real.name);
        const ReferenceTable edger(folder + "/ref.edger.tsv.gz");
        const double least_counts = 10.0;  // the references leave out guides with fewer
        const PooledScreen screen(folder + real.counts, real.samples, "sgRNA", real.gene, least_counts);
        const Analysis ours(screen.counts(), real.matrix, real.coefficients);
        const QuasiLikelihoodTest test = ours.test(last_one(real.coefficients), DispersionPrior::robust);
        CHECK(largest_difference(test.log2_fold_change, edger.numbers("logFC_QL")) < 0.02);
        CHECK(wellsieve::kernels::plate::spearman(test.p, edger.numbers("p_QL")) > 0.9999);
        CHECK(largest_difference(test.p, edger.numbers("p_QL")) < 1e-3);
    }
}

TEST_CASE("without a replicate there is a fold change and no p") {
    const std::vector<double> values{10, 200, 0, 35, 40, 210, 8, 0};
    const Analysis ours({values, 2}, {1, 0, 1, 1}, 2);
    const QuasiLikelihoodTest test = ours.test({0, 1});
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(std::isnan(test.p[i]));
        CHECK(std::isnan(test.f[i]));
        CHECK(std::isnan(test.standard_error[i]));
        CHECK(std::isfinite(test.log2_fold_change[i]));
    }
    CHECK(test.log2_fold_change[0] > 1.0);
}
