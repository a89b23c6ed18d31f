#include "kernels/stats/guide_effects.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "kernels/stats/competitive_test.hpp"
#include "kernels/stats/multiple_testing.hpp"
#include "tests/kernels/stats/simulated_pool.hpp"
#include "tests/support/reference_table.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

namespace {

const std::vector<double> two_conditions_in_pairs{1, 0, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0,
                                                  1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 1};
const std::vector<std::size_t> intercept_and_pair{0, 3};
const std::vector<double> three_and_three{1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1};
const std::vector<std::size_t> intercept{0};

std::vector<double> log_of(std::vector<double> values) {
    for (double& v : values)
        v = std::log(v);
    return values;
}

double share_below(const std::vector<double>& p, double threshold) {
    return static_cast<double>(std::count_if(p.begin(), p.end(), [&](double v) { return v < threshold; })) /
           static_cast<double>(p.size());
}

}  // namespace

TEST_CASE("effects of genes are the maximum of the mixture, found by another optimiser") {
    const ReferenceTable guides(WELLSIEVE_TEST_DATA "/reference/guide_effects_guides.tsv");
    const ReferenceTable genes(WELLSIEVE_TEST_DATA "/reference/guide_effects_genes.tsv");
    std::vector<double> values;
    for (int s = 0; s < 6; ++s)
        for (const double c : guides.numbers("count_" + std::to_string(s)))
            values.push_back(c);
    std::vector<std::uint32_t> group;
    for (const double g : guides.numbers("gene"))
        group.push_back(static_cast<std::uint32_t>(g));
    const std::vector<double> offset = log_of({9e5, 1.1e6, 8e5, 1e6, 1.3e6, 7e5});
    const std::vector<double> dispersion = guides.numbers("dispersion");
    const std::vector<double> contrast{0, -1, 1, 0};
    const GuideEffects found = fit_guide_effects(
        {{values, 6}, {two_conditions_in_pairs, 4, offset}, intercept_and_pair, contrast, dispersion, group},
        genes.size());
    for (std::size_t g = 0; g < genes.size(); ++g) {
        INFO("gene " << g);
        CHECK(found.effect[g] == Approx(genes.number(g, "effect")).margin(1e-6));
        CHECK(found.standard_error[g] == Approx(genes.number(g, "standard_error")).epsilon(1e-5));
    }
    for (std::size_t i = 0; i < guides.size(); ++i)
        CHECK(found.efficiency[i] == Approx(guides.number(i, "works")).margin(1e-6));
}

TEST_CASE("guides that do not work neither draw their gene's effect down nor count as efficient") {
    PoolSpec spec;
    spec.genes = 600;
    spec.guides_per_gene = 5;
    spec.jackpot_share = 0.0;
    std::vector<double> values = pool_without_effects(spec);
    const std::size_t n = spec.genes * spec.guides_per_gene;
    std::vector<std::uint32_t> group(n);
    for (std::size_t i = 0; i < n; ++i) {
        group[i] = static_cast<std::uint32_t>(i / 5);
        // Of the first 60 genes all guides but the first fall e²-fold.
        if (i < 300 && i % 5 != 0)
            for (std::size_t s = 3; s < 6; ++s)
                values[s * n + i] = std::round(values[s * n + i] * std::exp(-2.0));
    }
    const std::vector<double> offset = log_of({1.0, 1.1, 1.2, 1.0, 1.1, 1.2});
    const std::vector<double> dispersion(n, 0.06), contrast{0, 1};
    const GuideEffects found = fit_guide_effects(
        {{values, 6}, {three_and_three, 2, offset}, intercept, contrast, dispersion, group}, spec.genes);
    double effect = 0.0, idle = 0.0, working = 0.0, lowest = 0.0;
    for (std::size_t g = 0; g < 60; ++g) {
        effect += found.effect[g] / 60.0;
        idle += found.efficiency[5 * g] / 60.0;
        working += found.efficiency[5 * g + 1] / 60.0;
        lowest = std::max(lowest, found.p[g]);
    }
    CHECK(effect == Approx(-2.0).margin(0.06));
    CHECK(idle < 0.1);
    CHECK(working > 0.97);
    CHECK(lowest < 0.15);
}

