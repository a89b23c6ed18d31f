#include "kernels/curve/gaussian_process_rate.hpp"

#include <cmath>
#include <vector>

#include "bench/kernels/each_target.hpp"
#include "kernels/stats/normal_draws.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::curve;

constexpr std::size_t wells = 16;

template <auto Function>
void run(benchmark::State& state) {
    const auto times = static_cast<std::size_t>(state.range(0));
    std::vector<double> times_h, values(times * wells), mean(wells), sd(wells, 0.003);
    for (std::size_t i = 0; i < times; ++i) {
        times_h.push_back(0.25 * static_cast<double>(i));
        for (std::size_t w = 0; w < wells; ++w)
            mean[w] = 0.05 + 0.9 / (1 + std::exp(5 - (0.5 + 0.03 * static_cast<double>(w)) * times_h[i]));
        kernels::stats::normal_draws({1, 0, static_cast<std::uint32_t>(i)}, mean, sd,
                                     std::span(values).subspan(i * wells, wells));
    }
    const Curves curves{values, times_h, wells};
    std::vector<GaussianProcessRate> out(wells), expected(wells);
    Function(curves, {}, out);
    gaussian_process_rates(curves, {}, expected);
    for (std::size_t w = 0; w < wells; ++w)
        bench::require(std::abs(out[w].rate_per_h - expected[w].rate_per_h) < 1e-4, "gaussian_process_rates");
    for (auto _ : state) {
        Function(curves, {}, out);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(wells));
}

const bool registered = bench::register_kernel("gaussian_process_rates", {93}, run<gaussian_process_rates>,
                                               run<gaussian_process_rates_reference>);

}  // namespace
