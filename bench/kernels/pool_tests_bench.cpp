// What a pool is tested by, once for each contrast: 20,000 guides of 5,000 genes in six samples, no effects.

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "bench/kernels/each_target.hpp"
#include "kernels/stats/dispersion.hpp"
#include "kernels/stats/guide_effects.hpp"
#include "kernels/stats/map_dispersion.hpp"
#include "kernels/stats/quasi_likelihood.hpp"
#include "kernels/stats/robust_prior.hpp"
#include "kernels/stats/wald_test.hpp"
#include "tests/kernels/stats/simulated_pool.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::stats;

struct Pool {
    std::vector<double> values = tests::pool_without_effects({});
    std::vector<double> offset = std::vector<double>(6, std::log(1e6));
    std::vector<double> matrix{1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1};
    std::vector<double> contrast{0, 1};

    Counts counts() const { return {values, 6}; }
    LogLinearDesign design() const { return {matrix, 2, offset}; }
};

void require_few_below(const std::vector<double>& p, const char* what) {
    const auto below = std::count_if(p.begin(), p.end(), [](double v) { return v < 0.01; });
    bench::require(static_cast<double>(below) < 0.03 * static_cast<double>(p.size()), what);
}

void test_by_quasi_likelihood(benchmark::State& state) {
    const Pool pool;
    std::vector<double> p;
    for (auto _ : state) {
        const Dispersions d = estimate_dispersions(pool.counts(), pool.design());
        p = quasi_likelihood_test(pool.counts(), pool.design(), d.trended, d.average_log2, pool.contrast, {},
                                  DispersionPrior::robust)
                .p;
    }
    require_few_below(p, "quasi_likelihood_test");
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(p.size()));
}

void test_by_wald(benchmark::State& state) {
    const Pool pool;
    std::vector<double> p;
    for (auto _ : state) {
        const MapDispersions d = estimate_map_dispersions(pool.counts(), pool.design());
        p = wald_test(pool.counts(), pool.design(), d.dispersion, {d.base_mean, d.trend}, pool.contrast).p;
    }
    require_few_below(p, "wald_test");
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(p.size()));
}

void moderate_robustly(benchmark::State& state) {
    std::mt19937 random(1);
    std::chi_squared_distribution<double> own(4.0), prior(10.0);
    std::vector<double> variance(20'000), df(variance.size(), 4.0), covariate(variance.size());
    for (std::size_t i = 0; i < variance.size(); ++i) {
        variance[i] = own(random) / 4.0 * 10.0 / prior(random);
        covariate[i] = static_cast<double>(i % 997);
    }
    RobustPrior found;
    for (auto _ : state)
        found = fit_robust_prior(variance, df, covariate);
    const double most = *std::max_element(found.df.begin(), found.df.end());
    bench::require(std::abs(most - 10.0) < 2.0, "fit_robust_prior");
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(variance.size()));
}

void effects_of_genes(benchmark::State& state) {
    const Pool pool;
    const std::vector<double> dispersion(pool.counts().features(), 0.06);
    const std::vector<std::size_t> own{0};
    std::vector<std::uint32_t> gene(dispersion.size());
    for (std::uint32_t i = 0; i < gene.size(); ++i)
        gene[i] = i / 4;
    std::vector<double> p;
    for (auto _ : state)
        p = fit_guide_effects({pool.counts(), pool.design(), own, pool.contrast, dispersion, gene},
                              gene.size() / 4)
                .p;
    require_few_below(p, "fit_guide_effects");
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(p.size()));
}

BENCHMARK(test_by_quasi_likelihood)->Unit(benchmark::kMillisecond);
BENCHMARK(test_by_wald)->Unit(benchmark::kMillisecond);
BENCHMARK(moderate_robustly)->Unit(benchmark::kMillisecond);
BENCHMARK(effects_of_genes)->Unit(benchmark::kMillisecond);

}  // namespace
