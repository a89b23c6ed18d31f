#include "kernels/curve/outliers.hpp"

#include <vector>

#include "bench/kernels/curves.hpp"
#include "bench/kernels/each_target.hpp"

namespace {

using namespace wellsieve;

constexpr std::size_t times = 93;
constexpr double limit_sd = 5;

template <auto Function>
std::vector<std::uint8_t> outliers_of(const bench::PlateOfCurves& plate) {
    std::vector<std::uint8_t> out(plate.values.size());
    Function(plate.view(), {}, limit_sd, out);
    return out;
}

/// One item is one curve.
template <auto Function>
void run(benchmark::State& state) {
    const auto plate = bench::logistic_curves(static_cast<std::size_t>(state.range(0)), times);
    bench::require(outliers_of<kernels::curve::find_outliers>(plate) ==
                       outliers_of<kernels::curve::find_outliers_reference>(plate),
                   "find_outliers");
    for (auto _ : state)
        benchmark::DoNotOptimize(outliers_of<Function>(plate));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

const bool registered = bench::register_kernel("find_outliers", {96, 384}, run<kernels::curve::find_outliers>,
                                               run<kernels::curve::find_outliers_reference>);

}  // namespace
