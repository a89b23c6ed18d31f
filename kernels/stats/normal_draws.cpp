#include "kernels/stats/normal_draws.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numbers>

#include "kernels/stats/normal_quantile_internal.hpp"
#include "kernels/stats/philox.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/stats/normal_draws.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef WELLSIEVE_NORMAL_DRAWS_SHARED
#define WELLSIEVE_NORMAL_DRAWS_SHARED
namespace wellsieve::kernels::stats::normal_draws_internal {

// Element 32 g + 8 w + l is word w of Philox block 8 g + l, so that up to 8 lanes take blocks side by side.
inline constexpr std::size_t blocks_per_group = 8;
inline constexpr std::size_t group_size = 4 * blocks_per_group;

inline constexpr std::uint64_t two_to_52_bits =
    0x4330000000000000;  // with an integer below it: 2^52 + integer
inline constexpr double two_to_52 = 0x1p52;
inline constexpr double two_to_minus_32 = 0x1p-32;
inline constexpr std::uint64_t mantissa_bits = (std::uint64_t{1} << 52) - 1;
inline constexpr std::uint64_t one_bits = 0x3FF0000000000000;
inline constexpr double exponent_bias = 1023.0;

/// ln m = 2 s Σ s^2k/(2k + 1), s = (m − 1)/(m + 1), to the last digits for m within √½ … √2.
inline constexpr std::array<double, 11> log_series{1.0,      1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9, 1.0 / 11,
                                                   1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21};

}  // namespace wellsieve::kernels::stats::normal_draws_internal
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::stats::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
namespace in = normal_draws_internal;
namespace wichura = normal_quantile_internal;

using D = hn::CappedTag<double, in::blocks_per_group>;
using DU = hn::RebindToUnsigned<D>;
using V = hn::Vec<D>;
using VU = hn::Vec<DU>;

struct Words {
    VU word[4];
};

HWY_INLINE VU multiply_low_words(DU du, VU a, std::uint32_t factor) {
#if HWY_TARGET == HWY_SCALAR
    return hn::Set(du, (hn::GetLane(a) & 0xFFFFFFFFu) * factor);
#else
    const hn::Repartition<std::uint32_t, DU> d32;
    return hn::MulEven(hn::BitCast(d32, a), hn::BitCast(d32, hn::Set(du, factor)));
#endif
}

/// Philox for the blocks first, first + 1, … Only the lower half of each 64-bit lane counts, until the end.
HWY_INLINE Words philox_blocks(DU du, const DrawKey& key, std::uint64_t first) {
    Words c{{hn::Iota(du, first), hn::Set(du, key.draw), hn::Set(du, key.stream), hn::Zero(du)}};
    auto k0 = static_cast<std::uint32_t>(key.seed);
    auto k1 = static_cast<std::uint32_t>(key.seed >> 32);
    for (int round = 0; round < philox_rounds; ++round) {
        const VU a = multiply_low_words(du, c.word[0], philox_multiplier[0]);
        const VU b = multiply_low_words(du, c.word[2], philox_multiplier[1]);
        c.word[0] = hn::Xor(hn::Xor(hn::ShiftRight<32>(b), c.word[1]), hn::Set(du, k0));
        c.word[1] = b;
        c.word[2] = hn::Xor(hn::Xor(hn::ShiftRight<32>(a), c.word[3]), hn::Set(du, k1));
        c.word[3] = a;
        k0 += philox_weyl[0];
        k1 += philox_weyl[1];
    }
    for (VU& word : c.word)
        word = hn::And(word, hn::Set(du, 0xFFFFFFFFu));
    return c;
}

/// An integer below 2^52 as a double.
HWY_INLINE V to_double(D d, VU integer) {
    const V shifted = hn::BitCast(d, hn::Or(integer, hn::Set(DU(), in::two_to_52_bits)));
    return hn::Sub(shifted, hn::Set(d, in::two_to_52));
}

template <std::size_t N>
HWY_INLINE V polynomial(D d, const std::array<double, N>& c, V x) {
    V sum = hn::Set(d, c[N - 1]);
    for (std::size_t k = N - 1; k-- > 0;)
        sum = hn::Add(hn::Mul(sum, x), hn::Set(d, c[k]));
    return sum;
}

HWY_INLINE V natural_log(D d, V x) {
    const DU du;
    const VU bits = hn::BitCast(du, x);
    V exponent = hn::Sub(to_double(d, hn::ShiftRight<52>(bits)), hn::Set(d, in::exponent_bias));
    V m = hn::BitCast(d, hn::Or(hn::And(bits, hn::Set(du, in::mantissa_bits)), hn::Set(du, in::one_bits)));
    const auto upper = hn::Gt(m, hn::Set(d, std::numbers::sqrt2));
    exponent = hn::IfThenElse(upper, hn::Add(exponent, hn::Set(d, 1.0)), exponent);
    m = hn::IfThenElse(upper, hn::Mul(m, hn::Set(d, 0.5)), m);
    const V s = hn::Div(hn::Sub(m, hn::Set(d, 1.0)), hn::Add(m, hn::Set(d, 1.0)));
    const V series = hn::Mul(hn::Add(s, s), polynomial(d, in::log_series, hn::Mul(s, s)));
    return hn::Add(hn::Mul(exponent, hn::Set(d, std::numbers::ln2)), series);
}

