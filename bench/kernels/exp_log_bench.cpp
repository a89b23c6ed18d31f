#include "kernels/curve/exp_log.hpp"

#include <vector>

#include "bench/kernels/each_target.hpp"

namespace {

using namespace wellsieve;

std::vector<double> numbers(std::size_t n) {
    std::vector<double> out(n);
    for (std::size_t i = 0; i < n; ++i)
        out[i] = 0.001 + 0.01 * static_cast<double>(i % 1000);
    return out;
}

template <auto Function, auto Reference>
void run(benchmark::State& state) {
    const std::vector<double> x = numbers(static_cast<std::size_t>(state.range(0)));
    std::vector<double> out(x.size()), expected(x.size());
    Function(x, out);
    Reference(x, expected);
    bench::require(out == expected, "exp_log");
    for (auto _ : state) {
        Function(x, out);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

namespace curve = kernels::curve;

const bool exponentials_registered =
    bench::register_kernel("exponentials", {10'000}, run<curve::exponentials, curve::exponentials_reference>,
                           run<curve::exponentials_reference, curve::exponentials_reference>);

const bool logs_registered =
    bench::register_kernel("natural_logs", {10'000}, run<curve::natural_logs, curve::natural_logs_reference>,
                           run<curve::natural_logs_reference, curve::natural_logs_reference>);

}  // namespace
