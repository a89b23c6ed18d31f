#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "bench/kernels/each_target.hpp"
#include "kernels/curve/gas_balance.hpp"
#include "kernels/curve/pseudo_batch.hpp"
#include "kernels/curve/setpoint.hpp"
#include "kernels/curve/steady_state_fluxes.hpp"

// Kernels of single vessels have neither lanes nor a reference; each is held to an answer that is known.

namespace {

using namespace wellsieve;
namespace curve = kernels::curve;

void require_near(double got, double expected, const char* what) {
    bench::require(std::abs(got - expected) < 1e-3 * std::abs(expected), what);
}

/// One item is one reading of the off-gas.
void run_gas_balance(benchmark::State& state) {
    std::vector<curve::GasStreams> readings(static_cast<std::size_t>(state.range(0)));
    for (std::size_t i = 0; i < readings.size(); ++i) {
        const double respired = 0.04 * static_cast<double>(i + 1) / static_cast<double>(readings.size());
        readings[i] = {60, 0.21, 0, 0.21 - respired, respired, 0, 1};
    }
    const double taken_up = 60 * 0.04 / curve::molar_volume_l_per_mol * 1000;
    require_near(curve::gas_balance(readings.back()).oxygen_uptake, taken_up, "gas_balance");
    require_near(curve::gas_balance(readings.back()).respiratory_quotient, 1, "gas_balance");
    for (auto _ : state)
        for (const curve::GasStreams& streams : readings)
            benchmark::DoNotOptimize(curve::gas_balance(streams));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

/// A sine of amplitude 1 is outside ± 1/2 for two thirds of the time. One item is one reading.
void run_excursions(benchmark::State& state) {
    constexpr double waves = 20;
    std::vector<double> times_h;
    std::vector<double> values;
    for (std::int64_t i = 0; i <= state.range(0); ++i) {
        times_h.push_back(static_cast<double>(i) / static_cast<double>(state.range(0)));
        values.push_back(std::sin(2 * std::numbers::pi * waves * times_h.back()));
    }
    curve::AllowedRange range;
    range.low = -0.5;
    range.high = 0.5;
    require_near(curve::share_outside(curve::excursions(times_h, values, range)), 2.0 / 3, "excursions");
    for (auto _ : state)
        benchmark::DoNotOptimize(curve::excursions(times_h, values, range));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

/// What a feed without the species has only diluted stays as it was. One item is one time of a vessel.
void run_pseudo_batch(benchmark::State& state) {
    const auto times = static_cast<std::size_t>(state.range(0));
    std::vector<double> volumes;
    std::vector<double> fed;
    std::vector<double> concentration;
    for (std::size_t i = 0; i < times; ++i) {
        fed.push_back(static_cast<double>(i) / static_cast<double>(times));
        volumes.push_back(1 + fed.back());
        concentration.push_back(5 / volumes.back());
    }
    const std::vector<double> sampled(times);
    const std::vector<double> in_feed{0};
    const curve::VesselVolumes vessel{volumes, sampled, fed};
    std::vector<double> factor(times);
    std::vector<double> out(times);
    const auto transform = [&] {
        curve::accumulated_dilution(vessel, factor);
        curve::pseudo_batch(concentration, vessel, in_feed, factor, out);
    };
    transform();
    require_near(out.back(), 5, "pseudo_batch");
    for (auto _ : state) {
        transform();
        benchmark::DoNotOptimize(out.data());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

/// Twelve samples of biomass, a substrate and a product. One item is one vessel, with so many Monte Carlo
/// refits.
void run_steady_state(benchmark::State& state) {
    constexpr double rate_per_h = 0.5;
    std::vector<double> times_h;
    std::vector<double> values;
    std::vector<double> sd;
    for (int i = 0; i < 12; ++i) {
        times_h.push_back(0.5 * i);
        const double biomass = 0.1 * std::exp(rate_per_h * times_h.back());
        values.insert(values.end(), {biomass, 20 - 6 * (biomass - 0.1), 4 * (biomass - 0.1)});
        sd.insert(sd.end(), {0.002, 0.1, 0.1});
    }
    const curve::VesselSamples samples{times_h, values, sd, 3};
    curve::FluxOptions options;
    options.draws = static_cast<std::uint32_t>(state.range(0));
    std::vector<curve::Flux> fluxes(samples.metabolites());
    require_near(curve::fit_steady_state(samples, options, fluxes).growth_rate_per_h, rate_per_h,
                 "steady_state_fluxes");
    require_near(fluxes[0].specific_rate, -6 * rate_per_h, "steady_state_fluxes");
    for (auto _ : state)
        benchmark::DoNotOptimize(curve::fit_steady_state(samples, options, fluxes));
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK(run_gas_balance)->Name("gas_balance")->Arg(1000);
BENCHMARK(run_excursions)->Name("setpoint_excursions")->Arg(10000);
BENCHMARK(run_pseudo_batch)->Name("pseudo_batch")->Arg(1000);
BENCHMARK(run_steady_state)->Name("steady_state_fluxes")->Arg(0)->Arg(200);

}  // namespace
