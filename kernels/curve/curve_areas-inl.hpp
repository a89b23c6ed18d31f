// Areas below the readings of as many wells as there are lanes.

#include <hwy/highway.h>

#include <array>
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

/// Trapezoids of `heights(k)`, those of reading k in each lane, over the window; NaN where a lane has no
/// reading at or beyond either of its ends. `count`: how many readings each lane has.
template <std::size_t curves, typename Heights>
HWY_INLINE std::array<Vector, curves> areas_under(UsableReadings& readings, Vector count, double from_h,
                                                  double to_h, Heights heights) {
    const Lanes d;
    const Vector from = number(from_h);
    const Vector to = number(to_h);
    const Vector first_t = row_of(readings.times_h(), 0);
    std::array<Vector, curves> sums;
    for (Vector& sum : sums)
        sum = hn::Zero(d);
    Vector before_t = first_t;
    std::array<Vector, curves> before = heights(0);
    Vector last_t = first_t;
    for (std::size_t k = 1; k < readings.most(); ++k) {
        const Vector t = row_of(readings.times_h(), k);
        const std::array<Vector, curves> here = heights(k);
        const Mask there = hn::Lt(number(k), count);
        const Mask whole = hn::And(hn::Ge(before_t, from), hn::Ge(to, t));
        const Vector step = hn::Sub(t, before_t);
        std::array<Vector, curves> parts;
        for (std::size_t i = 0; i < curves; ++i)
            parts[i] = hn::Mul(hn::Mul(hn::Add(before[i], here[i]), number(0.5)), step);
        if (!hn::AllTrue(d, whole)) {
            const Vector begin = hn::IfThenElse(hn::Lt(before_t, from), from, before_t);
            const Vector end = hn::IfThenElse(hn::Lt(to, t), to, t);
            const Mask inside = hn::Lt(begin, end);
            const Vector middle = hn::Sub(hn::Mul(hn::Add(begin, end), number(0.5)), before_t);
            for (std::size_t i = 0; i < curves; ++i) {
                const Vector slope = hn::Div(hn::Sub(here[i], before[i]), step);
                const Vector cut = hn::Mul(hn::Add(before[i], hn::Mul(slope, middle)), hn::Sub(end, begin));
                parts[i] = hn::IfThenElse(whole, parts[i], hn::IfThenElseZero(inside, cut));
            }
        }
        for (std::size_t i = 0; i < curves; ++i)
            sums[i] = hn::Add(sums[i], hn::IfThenElseZero(there, parts[i]));
        last_t = hn::IfThenElse(there, t, last_t);
        before_t = t;
        before = here;
    }
    const Mask covered =
        hn::And(hn::And(hn::Le(first_t, from), hn::Ge(last_t, to)), hn::Ge(count, number(2.0)));
    for (Vector& sum : sums) {
        const Mask finite = hn::Lt(hn::Abs(sum), number(std::numeric_limits<double>::infinity()));
        sum = hn::IfThenElse(hn::And(covered, finite), sum, number(undefined));
    }
    return sums;
}

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
