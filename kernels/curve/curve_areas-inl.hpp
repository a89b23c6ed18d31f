// Areas below the readings of as many wells as there are lanes.

#include <hwy/highway.h>

#include <cstddef>
#include <limits>

#include "kernels/curve/usable_readings-inl.hpp"

#if defined(WELLSIEVE_KERNELS_CURVE_CURVE_AREAS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WELLSIEVE_KERNELS_CURVE_CURVE_AREAS_INL
#undef WELLSIEVE_KERNELS_CURVE_CURVE_AREAS_INL
#else
#define WELLSIEVE_KERNELS_CURVE_CURVE_AREAS_INL
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {

/// Trapezoids of `height(k)`, that of reading k in each lane, over the window; NaN where a lane has no
/// reading at or beyond either of its ends. `count`: how many readings each lane has.
template <typename Height>
HWY_INLINE Vector areas_under(UsableReadings& readings, Vector count, double from_h, double to_h,
                              Height height) {
    const Lanes d;
    const Vector from = number(from_h);
    const Vector to = number(to_h);
    const Vector first_t = row_of(readings.times_h(), 0);
    Vector sum = hn::Zero(d);
    Vector before_t = first_t;
    Vector before = height(0);
    Vector last_t = first_t;
    for (std::size_t k = 1; k < readings.most(); ++k) {
        const Vector t = row_of(readings.times_h(), k);
        const Vector y = height(k);
        const Vector begin = hn::IfThenElse(hn::Lt(before_t, from), from, before_t);
        const Vector end = hn::IfThenElse(hn::Lt(to, t), to, t);
        const Vector slope = hn::Div(hn::Sub(y, before), hn::Sub(t, before_t));
        const Vector middle = hn::Sub(hn::Mul(hn::Add(begin, end), number(0.5)), before_t);
        const Vector part = hn::Mul(hn::Add(before, hn::Mul(slope, middle)), hn::Sub(end, begin));
        const Mask there = hn::Lt(number(k), count);
        sum = hn::Add(sum, hn::IfThenElseZero(hn::And(there, hn::Lt(begin, end)), part));
        last_t = hn::IfThenElse(there, t, last_t);
        before_t = t;
        before = y;
    }
    const Mask covered =
        hn::And(hn::And(hn::Le(first_t, from), hn::Ge(last_t, to)), hn::Ge(count, number(2.0)));
    const Mask finite = hn::Lt(hn::Abs(sum), number(std::numeric_limits<double>::infinity()));
    return hn::IfThenElse(hn::And(covered, finite), sum, number(undefined));
}

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
