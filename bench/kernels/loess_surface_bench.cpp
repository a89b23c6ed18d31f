#include "kernels/plate/loess_surface.hpp"

#include "bench/kernels/each_target.hpp"
#include "bench/kernels/plates.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::plate;

constexpr std::size_t plates = 64;

/// Plates with the same wells, which share their weights.
template <auto fit>
void run(benchmark::State& state) {
    const Shape shape = bench::plates_of(state.range(0), plates);
    std::vector<double> values = bench::noisy_plates(shape);
    for (double& value : values)
        value = std::isnan(value) ? 100 : value;
    std::vector<double> expected(shape.size());
    std::vector<double> got(shape.size());
    loess_surface_reference(values, {}, shape, loess_span, expected);
    fit(values, {}, shape, loess_span, got);
    bench::require(bench::alike(got, expected, 0), "loess_surface");
    for (auto _ : state) {
        fit(values, {}, shape, loess_span, got);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(plates));
}

[[maybe_unused]] const bool registered =
    bench::register_kernel("loess_surface", {96, 384}, run<loess_surface>, run<loess_surface_reference>);

}  // namespace
