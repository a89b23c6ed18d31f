#include "kernels/plate/quadratic_surface.hpp"

#include "bench/kernels/each_target.hpp"
#include "bench/kernels/plates.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::plate;

constexpr std::size_t plates = 64;

template <auto fit, SurfaceMethod method>
void run(benchmark::State& state) {
    const Shape shape = bench::plates_of(state.range(0), plates);
    const std::vector<double> values = bench::noisy_plates(shape);
    std::vector<double> expected(shape.size());
    std::vector<double> got(shape.size());
    std::vector<SurfaceFit> fits(plates);
    quadratic_surface_reference(values, {}, shape, method, expected, fits);
    fit(values, {}, shape, method, got, fits);
    bench::require(bench::alike(got, expected, 1e-9), "quadratic_surface");
    for (auto _ : state) {
        fit(values, {}, shape, method, got, fits);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(plates));
}

template <SurfaceMethod method>
bool add(const std::string& name) {
    return bench::register_kernel(name, {96, 384}, run<quadratic_surface, method>,
                                  run<quadratic_surface_reference, method>);
}

[[maybe_unused]] const bool registered =
    add<SurfaceMethod::least_squares>("quadratic_surface") && add<SurfaceMethod::huber>("robust_surface");

}  // namespace
