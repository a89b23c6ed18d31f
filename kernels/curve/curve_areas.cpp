#include "kernels/curve/curve_areas.hpp"

#include <algorithm>
#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/curve/curve_areas.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/curve/curve_areas-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {

void areas_in_lanes(const Curves& curves, double from_h, double to_h, std::span<double> out) {
    const Lanes d;
    UsableReadings readings(curves, 1);  // height(0) of a lane without readings
    HWY_ALIGN double lanes[lane_count];
    for (std::size_t first = 0; first < curves.wells; first += lane_count) {
        const std::size_t wells = std::min(lane_count, curves.wells - first);
        readings.load(first, wells, false);
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            lanes[lane] = static_cast<double>(readings.count(lane));
        const auto values = [&](std::size_t k)
                                HWY_ATTR { return std::array<Vector, 1>{row_of(readings.values(), k)}; };
        hn::Store(areas_under<1>(readings, hn::Load(d, lanes), from_h, to_h, values)[0], d, lanes);
        std::copy_n(lanes, wells, out.begin() + static_cast<std::ptrdiff_t>(first));
    }
}

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::curve {

HWY_EXPORT(areas_in_lanes);

void curve_areas(const Curves& curves, double from_h, double to_h, std::span<double> out) noexcept {
    assert(curves.consistent() && out.size() == curves.wells);
    HWY_DYNAMIC_DISPATCH(areas_in_lanes)(curves, from_h, to_h, out);
}

}  // namespace wellsieve::kernels::curve
#endif
