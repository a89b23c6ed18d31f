// Included once for each SIMD target: no include guard over the code.
#if defined(WELLSIEVE_LANE_MATH) == defined(HWY_TARGET_TOGGLE)
#ifdef WELLSIEVE_LANE_MATH
#undef WELLSIEVE_LANE_MATH
#else
#define WELLSIEVE_LANE_MATH
#endif

#include <hwy/highway.h>
#include <bit>
#include <cmath>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::stats::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Elementary functions of additions, multiplications and divisions alone, in one order: the same bits in a
// lane of any target and in a plain double. They are written once over what `Ops` says a number is.

/// A vector of doubles.
struct LaneOps {
    using D = hn::ScalableTag<double>;
    using V = hn::Vec<D>;
    using M = hn::Mask<D>;
    static std::size_t lanes() { return hn::Lanes(D()); }
    static V set(double x) { return hn::Set(D(), x); }
    static V load(const double* p) { return hn::LoadU(D(), p); }
    static void store(V v, double* p) { hn::StoreU(v, D(), p); }
    static V select(M m, V yes, V no) { return hn::IfThenElse(m, yes, no); }
    static M less(V a, V b) { return hn::Lt(a, b); }
    static M both(M a, M b) { return hn::And(a, b); }
    static M no(M a) { return hn::Not(a); }
    static bool any(M m) { return !hn::AllFalse(D(), m); }
    static V add(V a, V b) { return hn::Add(a, b); }
    static V sub(V a, V b) { return hn::Sub(a, b); }
    static V mul(V a, V b) { return hn::Mul(a, b); }
    static V div(V a, V b) { return hn::Div(a, b); }
    static V sqrt(V a) { return hn::Sqrt(a); }
    static V round(V a) { return hn::Round(a); }
    /// 2^n of a whole number n.
    static V power_of_two(V n) {
        const hn::RebindToUnsigned<D> u;
        return hn::BitCast(D(), hn::ShiftLeft<52>(hn::BitCast(u, add(n, set(4503599627370496.0 + 1023.0)))));
    }
    /// x = mantissa · 2^exponent, mantissa in [1, 2).
    static void split(V x, V& mantissa, V& exponent) {
        const hn::RebindToUnsigned<D> u;
        const auto bits = hn::BitCast(u, x);
        const auto biased = hn::Or(hn::ShiftRight<52>(bits), hn::Set(u, 0x4330000000000000ull));
        exponent = sub(hn::BitCast(D(), biased), set(4503599627370496.0 + 1023.0));
        const auto fraction = hn::And(bits, hn::Set(u, 0x000FFFFFFFFFFFFFull));
        mantissa = hn::BitCast(D(), hn::Or(fraction, hn::Set(u, 0x3FF0000000000000ull)));
    }
};

/// One plain double.
struct ScalarOps {
    using V = double;
    using M = bool;
    static std::size_t lanes() { return 1; }
    static V set(double x) { return x; }
    static V load(const double* p) { return *p; }
    static void store(V v, double* p) { *p = v; }
    static V select(M m, V yes, V no) { return m ? yes : no; }
    static M less(V a, V b) { return a < b; }
    static M both(M a, M b) { return a && b; }
    static M no(M a) { return !a; }
    static bool any(M m) { return m; }
    static V add(V a, V b) { return a + b; }
    static V sub(V a, V b) { return a - b; }
    static V mul(V a, V b) { return a * b; }
    static V div(V a, V b) { return a / b; }
    static V sqrt(V a) { return std::sqrt(a); }
    static V round(V a) { return std::nearbyint(a); }
    static V power_of_two(V n) {
        return std::bit_cast<double>(std::bit_cast<std::uint64_t>(n + (4503599627370496.0 + 1023.0)) << 52);
    }
    static void split(V x, V& mantissa, V& exponent) {
        const auto bits = std::bit_cast<std::uint64_t>(x);
        exponent = static_cast<double>(static_cast<std::int64_t>(bits >> 52)) - 1023.0;
        mantissa = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFull) | 0x3FF0000000000000ull);
    }
};

template <class Ops>
typename Ops::V minimum(typename Ops::V a, typename Ops::V b) {
    return Ops::select(Ops::less(b, a), b, a);
}

