#include "kernels/curve/two_readouts.hpp"

#include <vector>

#include "bench/kernels/curves.hpp"
#include "bench/kernels/each_target.hpp"

namespace {

using namespace wellsieve;
using kernels::curve::TwoReadouts;

constexpr std::size_t times = 93;

template <auto Function>
std::vector<TwoReadouts> found_in(const bench::PlateOfCurves& plate) {
    std::vector<TwoReadouts> out(plate.wells);
    Function(plate.view(), plate.view(), {}, {}, out);
    return out;
}

/// One item is one pair of curves.
template <auto Function>
void run(benchmark::State& state) {
    const auto plate = bench::logistic_curves(static_cast<std::size_t>(state.range(0)), times);
    const auto ours = found_in<kernels::curve::two_readouts>(plate);
    const auto expected = found_in<kernels::curve::two_readouts_reference>(plate);
    for (std::size_t well = 0; well < plate.wells; ++well)
        bench::require(ours[well].mean_activity == expected[well].mean_activity, "two_readouts");
    for (auto _ : state)
        benchmark::DoNotOptimize(found_in<Function>(plate));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

[[maybe_unused]] const bool registered =
    bench::register_kernel("two_readouts", {96, 384}, run<kernels::curve::two_readouts>,
                           run<kernels::curve::two_readouts_reference>);

}  // namespace
