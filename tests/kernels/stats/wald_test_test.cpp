#include "kernels/stats/wald_test.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "kernels/plate/agreement.hpp"
#include "kernels/stats/map_dispersion.hpp"
#include "kernels/stats/size_factors.hpp"
#include "tests/kernels/stats/pooled_screen.hpp"
#include "tests/kernels/stats/simulated_pool.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

namespace {

std::vector<double> median_offsets(Counts counts) {
    std::vector<double> offset(counts.samples);
    median_ratio_factors(counts, {}, offset);
    for (double& o : offset)
        o = std::log(o);
    return offset;
}

/// The largest of |ours − theirs| / (1 + |theirs|).
struct Worst {
    double value = 0.0;
    void see(double ours, double theirs) {
        const double off = std::abs(ours - theirs) / (1.0 + std::abs(theirs));
        value = std::isnan(off) ? INFINITY : std::max(value, off);
    }
};

std::size_t row_of(const ReferenceTable& table, const std::string& screen) {
    std::size_t row = 0;
    while (table.text(row, "screen") != screen)
        ++row;
    return row;
}

/// p of the guides in the golden, ours and DESeq2's.
double rank_correlation(const WaldTest& ours, const ReferenceTable& deseq2, const std::string& screen) {
    std::vector<double> p, expected;
    for (std::size_t row = 0; row < deseq2.size(); ++row)
        if (deseq2.text(row, "screen") == screen) {
            p.push_back(ours.p[static_cast<std::size_t>(deseq2.number(row, "guide"))]);
            expected.push_back(deseq2.number(row, "p"));
        }
    REQUIRE(p.size() >= 490);
    return wellsieve::kernels::plate::spearman(p, expected);
}

}  // namespace

TEST_CASE("dispersions by prior and Wald tests of real screens are DESeq2's") {
    const ReferenceTable deseq2(WELLSIEVE_TEST_DATA "/reference/deseq2_screens.tsv");
    const ReferenceTable priors(WELLSIEVE_TEST_DATA "/reference/deseq2_priors.tsv");
    for (const RealScreen& real : real_screens) {
        const std::string folder = pooled_folder(real.name);
        if (folder.empty())
            continue;
        INFO(real.name);
        const PooledScreen screen(folder + real.counts, real.samples, "sgRNA", real.gene);
        const Counts counts = screen.counts();
        const std::vector<double> offset = median_offsets(counts);
        const LogLinearDesign design{real.matrix, real.coefficients, offset};
        std::vector<double> contrast(real.coefficients, 0.0);
        contrast.back() = 1.0;
        const std::size_t prior = row_of(priors, real.name);
        for (std::size_t s = 0; s < 4; ++s)
            CHECK(std::exp(offset[s]) ==
                  Approx(priors.number(prior, "size" + std::to_string(s + 1))).epsilon(1e-9));

        const MapDispersions own = estimate_map_dispersions(counts, design);
        const WaldTest by_own =
            wald_test(counts, design, own.dispersion, {own.base_mean, own.trend}, contrast);
        CHECK(rank_correlation(by_own, deseq2, real.name) > 0.999);
        CHECK(own.prior_variance == Approx(priors.number(prior, "prior_variance")).margin(0.2));
        CHECK(std::isnan(own.asymptotic) == std::isnan(priors.number(prior, "asymptotic")));

        MapDispersions given = own;
        given.residual_variance = priors.number(prior, "residual_variance");
        given.prior_variance = priors.number(prior, "prior_variance");
        for (std::size_t row = 0; row < deseq2.size(); ++row)
            if (deseq2.text(row, "screen") == real.name)
                given.trend[static_cast<std::size_t>(deseq2.number(row, "guide"))] =
                    deseq2.number(row, "trend");
        moderate_dispersions(counts, design, given);
        const WaldTest test = wald_test(counts, design, given.dispersion, {given.base_mean, given.trend},
                                        contrast, priors.number(prior, "effect_variance"));
        Worst dispersion, fold_change, error, shrunken, shrunken_error;
        for (std::size_t row = 0; row < deseq2.size(); ++row) {
            if (deseq2.text(row, "screen") != real.name)
                continue;
            const auto i = static_cast<std::size_t>(deseq2.number(row, "guide"));
            dispersion.see(given.dispersion[i], deseq2.number(row, "dispersion"));
            fold_change.see(test.log2_fold_change[i], deseq2.number(row, "log2_fold_change"));
            error.see(test.standard_error[i], deseq2.number(row, "standard_error"));
            if (real.coefficients > 2)
                continue;  // it shrinks pairs too
            shrunken.see(test.shrunken[i], deseq2.number(row, "shrunken"));
            const double variance = test.shrunken_sd[i] * test.shrunken_sd[i];  // theirs: of the estimate
            shrunken_error.see(std::sqrt(variance - variance * variance / test.effect_variance),
                               deseq2.number(row, "shrunken_sd"));
        }
        const bool of_groups = real.coefficients == 2;  // else its first fit ends after one step
        CHECK(dispersion.value < (of_groups ? 1e-3 : 0.02));
        CHECK(fold_change.value < 1e-3);
        CHECK(error.value < (of_groups ? 1e-3 : 0.01));
        CHECK(shrunken.value < 1e-3);
        CHECK(shrunken_error.value < 1e-3);
        CHECK(by_own.effect_variance == Approx(priors.number(prior, "effect_variance")).epsilon(0.05));
    }
}

