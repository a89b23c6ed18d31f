#include "kernels/plate/median_polish.hpp"

#include "bench/kernels/each_target.hpp"
#include "bench/kernels/plates.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::plate;

struct Polish {
    Polish(std::int64_t wells, std::size_t plates)
        : shape(bench::plates_of(wells, plates)),
          values(bench::noisy_plates(shape)),
          residuals(shape.size()),
          rows(shape.plates * shape.rows),
          columns(shape.plates * shape.columns),
          fits(shape.plates) {}

    PolishOutput out() { return {residuals, rows, columns, fits}; }

    Shape shape;
    std::vector<double> values, residuals, rows, columns;
    std::vector<PolishFit> fits;
};

/// Plates a second, with R's stopping rule and with that of the B-score.
template <auto polish, std::size_t plates>
void run(benchmark::State& state, const PolishRule& rule) {
    Polish expected(state.range(0), plates);
    Polish got(state.range(0), plates);
    median_polish_reference(expected.values, {}, expected.shape, rule, expected.out());
    polish(got.values, {}, got.shape, rule, got.out());
    bench::require(bench::alike(got.residuals, expected.residuals, 0), "median_polish");
    for (auto _ : state) {
        polish(got.values, {}, got.shape, rule, got.out());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(plates));
}

template <auto polish, std::size_t plates>
bench::Body with(const PolishRule& rule) {
    return [rule](benchmark::State& state) { run<polish, plates>(state, rule); };
}

template <std::size_t plates>
bool add(const std::string& name, const PolishRule& rule) {
    return bench::register_kernel(name, {96, 384, 1536}, with<median_polish, plates>(rule),
                                  with<median_polish_reference, plates>(rule));
}

[[maybe_unused]] const bool registered = add<64>("median_polish", polish_rule_r) &&
                                         add<1>("median_polish_of_one", polish_rule_r) &&
                                         add<64>("median_polish_to_the_end", polish_rule_b_score);

}  // namespace
