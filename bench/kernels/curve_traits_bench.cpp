#include "kernels/curve/curve_traits.hpp"

#include <vector>

#include "bench/kernels/curves.hpp"
#include "bench/kernels/each_target.hpp"

namespace {

using namespace wellsieve;
using kernels::curve::CurveTraits;
using kernels::curve::GrowthRate;

constexpr std::size_t times = 93;

struct Judged {
    std::vector<GrowthRate> rates;
    std::vector<CurveTraits> traits;
};

/// The rate and all traits: what a plate of curves costs.
Judged judge(const bench::PlateOfCurves& plate) {
    Judged out{std::vector<GrowthRate>(plate.wells), std::vector<CurveTraits>(plate.wells)};
    kernels::curve::growth_rates(plate.view(), {}, {}, out.rates);
    kernels::curve::curve_traits(plate.view(), {}, {}, out.rates, out.traits);
    return out;
}

Judged judge_reference(const bench::PlateOfCurves& plate) {
    Judged out{std::vector<GrowthRate>(plate.wells), std::vector<CurveTraits>(plate.wells)};
    kernels::curve::growth_rates_reference(plate.view(), {}, {}, out.rates);
    kernels::curve::curve_traits_reference(plate.view(), {}, {}, out.rates, out.traits);
    return out;
}

void check_once(const bench::PlateOfCurves& plate) {
    const Judged ours = judge(plate);
    const Judged expected = judge_reference(plate);
    for (std::size_t well = 0; well < plate.wells; ++well)
        bench::require(ours.traits[well].auc == expected.traits[well].auc &&
                           ours.traits[well].verdicts == expected.traits[well].verdicts,
                       "curve_traits");
}

/// One item is one curve.
template <auto Function>
void run(benchmark::State& state) {
    const auto plate = bench::logistic_curves(static_cast<std::size_t>(state.range(0)), times);
    check_once(plate);
    for (auto _ : state)
        benchmark::DoNotOptimize(Function(plate));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

const bool registered =
    bench::register_kernel("growth_rates_and_traits", {96, 384}, run<judge>, run<judge_reference>);

}  // namespace
