#include "kernels/stats/shrinkage.hpp"

#include <cmath>
#include <random>
#include <vector>

#include "bench/kernels/each_target.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::stats;

void shrink_screen(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    std::mt19937 random(1);
    std::normal_distribution<double> normal;
    std::vector<double> estimate(n), error(n), mean(n), sd(n), own_sd(n), weight(n);
    for (std::size_t i = 0; i < n; ++i) {
        error[i] = std::exp(0.3 * normal(random) - 1.0);
        estimate[i] = 2.0 + normal(random) + error[i] * normal(random);
    }
    EffectPrior prior{};
    for (auto _ : state) {
        prior = fit_effect_prior(estimate, error);
        shrink_effects(estimate, error, prior, {mean, sd, own_sd, weight});
        benchmark::ClobberMemory();
    }
    const double five_errors = 5.0 * std::sqrt(2.0 / static_cast<double>(n)) * 1.2;
    bench::require(std::abs(prior.variance - 1.0) < five_errors, "fit_effect_prior");
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(shrink_screen)->Arg(1000)->Arg(22'000)->Unit(benchmark::kMillisecond);

}  // namespace
