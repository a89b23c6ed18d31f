#include "kernels/curve/window_slopes.hpp"

#include <vector>

#include "bench/kernels/curves.hpp"
#include "bench/kernels/each_target.hpp"

namespace {

using namespace wellsieve;
using kernels::curve::GrowthRate;

constexpr std::size_t times = 93;

template <auto Function>
std::vector<GrowthRate> rates_of(const bench::PlateOfCurves& plate) {
    std::vector<GrowthRate> rates(plate.wells);
    Function(plate.view(), {}, rates);
    return rates;
}

void check_once(const bench::PlateOfCurves& plate) {
    const auto ours = rates_of<kernels::curve::window_slopes>(plate);
    const auto expected = rates_of<kernels::curve::window_slopes_reference>(plate);
    for (std::size_t well = 0; well < plate.wells; ++well)
        bench::require(ours[well].rate_per_h == expected[well].rate_per_h, "window_slopes");
}

/// One item is one curve.
template <auto Function>
void run(benchmark::State& state) {
    const auto plate = bench::logistic_curves(static_cast<std::size_t>(state.range(0)), times);
    check_once(plate);
    for (auto _ : state)
        benchmark::DoNotOptimize(rates_of<Function>(plate));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

const bool registered = bench::register_kernel("window_slopes", {96, 384}, run<kernels::curve::window_slopes>,
                                               run<kernels::curve::window_slopes_reference>);

}  // namespace
