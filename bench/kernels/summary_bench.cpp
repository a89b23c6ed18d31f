#include "kernels/plate/summary.hpp"

#include "bench/kernels/each_target.hpp"
#include "bench/kernels/plates.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::plate;

constexpr std::size_t plates = 64;

template <auto summarise_plates>
void run(benchmark::State& state) {
    const Shape shape = bench::plates_of(state.range(0), plates);
    const std::vector<double> values = bench::noisy_plates(shape);
    std::vector<Summary> expected(plates);
    std::vector<Summary> got(plates);
    summarise_reference(values, {}, shape, expected);
    summarise_plates(values, {}, shape, got);
    for (std::size_t plate = 0; plate < plates; ++plate)
        bench::require(got[plate].mad == expected[plate].mad && got[plate].sd == expected[plate].sd &&
                           got[plate].shorth == expected[plate].shorth,
                       "summarise");
    for (auto _ : state) {
        summarise_plates(values, {}, shape, got);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(plates));
}

[[maybe_unused]] const bool registered =
    bench::register_kernel("summarise", {96, 384, 1536}, run<summarise>, run<summarise_reference>);

}  // namespace
