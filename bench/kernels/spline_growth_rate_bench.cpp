#include "kernels/curve/spline_growth_rate.hpp"

#include <cmath>
#include <vector>

#include "bench/kernels/curves.hpp"
#include "bench/kernels/each_target.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::curve;

constexpr std::size_t times = 93;

/// One item is one curve.
template <auto Function>
void run(benchmark::State& state) {
    const bench::PlateOfCurves plate =
        bench::logistic_curves(static_cast<std::size_t>(state.range(0)), times);
    std::vector<SplineRate> out(plate.wells), expected(plate.wells);
    Function(plate.view(), {}, out);
    spline_growth_rates_reference(plate.view(), {}, expected);
    for (std::size_t well = 0; well < plate.wells; ++well)
        bench::require(std::abs(out[well].rate_per_h - expected[well].rate_per_h) < 1e-6,
                       "spline_growth_rates");
    for (auto _ : state) {
        Function(plate.view(), {}, out);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

const bool registered = bench::register_kernel("spline_growth_rates", {96}, run<spline_growth_rates>,
                                               run<spline_growth_rates_reference>);

}  // namespace
