#include "kernels/stats/replicate_moments.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "bench/kernels/each_target.hpp"

namespace {

using namespace wellsieve;
using kernels::stats::MomentsOut;

constexpr std::size_t replicates = 3;

struct Screen {
    explicit Screen(std::size_t n) : values(n * replicates), count(n), mean(n), variance(n) {
        std::mt19937 random(1);
        std::normal_distribution<double> normal;
        for (double& v : values)
            v = random() % 20 == 0 ? std::numeric_limits<double>::quiet_NaN() : normal(random);
    }
    MomentsOut out() { return {count, mean, variance}; }
    std::vector<double> values, count, mean, variance;
};

void check_once(std::size_t n) {
    Screen ours(n), expected(n);
    kernels::stats::replicate_moments(ours.values, replicates, ours.out());
    kernels::stats::replicate_moments_reference(expected.values, replicates, expected.out());
    for (std::size_t i = 0; i < n; ++i)
        bench::require(ours.variance[i] == expected.variance[i] ||
                           (std::isnan(ours.variance[i]) && std::isnan(expected.variance[i])),
                       "replicate_moments");
}

template <auto Function>
void run(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    check_once(n);
    Screen screen(n);
    for (auto _ : state) {
        Function(screen.values, replicates, screen.out());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

const bool registered =
    bench::register_kernel("replicate_moments", {1000, 22'000}, run<kernels::stats::replicate_moments>,
                           run<kernels::stats::replicate_moments_reference>);

}  // namespace
