#include "kernels/plate/standardise.hpp"

#include <cassert>
#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/plate/standardise.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/plate/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::plate::HWY_NAMESPACE {

void standardise_plate(const double* values, std::size_t wells, Scale scale, double* out) {
    const Lanes d;
    const Vector centre = hn::Set(d, scale.centre);
    const Vector spread = hn::Set(d, scale.spread);
    const Vector infinite = hn::Inf(d);
    const Vector missing = hn::NaN(d);
    std::size_t i = 0;
    for (; i + lane_count <= wells; i += lane_count) {
        const Vector x = hn::LoadU(d, values + i);
        const Vector scaled = hn::Div(hn::Sub(x, centre), spread);
        hn::StoreU(hn::IfThenElse(hn::Lt(hn::Abs(x), infinite), scaled, missing), d, out + i);
    }
    for (; i < wells; ++i) {
        const double x = values[i];
        out[i] =
            std::abs(x) < hn::GetLane(infinite) ? (x - scale.centre) / scale.spread : hn::GetLane(missing);
    }
}

}  // namespace wellsieve::kernels::plate::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::plate {
namespace {

HWY_EXPORT(standardise_plate);

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

Scale usable(const Scale& scale) {
    const bool good = std::isfinite(scale.centre) && std::isfinite(scale.spread) && scale.spread != 0;
    return good ? scale : Scale{undefined, undefined};
}

void check(std::span<const double> values, const Shape& shape, std::span<const Scale> scales,
           std::span<double> out) {
    assert(values.size() == shape.size() && out.size() == values.size() && scales.size() == shape.plates);
    (void)values, (void)shape, (void)scales, (void)out;
}

}  // namespace

void standardise(std::span<const double> values, const Shape& shape, std::span<const Scale> scales,
                 std::span<double> out) noexcept {
    check(values, shape, scales, out);
    for (std::size_t plate = 0; plate < shape.plates; ++plate)
        HWY_DYNAMIC_DISPATCH(standardise_plate)
    (values.data() + plate * shape.wells(), shape.wells(), usable(scales[plate]),
     out.data() + plate * shape.wells());
}

void standardise_reference(std::span<const double> values, const Shape& shape, std::span<const Scale> scales,
                           std::span<double> out) noexcept {
    check(values, shape, scales, out);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Scale scale = usable(scales[i / shape.wells()]);
        out[i] = std::isfinite(values[i]) ? (values[i] - scale.centre) / scale.spread : undefined;
    }
}

}  // namespace wellsieve::kernels::plate
#endif
