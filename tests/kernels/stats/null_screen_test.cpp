#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "kernels/stats/competitive_test.hpp"
#include "kernels/stats/dispersion.hpp"
#include "kernels/stats/quasi_likelihood.hpp"
#include "kernels/stats/size_factors.hpp"
#include "tests/kernels/stats/simulated_pool.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

namespace {

double share_below(const std::vector<double>& p, double threshold) {
    double below = 0.0;
    double all = 0.0;
    for (const double value : p)
        if (!std::isnan(value)) {
            all += 1.0;
            below += value < threshold;
        }
    return below / all;
}

std::vector<double> tmm_offsets(Counts counts) {
    std::vector<double> offset(counts.samples);
    tmm_factors(counts, offset);
    for (std::size_t s = 0; s < counts.samples; ++s) {
        const auto row = counts.sample(s);
        offset[s] = std::log(offset[s] * std::accumulate(row.begin(), row.end(), 0.0));
    }
    return offset;
}

const std::vector<double> three_and_three{1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1};

/// Three samples of the first condition and one of the second, then the other way round.
const std::vector<double> four_and_four_in_batches{1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1,
                                                   1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1};

PoolSpec uneven_batches() {
    PoolSpec spec;
    spec.genes = 2500;
    spec.samples = 8;
    spec.batch = {0, 0, 0, 1, 0, 1, 1, 1};
    spec.jackpot_share = 0.0;
    return spec;
}

struct ScreenTest {
    std::vector<double> guides;  ///< p
    GroupTest genes;
};

/// Tests the second condition of a pool, as `run` does; it takes a third of the reads of the first genes.
ScreenTest test_screen(const PoolSpec& spec, const std::vector<double>& matrix,
                       const std::vector<double>& contrast, std::size_t moved = 0) {
    std::vector<double> values = pool_without_effects(spec);
    for (std::size_t s = 0; s < spec.samples; ++s)
        for (std::size_t i = 0; i < 4 * moved; ++i)
            if (matrix[s * contrast.size() + 1] > 0.0)
                values[s * 4 * spec.genes + i] = std::round(values[s * 4 * spec.genes + i] / 1.5);
    const Counts raw{values, spec.samples};
    const std::vector<double> offset = tmm_offsets(raw);
    const LogLinearDesign design{matrix, contrast.size(), offset};
    const std::vector<double> weight = sample_weights(design, contrast);
    const std::vector<OutlyingCount> outlying = outlying_counts(raw, offset, weight);
    const std::vector<double> kept = replace_outlying(raw, offset, weight, outlying);
    std::vector<double> replaced(raw.features(), 0.0);
    for (const OutlyingCount& one : outlying)
        replaced[one.feature] += 1.0;
    const Counts counts{kept, spec.samples};
    const Dispersions d = estimate_dispersions(counts, design);
    std::vector<std::uint32_t> gene(counts.features());
    for (std::uint32_t i = 0; i < gene.size(); ++i)
        gene[i] = i / 4;
    return {quasi_likelihood_test(counts, design, d.trended, d.average_log2, contrast, replaced,
                                  DispersionPrior::robust)
                .p,
            competitive_test(robust_effects(counts, design, 2, contrast, {}), gene, spec.genes)};
}

}  // namespace

TEST_CASE("without effects one guide in a hundred has p below 0.01, jackpots or not") {
    PoolSpec without_jackpots, alike, many_jackpots;
    without_jackpots.jackpot_share = 0.0;
    alike.dispersion_df = 20.0;
    alike.dispersion = 0.02;
    alike.jackpot_share = 0.002;
    alike.seed = 2;
    many_jackpots.dispersion = 0.1;
    many_jackpots.jackpot_share = 0.005;
    many_jackpots.seed = 3;
    for (const PoolSpec& spec : {without_jackpots, alike, many_jackpots}) {
        INFO("jackpots " << spec.jackpot_share << ", dispersion " << spec.dispersion);
        const ScreenTest found = test_screen(spec, three_and_three, {0, 1});
        CHECK(share_below(found.guides, 0.01) > 0.008);
        CHECK(share_below(found.guides, 0.01) < 0.012);
        CHECK(share_below(found.genes.p, 0.01) > 0.005);
        CHECK(share_below(found.genes.p, 0.01) < 0.015);
        CHECK(share_below(found.genes.fdr, 0.05) == 0.0);
    }
}

TEST_CASE("without effects one guide in a hundred has p below 0.01 where batches differ") {
    PoolSpec spec = uneven_batches();
    for (const double sd : {0.1, 0.5, 1.0}) {
        INFO("batches " << sd);
        spec.batch_sd = sd;
        const ScreenTest found = test_screen(spec, four_and_four_in_batches, {0, 1, 0});
        CHECK(share_below(found.guides, 0.01) > 0.007);
        CHECK(share_below(found.guides, 0.01) < 0.013);
        CHECK(share_below(found.genes.p, 0.01) > 0.004);
        CHECK(share_below(found.genes.p, 0.01) < 0.016);
    }
}

TEST_CASE("genes are found in uneven batches, however much these differ, and few others, jackpots or not") {
    constexpr std::size_t moved = 100;
    PoolSpec spec = uneven_batches();
    struct Found {
        std::ptrdiff_t right, wrong;
    };
    const auto found_with = [&](double batch_sd, double jackpot_share) {
        spec.batch_sd = batch_sd;
        spec.jackpot_share = jackpot_share;
        const ScreenTest found = test_screen(spec, four_and_four_in_batches, {0, 1, 0}, moved);
        const auto is_found = [](double q) { return q < 0.05; };
        const auto others = found.genes.fdr.begin() + static_cast<std::ptrdiff_t>(moved);
        return Found{std::count_if(found.genes.fdr.begin(), others, is_found),
                     std::count_if(others, found.genes.fdr.end(), is_found)};
    };
    const std::ptrdiff_t in_alike_batches = found_with(0.01, 0.0).right;
    CHECK(in_alike_batches >= 45);
    for (const double jackpot_share : {0.0, 0.001, 0.005}) {
        INFO("jackpots " << jackpot_share);
        const Found found = found_with(1.0, jackpot_share);
        CHECK(found.right >= in_alike_batches / 2);
        CHECK(found.wrong <= 3);
    }
}

TEST_CASE("without effects one gene in a hundred has p below 0.01 in pairs, jackpots or not") {
    PoolSpec spec;
    spec.genes = 2500;
    spec.samples = 8;
    spec.batch = {0, 1, 2, 3, 0, 1, 2, 3};
    const std::vector<double> four_pairs{1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1,
                                         1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1};
    for (const double sd : {0.1, 1.0})
        for (const double jackpot_share : {0.0, 0.005}) {
            INFO("pairs " << sd << ", jackpots " << jackpot_share);
            spec.batch_sd = sd;
            spec.jackpot_share = jackpot_share;
            const ScreenTest found = test_screen(spec, four_pairs, {0, 1, 0, 0, 0});
            CHECK(share_below(found.genes.p, 0.01) > 0.004);
            CHECK(share_below(found.genes.p, 0.01) < 0.016);
            CHECK(share_below(found.genes.fdr, 0.05) < 0.001);
        }
}
