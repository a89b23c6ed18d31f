#include "kernels/stats/rank_draws.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include "bench/kernels/each_target.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::stats;

/// Strains on plates of 384, each plate with the error of its parent's mean.
void rank_screen(benchmark::State& state) {
    const auto strains = static_cast<std::uint32_t>(state.range(0));
    const std::uint32_t plates = strains / 384 + 1;
    std::vector<double> mean(strains), own_sd(strains, 0.1), shared_sd(plates, 0.05);
    std::vector<SharedLoading> loadings;
    for (std::uint32_t i = 0; i < strains; ++i) {
        mean[i] = std::sin(1.0 + i * 0.7);
        loadings.push_back({i, i / 384, -1.0});
    }
    std::vector<double> best(strains), top(strains), expected(strains), low(strains), high(strains);
    const RankDrawOptions options{.seed = 1, .draws = static_cast<std::uint32_t>(state.range(1)), .top = 24};
    for (auto _ : state)
        rank_by_draws({mean, own_sd, loadings, shared_sd}, options, {best, top, expected, low, high});
    bench::require(std::abs(std::accumulate(top.begin(), top.end(), 0.0) - 24.0) < 1e-9, "rank_by_draws");
    state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1));
}

BENCHMARK(rank_screen)->Args({1000, 4000})->Args({22'000, 2000})->Unit(benchmark::kMillisecond);

}  // namespace
