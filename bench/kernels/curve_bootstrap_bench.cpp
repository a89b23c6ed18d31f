#include "kernels/curve/curve_bootstrap.hpp"

#include <vector>

#include "bench/kernels/curves.hpp"
#include "bench/kernels/each_target.hpp"

namespace {

using namespace wellsieve;
using kernels::curve::CurveTraits;
using kernels::curve::GrowthRate;
using kernels::curve::TraitIntervals;

constexpr std::size_t times = 93;

/// Rate, all traits and the intervals of all: the full default set. One item is one curve.
void run(benchmark::State& state) {
    const auto plate = bench::logistic_curves(96, times);
    kernels::curve::BootstrapOptions options;
    options.draws = static_cast<std::uint32_t>(state.range(0));
    std::vector<GrowthRate> rates(plate.wells);
    std::vector<CurveTraits> traits(plate.wells);
    std::vector<TraitIntervals> intervals(plate.wells);
    for (auto _ : state) {
        kernels::curve::growth_rates(plate.view(), {}, {}, rates);
        kernels::curve::curve_traits(plate.view(), {}, {}, rates, traits);
        kernels::curve::bootstrap_traits(plate.view(), {}, {}, kernels::curve::rates_in_similar_windows({}),
                                         rates, traits, options, intervals);
        benchmark::DoNotOptimize(intervals.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(plate.wells));
}

BENCHMARK(run)->Name("traits_with_bootstrap_intervals")->Arg(23)->Arg(31)->Arg(47)->Arg(95);

}  // namespace