TEST_CASE("p of genes without effects is uniform, whatever guides scatter") {
    PoolSpec spec;
    spec.genes = 1500;
    spec.jackpot_share = 0.0;
    spec.seed = 9;
    const std::vector<double> values = pool_without_effects(spec);
    const std::size_t n = spec.genes * spec.guides_per_gene;
    std::vector<std::uint32_t> group(n);
    for (std::size_t i = 0; i < n; ++i)
        group[i] = static_cast<std::uint32_t>(i / 4);
    const std::vector<double> offset = log_of({1.0, 1.1, 1.2, 1.0, 1.1, 1.2});
    const std::vector<double> dispersion(n, 0.03), contrast{0, 1};  // less than there is
    const GuideEffects found = fit_guide_effects(
        {{values, 6}, {three_and_three, 2, offset}, intercept, contrast, dispersion, group}, spec.genes);
    CHECK(share_below(found.p, 0.05) == Approx(0.05).margin(0.015));
    CHECK(share_below(found.p, 0.5) == Approx(0.5).margin(0.04));
}

TEST_CASE("genes that move do not hide each other, nor make others move") {
    PoolSpec spec;
    spec.genes = 1500;
    spec.jackpot_share = 0.0;
    spec.seed = 4;
    std::vector<double> values = pool_without_effects(spec);
    const std::size_t n = spec.genes * spec.guides_per_gene;
    std::vector<std::uint32_t> group(n);
    constexpr std::size_t moving = 200;
    for (std::size_t i = 0; i < n; ++i) {
        group[i] = static_cast<std::uint32_t>(i / spec.guides_per_gene);
        if (group[i] < moving)
            for (std::size_t s = 3; s < 6; ++s)
                values[s * n + i] = std::round(values[s * n + i] * std::exp(-0.8));
    }
    const std::vector<double> offset = log_of({1.0, 1.1, 1.2, 1.0, 1.1, 1.2});
    const std::vector<double> dispersion(n, 0.06), contrast{0, 1};
    const GuideEffects found = fit_guide_effects(
        {{values, 6}, {three_and_three, 2, offset}, intercept, contrast, dispersion, group}, spec.genes);
    std::vector<double> q(spec.genes);
    benjamini_hochberg(found.p, q);
    const auto among = [&](std::size_t from, std::size_t to) {
        return std::count_if(q.begin() + static_cast<std::ptrdiff_t>(from),
                             q.begin() + static_cast<std::ptrdiff_t>(to), [](double v) { return v < 0.05; });
    };
    INFO(among(0, moving) << " and " << among(moving, spec.genes));
    CHECK(among(0, moving) > 120);
    CHECK(among(moving, spec.genes) < 8);
    CHECK(share_below({found.p.begin() + moving, found.p.end()}, 0.05) < 0.065);
}

TEST_CASE("groups without a guide, guides without a group and counts of nothing are no trouble") {
    const std::vector<double> values{0, 10, 50, 0, 12, 40, 0, 9, 0, 0, 11, 0};
    const std::vector<double> offset(4, 0.0), dispersion(3, 0.05), contrast{0, 1};
    const std::vector<double> matrix{1, 0, 1, 0, 1, 1, 1, 1};
    const std::vector<std::uint32_t> group{2, no_group, 0};
    const GuideEffects found =
        fit_guide_effects({{values, 4}, {matrix, 2, offset}, intercept, contrast, dispersion, group}, 3);
    CHECK(std::isnan(found.effect[1]));
    CHECK(std::isnan(found.efficiency[1]));
    CHECK(found.effect[0] < -5.0);
    CHECK(std::isfinite(found.standard_error[0]));
    CHECK(found.standard_error[2] > 100.0);
}
