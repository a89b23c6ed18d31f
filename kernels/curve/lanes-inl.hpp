// Wells in lanes: one vector holds one time of as many wells as the target has lanes.

#include <hwy/highway.h>

#include <cstddef>
#include <limits>

#include "kernels/curve/curves.hpp"

#if defined(WELLSIEVE_KERNELS_CURVE_LANES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WELLSIEVE_KERNELS_CURVE_LANES_INL
#undef WELLSIEVE_KERNELS_CURVE_LANES_INL
#else
#define WELLSIEVE_KERNELS_CURVE_LANES_INL
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<double>;
using Vector = hn::Vec<Lanes>;
using Mask = hn::Mask<Lanes>;
inline constexpr std::size_t lane_count = hn::MaxLanes(Lanes());

/// The same number in each lane.
template <typename T>
HWY_INLINE Vector number(T x) {
    return hn::Set(Lanes(), static_cast<double>(x));
}

/// One time of `wells` <= lane_count wells; NaN where a reading is not finite, and in lanes without a well.
HWY_INLINE Vector load_finite(const double* values, std::size_t wells) {
    const Lanes d;
    Vector v;
    if (wells == lane_count) {
        v = hn::LoadU(d, values);
    } else {
        HWY_ALIGN double lanes[lane_count];
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            lanes[lane] = lane < wells ? values[lane] : undefined;
        v = hn::Load(d, lanes);
    }
    const Vector infinity = hn::Set(d, std::numeric_limits<double>::infinity());
    return hn::IfThenElse(hn::Lt(hn::Abs(v), infinity), v, hn::Set(d, undefined));
}

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
