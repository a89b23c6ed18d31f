#include "kernels/stats/normal_draws.hpp"

#include <vector>

#include "bench/kernels/each_target.hpp"

namespace {

using namespace wellsieve;
using kernels::stats::DrawKey;

constexpr DrawKey key{1, 0, 7};

void check_once(std::size_t n) {
    const std::vector<double> mean(n, 0.5), sd(n, 2.0);
    std::vector<double> ours(n), expected(n);
    kernels::stats::normal_draws(key, mean, sd, ours);
    kernels::stats::normal_draws_reference(key, mean, sd, expected);
    bench::require(ours == expected, "normal_draws");
}

template <auto Function>
void run(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    check_once(n);
    const std::vector<double> mean(n, 0.5), sd(n, 2.0);
    std::vector<double> out(n);
    for (auto _ : state) {
        Function(key, mean, sd, out);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

const bool registered =
    bench::register_kernel("normal_draws", {1000, 22'000}, run<kernels::stats::normal_draws>,
                           run<kernels::stats::normal_draws_reference>);

}  // namespace
