#include "kernels/curve/curve_areas.hpp"

#include <vector>

#include "bench/kernels/curves.hpp"
#include "bench/kernels/each_target.hpp"

namespace {

using namespace wellsieve;

constexpr std::size_t times = 93;

template <auto Function>
std::vector<double> areas_of(const bench::PlateOfCurves& plate) {
    std::vector<double> out(plate.wells);
    Function(plate.view(), 1.1, 20.3, out);
    return out;
}

/// One item is one curve.
template <auto Function>
void run(benchmark::State& state) {
    const auto plate = bench::logistic_curves(static_cast<std::size_t>(state.range(0)), times);
    bench::require(areas_of<kernels::curve::curve_areas>(plate) ==
                       areas_of<kernels::curve::curve_areas_reference>(plate),
                   "curve_areas");
    for (auto _ : state)
        benchmark::DoNotOptimize(areas_of<Function>(plate));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

[[maybe_unused]] const bool registered = bench::register_kernel(
    "curve_areas", {96, 384}, run<kernels::curve::curve_areas>, run<kernels::curve::curve_areas_reference>);

}  // namespace
