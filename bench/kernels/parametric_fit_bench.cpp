#include "kernels/curve/parametric_fit.hpp"

#include <vector>

#include "bench/kernels/each_target.hpp"
#include "kernels/stats/normal_draws.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::curve;

/// A plate of 96 curves of 93 points, as growthcurver's timings in README.md were made with.
struct Plate {
    static constexpr std::size_t wells = 96;
    std::vector<double> times_h;
    std::vector<double> values;

    explicit Plate(std::size_t times) : values(times * wells) {
        for (std::size_t i = 0; i < times; ++i) {
            times_h.push_back(0.25 * static_cast<double>(i));
            std::vector<double> mean(wells), sd(wells, 0.005);
            for (std::size_t w = 0; w < wells; ++w) {
                const double spread = static_cast<double>(w) / wells;
                mean[w] = growth_at(GrowthModel::baranyi,
                                    {0.02, 0.6 + spread, 0.4 + 0.4 * spread, 2 + 2 * spread, 1}, times_h[i]);
            }
            kernels::stats::normal_draws({1, 0, static_cast<std::uint32_t>(i)}, mean, sd,
                                         std::span(values).subspan(i * wells, wells));
        }
    }
    Curves view() const { return {values, times_h, wells}; }
};

template <auto Function, GrowthModel model>
void run(benchmark::State& state) {
    const Plate plate(static_cast<std::size_t>(state.range(0)));
    FitOptions options;
    options.model = model;
    std::vector<GrowthFit> out(Plate::wells), expected(Plate::wells);
    Function(plate.view(), options, out);
    fit_growth_reference(plate.view(), options, expected);
    for (std::size_t w = 0; w < Plate::wells; ++w)
        bench::require(out[w].residual_sum_of_squares <= expected[w].residual_sum_of_squares * 1.001,
                       "fit_growth");
    for (auto _ : state) {
        Function(plate.view(), options, out);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(Plate::wells));
}

template <GrowthModel model>
bool add(const char* name) {
    return bench::register_kernel(name, {93}, run<fit_growth, model>, run<fit_growth_reference, model>);
}

const bool registered = add<GrowthModel::logistic>("fit_logistic") &&
                        add<GrowthModel::richards>("fit_richards") &&
                        add<GrowthModel::baranyi>("fit_baranyi") && add<GrowthModel::huang>("fit_huang") &&
                        add<GrowthModel::gompertz>("fit_gompertz");

}  // namespace