template <class Ops>
typename Ops::V maximum(typename Ops::V a, typename Ops::V b) {
    return Ops::select(Ops::less(a, b), b, a);
}

/// Σ c_k x^k by Horner's rule.
template <class Ops, std::size_t N>
typename Ops::V polynomial(typename Ops::V x, const double (&c)[N]) {
    typename Ops::V sum = Ops::set(c[N - 1]);
    for (std::size_t k = N - 1; k > 0; --k)
        sum = Ops::add(Ops::mul(sum, x), Ops::set(c[k - 1]));
    return sum;
}

/// e^x, relative error below 1e-15; x is taken as −700 below and 700 above.
template <class Ops>
typename Ops::V lane_exp(typename Ops::V x) {
    static constexpr double taylor[] = {1.0,
                                        1.0,
                                        1.0 / 2,
                                        1.0 / 6,
                                        1.0 / 24,
                                        1.0 / 120,
                                        1.0 / 720,
                                        1.0 / 5040,
                                        1.0 / 40320,
                                        1.0 / 362880,
                                        1.0 / 3628800,
                                        1.0 / 39916800,
                                        1.0 / 479001600,
                                        1.0 / 6227020800};
    x = minimum<Ops>(maximum<Ops>(x, Ops::set(-700.0)), Ops::set(700.0));
    const auto n = Ops::round(Ops::mul(x, Ops::set(1.4426950408889634)));
    const auto high = Ops::sub(x, Ops::mul(n, Ops::set(0x1.62e42fefap-1)));  // ln 2, its first 36 bits
    const auto rest = Ops::sub(high, Ops::mul(n, Ops::set(0x1.cf79abc9e3b4p-40)));
    return Ops::mul(polynomial<Ops>(rest, taylor), Ops::power_of_two(n));
}

/// ln x of a positive normal number, absolute error below 1e-15 near 1 and relative elsewhere.
template <class Ops>
typename Ops::V lane_log(typename Ops::V x) {
    static constexpr double series[] = {2.0,      2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9, 2.0 / 11,
                                        2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21};
    auto mantissa = x;
    auto exponent = x;
    Ops::split(x, mantissa, exponent);
    const auto large = Ops::less(Ops::set(1.4142135623730951), mantissa);
    mantissa = Ops::select(large, Ops::mul(mantissa, Ops::set(0.5)), mantissa);
    exponent = Ops::select(large, Ops::add(exponent, Ops::set(1.0)), exponent);
    const auto f = Ops::div(Ops::sub(mantissa, Ops::set(1.0)), Ops::add(mantissa, Ops::set(1.0)));
    const auto of_mantissa = Ops::mul(f, polynomial<Ops>(Ops::mul(f, f), series));
    return Ops::add(Ops::add(of_mantissa, Ops::mul(exponent, Ops::set(0x1.cf79abc9e3b4p-40))),
                    Ops::mul(exponent, Ops::set(0x1.62e42fefap-1)));
}

/// ln Γ(x), 0 < x < 1e30: Stirling's series at x + 8.
template <class Ops>
typename Ops::V lane_log_gamma(typename Ops::V x) {
    static constexpr double stirling[] = {1.0 / 12,    -1.0 / 360, 1.0 / 1260,
                                          -1.0 / 1680, 1.0 / 1188, -691.0 / 360360};
    constexpr double half_log_two_pi = 0.91893853320467274178;
    auto product = x;
    for (int k = 1; k < 8; ++k)
        product = Ops::mul(product, Ops::add(x, Ops::set(k)));
    const auto y = Ops::add(x, Ops::set(8.0));
    const auto inverse = Ops::div(Ops::set(1.0), y);
    const auto series = Ops::mul(inverse, polynomial<Ops>(Ops::mul(inverse, inverse), stirling));
    const auto main = Ops::sub(Ops::mul(Ops::sub(y, Ops::set(0.5)), lane_log<Ops>(y)), y);
    return Ops::sub(Ops::add(Ops::add(main, Ops::set(half_log_two_pi)), series), lane_log<Ops>(product));
}

}  // namespace wellsieve::kernels::stats::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