namespace {

const std::vector<double> three_and_three{1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1};

struct NullPool {
    explicit NullPool(PoolSpec spec) : values(pool_without_effects(spec)), offset(median_offsets(counts())) {}
    Counts counts() const { return {values, 6}; }
    LogLinearDesign design() const { return {three_and_three, 2, offset}; }
    std::vector<double> values, offset;
};

}  // namespace

TEST_CASE("a group without counts has a finite fold change, a feature without any has none") {
    PoolSpec spec;
    spec.genes = 200;
    NullPool pool(spec);
    const std::size_t n = pool.counts().features();
    for (std::size_t s = 0; s < 6; ++s) {
        pool.values[s * n] = 0.0;                  // nothing at all
        pool.values[s * n + 1] = s < 3 ? 400 : 0;  // nothing in one group
    }
    const MapDispersions d = estimate_map_dispersions(pool.counts(), pool.design());
    const std::vector<double> contrast{0, 1};
    const WaldTest test =
        wald_test(pool.counts(), pool.design(), d.dispersion, {d.base_mean, d.trend}, contrast);
    CHECK(std::isnan(d.dispersion[0]));
    CHECK(std::isnan(test.log2_fold_change[0]));
    CHECK(std::isnan(test.p[0]));
    CHECK(test.log2_fold_change[1] < -8.0);
    CHECK(test.log2_fold_change[1] > -14.0);
    CHECK(test.p[1] < 1e-6);
    for (std::size_t i = 1; i < n; ++i) {
        CHECK(std::abs(test.shrunken[i]) <= std::abs(test.log2_fold_change[i]));
        CHECK(test.shrunken_sd[i] < std::sqrt(test.effect_variance));
    }
}

TEST_CASE("without replicates there is no dispersion by prior") {
    const std::vector<double> values{10, 200, 0, 35, 40, 210, 8, 0};
    const std::vector<double> matrix{1, 0, 1, 1}, offset{0, 0};
    for (const double phi : estimate_map_dispersions({values, 2}, {matrix, 2, offset}).dispersion)
        CHECK(std::isnan(phi));
}

TEST_CASE("without effects Wald's p stays near its level") {
    PoolSpec spec;
    spec.jackpot_share = 0.0;
    const NullPool pool(spec);
    const MapDispersions d = estimate_map_dispersions(pool.counts(), pool.design());
    const std::vector<double> contrast{0, 1};
    const WaldTest test =
        wald_test(pool.counts(), pool.design(), d.dispersion, {d.base_mean, d.trend}, contrast);
    const auto below = std::count_if(test.p.begin(), test.p.end(), [](double p) { return p < 0.01; });
    CHECK(static_cast<double>(below) / static_cast<double>(test.p.size()) > 0.005);
    CHECK(static_cast<double>(below) / static_cast<double>(test.p.size()) < 0.02);
}
