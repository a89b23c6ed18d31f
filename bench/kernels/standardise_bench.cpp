#include "kernels/plate/standardise.hpp"

#include "bench/kernels/each_target.hpp"
#include "bench/kernels/plates.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::plate;

constexpr std::size_t plates = 64;

template <auto scale_plates>
void run(benchmark::State& state) {
    const Shape shape = bench::plates_of(state.range(0), plates);
    const std::vector<double> values = bench::noisy_plates(shape);
    const std::vector<Scale> scales(plates, {100, 7});
    std::vector<double> expected(shape.size());
    std::vector<double> got(shape.size());
    standardise_reference(values, shape, scales, expected);
    scale_plates(values, shape, scales, got);
    bench::require(bench::alike(got, expected, 0), "standardise");
    for (auto _ : state) {
        scale_plates(values, shape, scales, got);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(plates));
}

[[maybe_unused]] const bool registered =
    bench::register_kernel("standardise", {96, 384, 1536}, run<standardise>, run<standardise_reference>);

}  // namespace
