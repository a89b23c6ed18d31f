#include "kernels/stats/moderated_t.hpp"

#include <cmath>
#include <random>
#include <vector>

#include "bench/kernels/each_target.hpp"
#include "kernels/stats/multiple_testing.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::stats;

struct Screen {
    explicit Screen(std::size_t n) : effect(n), unscaled_sd(n, std::sqrt(0.5)), variance(n), df(n, 1.0) {
        std::mt19937 random(1);
        std::normal_distribution<double> normal;
        for (std::size_t i = 0; i < n; ++i) {
            const double scale = std::exp(0.5 * normal(random));
            effect[i] = normal(random) * (i % 10 == 0 ? 3.0 : scale);
            variance[i] = std::pow(scale * normal(random), 2);
        }
    }
    std::vector<double> effect, unscaled_sd, variance, df;
};

/// Prior, statistics, p, log odds and adjusted p, all that limma's eBayes and topTable give.
void moderated_screen(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    const Screen screen(n);
    std::vector<double> variance(n), df(n), t(n), p(n), log_odds(n), half_width(n), q(n);
    for (auto _ : state) {
        const VariancePrior prior = fit_variance_prior(screen.variance, screen.df);
        moderated_t({screen.effect, screen.unscaled_sd, screen.variance, screen.df}, prior, {},
                    {variance, df, t, p, log_odds, half_width});
        benjamini_hochberg(p, q);
        benchmark::ClobberMemory();
    }
    for (std::size_t i = 0; i < n; ++i)
        bench::require(p[i] > 0.0 && p[i] <= q[i] && q[i] <= 1.0, "moderated_t");
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(moderated_screen)->Arg(1000)->Arg(22'000)->Unit(benchmark::kMillisecond);

}  // namespace