HWY_INLINE V tail_quantile(D d, V u, V q) {
    const V tail = hn::Min(u, hn::Sub(hn::Set(d, 1.0), u));
    const V r = hn::Sub(hn::Sqrt(hn::Neg(natural_log(d, tail))), hn::Set(d, wichura::tail_offset));
    return hn::CopySign(
        hn::Div(polynomial(d, wichura::tail_numerator, r), polynomial(d, wichura::tail_denominator, r)), q);
}

HWY_INLINE V normal_from_word(D d, VU word) {
    const V u = hn::Mul(hn::Add(to_double(d, word), hn::Set(d, 0.5)), hn::Set(d, in::two_to_minus_32));
    const V q = hn::Sub(u, hn::Set(d, 0.5));
    const V r = hn::Sub(hn::Set(d, wichura::central_offset), hn::Mul(q, q));
    const V centre = hn::Div(hn::Mul(q, polynomial(d, wichura::central_numerator, r)),
                             polynomial(d, wichura::central_denominator, r));
    const auto central = hn::Le(hn::Abs(q), hn::Set(d, wichura::central_half_width));
    if (hn::AllTrue(d, central))
        return centre;
    return hn::IfThenElse(central, centre, tail_quantile(d, u, q));
}

void draw_normals(const DrawKey& key, std::span<const double> mean, std::span<const double> sd,
                  std::span<double> out) {
    const D d;
    const DU du;
    const std::size_t lanes = hn::Lanes(d);
    HWY_ALIGN double z[in::group_size];
    for (std::size_t start = 0; start < out.size(); start += in::group_size) {
        const std::uint64_t first = start / in::group_size * in::blocks_per_group;
        for (std::size_t lane = 0; lane < in::blocks_per_group; lane += lanes) {
            const Words words = philox_blocks(du, key, first + lane);
            for (std::size_t w = 0; w < 4; ++w)
                hn::Store(normal_from_word(d, words.word[w]), d, z + w * in::blocks_per_group + lane);
        }
        const std::size_t count = std::min(in::group_size, out.size() - start);
        for (std::size_t i = 0; i < count; ++i)
            out[start + i] = mean[start + i] + sd[start + i] * z[i];
    }
}

}  // namespace wellsieve::kernels::stats::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::stats {
namespace {

namespace in = normal_draws_internal;
namespace wichura = normal_quantile_internal;

HWY_EXPORT(draw_normals);

template <std::size_t N>
double polynomial(const std::array<double, N>& c, double x) {
    double sum = c[N - 1];
    for (std::size_t k = N - 1; k-- > 0;)
        sum = sum * x + c[k];
    return sum;
}

double natural_log(double x) {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    double exponent = static_cast<double>(bits >> 52) - in::exponent_bias;
    auto m = std::bit_cast<double>((bits & in::mantissa_bits) | in::one_bits);
    if (m > std::numbers::sqrt2) {
        exponent += 1.0;
        m *= 0.5;
    }
    const double s = (m - 1.0) / (m + 1.0);
    return exponent * std::numbers::ln2 + (s + s) * polynomial(in::log_series, s * s);
}

double normal_from_word(std::uint32_t word) {
    const double u = (static_cast<double>(word) + 0.5) * in::two_to_minus_32;
    const double q = u - 0.5;
    if (std::abs(q) <= wichura::central_half_width) {
        const double r = wichura::central_offset - q * q;
        return q * polynomial(wichura::central_numerator, r) / polynomial(wichura::central_denominator, r);
    }
    const double r = std::sqrt(-natural_log(std::min(u, 1.0 - u))) - wichura::tail_offset;
    return std::copysign(polynomial(wichura::tail_numerator, r) / polynomial(wichura::tail_denominator, r),
                         q);
}

}  // namespace

void normal_draws(const DrawKey& key, std::span<const double> mean, std::span<const double> sd,
                  std::span<double> out) noexcept {
    assert(mean.size() == out.size() && sd.size() == out.size());
    HWY_DYNAMIC_DISPATCH(draw_normals)(key, mean, sd, out);
}

void normal_draws_reference(const DrawKey& key, std::span<const double> mean, std::span<const double> sd,
                            std::span<double> out) noexcept {
    assert(mean.size() == out.size() && sd.size() == out.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t in_group = i % in::group_size;
        const std::size_t block = i / in::group_size * in::blocks_per_group + in_group % in::blocks_per_group;
        const auto words =
            philox({static_cast<std::uint32_t>(block), key.draw, key.stream, 0},
                   {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)});
        out[i] = mean[i] + sd[i] * normal_from_word(words[in_group / in::blocks_per_group]);
    }
}

}  // namespace wellsieve::kernels::stats
#endif
