// e^x and ln x in lanes: the bits of the functions in exp_log.hpp, for any vector of doubles.

#include <hwy/highway.h>

#include <limits>

#include "kernels/curve/exp_log.hpp"

#if defined(WELLSIEVE_KERNELS_CURVE_EXP_LOG_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WELLSIEVE_KERNELS_CURVE_EXP_LOG_INL
#undef WELLSIEVE_KERNELS_CURVE_EXP_LOG_INL
#else
#define WELLSIEVE_KERNELS_CURVE_EXP_LOG_INL
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// x as an integer, for |x| < 2^51.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V to_integer(D d, V x) {
    const V rounding = hn::Set(d, exp_log_internal::rounding);
    return hn::Sub(hn::Add(x, rounding), rounding);
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V power_of_two(D d, V k) {
    const hn::RebindToUnsigned<D> du;
    return hn::BitCast(
        d, hn::ShiftLeft<52>(hn::BitCast(du, hn::Add(k, hn::Set(d, exp_log_internal::biased_rounding)))));
}

/// (a + b r) + (c + d r) r²
template <class D, class V = hn::Vec<D>>
HWY_INLINE V cubic(D d, const double* c, V r, V r2) {
    const V low = hn::Add(hn::Set(d, c[0]), hn::Mul(hn::Set(d, c[1]), r));
    const V high = hn::Add(hn::Set(d, c[2]), hn::Mul(hn::Set(d, c[3]), r));
    return hn::Add(low, hn::Mul(high, r2));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V exponential(D d, V x) {
    namespace in = exp_log_internal;
    const V highest = hn::Set(d, in::largest_exponent);
    const V lowest = hn::Set(d, in::smallest_exponent);
    x = hn::IfThenElse(hn::Gt(x, highest), highest, x);
    x = hn::IfThenElse(hn::Lt(x, lowest), lowest, x);
    const V k = to_integer(d, hn::Mul(x, hn::Set(d, in::log2_e)));
    const V r =
        hn::Sub(hn::Sub(x, hn::Mul(k, hn::Set(d, in::ln2_high))), hn::Mul(k, hn::Set(d, in::ln2_low)));
    const V r2 = hn::Mul(r, r);
    const V r4 = hn::Mul(r2, r2);
    const V low = cubic(d, in::exp_series.data(), r, r2);
    const V middle = cubic(d, in::exp_series.data() + 4, r, r2);
    const V high = cubic(d, in::exp_series.data() + 8, r, r2);
    const V series = hn::Add(low, hn::Mul(hn::Add(middle, hn::Mul(high, r4)), r4));
    const V m = hn::Add(hn::Set(d, 1.0), hn::Add(r, hn::Mul(r2, series)));
    const V half = to_integer(d, hn::Mul(k, hn::Set(d, 0.5)));
    return hn::Mul(hn::Mul(m, power_of_two(d, half)), power_of_two(d, hn::Sub(k, half)));
}

/// ln x for x from the smallest normal number up to the largest.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V natural_log_of_normal(D d, V x) {
    namespace in = exp_log_internal;
    const hn::RebindToUnsigned<D> du;
    const auto& c = in::log_series;
    const auto shifted = hn::Add(hn::BitCast(du, x), hn::Set(du, 0x3ff0000000000000 - in::sqrt_half_bits));
    const V k = hn::Sub(hn::BitCast(d, hn::Or(hn::ShiftRight<52>(shifted), hn::Set(du, in::two_to_52_bits))),
                        hn::Set(d, 0x1p52 + 1023.0));
    const auto mantissa =
        hn::Add(hn::And(shifted, hn::Set(du, in::mantissa_bits)), hn::Set(du, in::sqrt_half_bits));
    const V f = hn::Sub(hn::BitCast(d, mantissa), hn::Set(d, 1.0));
    const V s = hn::Div(f, hn::Add(hn::Set(d, 2.0), f));
    const V z = hn::Mul(s, s);
    const V w = hn::Mul(z, z);
    const auto times_w_plus = [&](V sum, double next)
                                  HWY_ATTR { return hn::Add(hn::Set(d, next), hn::Mul(w, sum)); };
    const V even = hn::Mul(w, times_w_plus(times_w_plus(hn::Set(d, c[5]), c[3]), c[1]));
    const V odd = hn::Mul(z, times_w_plus(times_w_plus(times_w_plus(hn::Set(d, c[6]), c[4]), c[2]), c[0]));
    const V half_square = hn::Mul(hn::Mul(hn::Set(d, 0.5), f), f);
    const V rest =
        hn::Add(hn::Mul(s, hn::Add(half_square, hn::Add(even, odd))), hn::Mul(k, hn::Set(d, in::ln2_low)));
    return hn::Sub(hn::Mul(k, hn::Set(d, in::ln2_high)), hn::Sub(hn::Sub(half_square, rest), f));
}

/// ln x for any x. Vectors with a number below the normal ones, which are rare, are done one by one.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V natural_log(D d, V x) {
    if (hn::AllFalse(d, hn::Lt(x, hn::Set(d, exp_log_internal::smallest_normal)))) {
        const auto special =
            hn::Or(hn::Gt(x, hn::Set(d, std::numeric_limits<double>::max())), hn::Not(hn::Eq(x, x)));
        return hn::IfThenElse(special, x, natural_log_of_normal(d, x));
    }
    HWY_ALIGN double lanes[hn::MaxLanes(D())];
    hn::Store(x, d, lanes);
    for (double& lane : lanes)
        lane = curve::natural_log(lane);
    return hn::Load(d, lanes);
}

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
