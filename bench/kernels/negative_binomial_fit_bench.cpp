#include "kernels/stats/negative_binomial_fit.hpp"

#include <cmath>
#include <random>
#include <vector>

#include "bench/kernels/each_target.hpp"
#include "kernels/stats/dispersion.hpp"
#include "kernels/stats/quasi_likelihood.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::stats;

constexpr std::size_t samples = 4;
const std::vector<double> matrix{1, 0, 1, 0, 1, 1, 1, 1};
const std::vector<double> offset{0.1, -0.1, 0.0, 0.2};
const LogLinearDesign design{matrix, 2, offset};

struct Screen {
    explicit Screen(std::size_t n)
        : values(samples * n), dispersion(n, 0.1), coefficient(2 * n), mean(samples * n), deviance(n) {
        std::mt19937 random(1);
        std::normal_distribution<double> normal;
        for (std::size_t i = 0; i < n; ++i) {
            const double rate = std::exp(5.5 + normal(random));
            for (std::size_t s = 0; s < samples; ++s)
                values[s * n + i] = std::floor(rate * std::exp(0.3 * normal(random)));
        }
    }
    Counts counts() const { return {values, samples}; }
    NegativeBinomialFit out() { return {coefficient, mean, deviance}; }
    std::vector<double> values, dispersion, coefficient, mean, deviance;
};

template <auto Function>
void run(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    Screen screen(n), expected(n);
    fit_negative_binomial_reference(expected.counts(), design, expected.dispersion, expected.out());
    for (auto _ : state) {
        Function(screen.counts(), design, screen.dispersion, screen.out());
        benchmark::ClobberMemory();
    }
    bench::require(screen.coefficient == expected.coefficient && screen.deviance == expected.deviance,
                   "fit_negative_binomial");
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

/// Dispersions and tests of a whole screen of 90,000 guides.
void whole_screen(benchmark::State& state) {
    const Screen screen(static_cast<std::size_t>(state.range(0)));
    const std::vector<double> contrast{0, 1};
    for (auto _ : state) {
        const Dispersions d = estimate_dispersions(screen.counts(), design);
        const QuasiLikelihoodTest test =
            quasi_likelihood_test(screen.counts(), design, d.trended, d.average_log2, contrast);
        bench::require(d.common > 0.05 && d.common < 0.15 && test.p[0] > 0.0,
                       "quasi-likelihood test of a screen");
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

const bool registered =
    bench::register_kernel("fit_negative_binomial", {1000, 90'000}, run<fit_negative_binomial>,
                           run<fit_negative_binomial_reference>);
BENCHMARK(whole_screen)->Arg(90'000)->Unit(benchmark::kMillisecond);

}  // namespace
