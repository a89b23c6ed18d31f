#include "kernels/stats/strain_means.hpp"

#include <cmath>
#include <random>
#include <vector>

#include "bench/kernels/each_target.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::stats;

/// Three wells a strain in each of two batches.
void mean_strains(benchmark::State& state) {
    const auto strains = static_cast<std::size_t>(state.range(0));
    std::mt19937 random(1);
    std::normal_distribution<double> normal;
    std::vector<double> value;
    std::vector<std::uint32_t> strain, batch;
    for (std::uint32_t b = 0; b < 2; ++b)
        for (std::uint32_t s = 0; s < strains; ++s) {
            const double cell = normal(random);
            for (int w = 0; w < 3; ++w) {
                value.push_back(cell + 0.5 * normal(random));
                strain.push_back(s);
                batch.push_back(b);
            }
        }
    std::vector<double> wells(strains), batches(strains), mean(strains), error(strains), variance(strains),
        df(strains), moderated(strains), between(strains), error_df(strains);
    StrainVariance pooled{};
    for (auto _ : state)
        pooled = strain_means({value, strain, batch}, {},
                              {wells, batches, mean, error, variance, df, moderated, between, error_df});
    bench::require(std::abs(pooled.interaction - 1.0) < 10.0 / std::sqrt(static_cast<double>(strains)),
                   "strain_means");
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(value.size()));
}

BENCHMARK(mean_strains)->Arg(1000)->Arg(22'000)->Unit(benchmark::kMillisecond);

}  // namespace
