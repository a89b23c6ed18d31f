// The growth models and their derivatives at one time in many wells. Each gives ln N or N, and the slopes of
// ln N by what is fitted: ln N0, ln K (Zwietering: ln A), ln μ, λ, ln shape, without those it lacks. No term
// overflows between the bounds of a fit, at any time.

#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <numbers>

#include "kernels/curve/exp_log-inl.hpp"
#include "kernels/curve/parametric_fit_internal.hpp"

#if defined(WELLSIEVE_KERNELS_CURVE_GROWTH_MODELS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WELLSIEVE_KERNELS_CURVE_GROWTH_MODELS_INL
#undef WELLSIEVE_KERNELS_CURVE_GROWTH_MODELS_INL
#else
#define WELLSIEVE_KERNELS_CURVE_GROWTH_MODELS_INL
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {
namespace growth_models {

using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;
inline constexpr std::size_t lane_count = hn::MaxLanes(D());
/// What is fitted: [parameter][lane].
using Table = double[parametric_fit_internal::most_parameters][lane_count];

HWY_INLINE V number(double x) {
    return hn::Set(D(), x);
}
HWY_INLINE V load(const Table& fitted, std::size_t parameter) {
    return hn::Load(D(), fitted[parameter]);
}
HWY_INLINE V load_exp(const Table& fitted, std::size_t parameter) {
    return exponential(D(), load(fitted, parameter));
}
HWY_INLINE V at_most(V x, double limit) {
    return hn::Min(x, number(limit));
}

/// ln(1 + e^x) and 1 / (1 + e^−x), for any x.
struct Softplus {
    HWY_INLINE explicit Softplus(V x) {
        const V e = exponential(D(), hn::Neg(hn::Abs(x)));
        const V share = number(1) / (number(1) + e);
        value = hn::Max(x, hn::Zero(D())) + natural_log_of_normal(D(), number(1) + e);
        slope = hn::IfThenElse(hn::Lt(x, hn::Zero(D())), e * share, share);
    }
    V value;
    V slope;
};

template <std::size_t N>
struct Point {
    V value;
    std::array<V, N> slope;
};

class Logistic {
  public:
    static constexpr std::size_t parameters = 3;
    static constexpr bool gives_log = false;
    HWY_INLINE explicit Logistic(const Table& fitted)
        : n0_(load_exp(fitted, 0)), k_(load_exp(fitted, 1)), rate_(load_exp(fitted, 2)) {}

    HWY_INLINE Point<3> at(V t) const {
        const V e = exponential(D(), hn::Neg(rate_ * t));
        const V risen = n0_ * (number(1) - e);
        const V share = number(1) / (risen + k_ * e);
        const V grown = risen * share;
        const V rest = (k_ - n0_) * e;
        return {k_ * n0_ * share, {number(1) - grown, grown, rest * share * rate_ * t}};
    }

  private:
    V n0_, k_, rate_;
};

class Richards {
  public:
    static constexpr std::size_t parameters = 4;
    static constexpr bool gives_log = true;
    HWY_INLINE explicit Richards(const Table& fitted)
        : ln_k_(load(fitted, 1)),
          height_(load(fitted, 1) - load(fitted, 0)),
          rate_(load_exp(fitted, 2)),
          shape_(load_exp(fitted, 3)) {}

    HWY_INLINE Point<4> at(V t) const {
        // G = 1 − E + E Q, E = e^(−βμt), E Q = e^w; divided by e^w where that is above 1.
        const V rate_t = rate_ * t;
        const V e = exponential(D(), hn::Neg(shape_ * rate_t));
        const V w = shape_ * (height_ - rate_t);
        const V small = exponential(D(), hn::Neg(hn::Abs(w)));
        const auto above = hn::Gt(w, hn::Zero(D()));
        const V scale = hn::IfThenElse(above, small, number(1));
        const V eq = hn::IfThenElse(above, number(1), small);
        const V g = (number(1) - e) * scale + eq;
        const V ln_g = hn::Max(w, hn::Zero(D())) + natural_log_of_normal(D(), g);
        const V share = number(1) / g;
        const V s = eq * share;
        const V rest = e * scale * share;
        const V by_rate = rate_t * (s - rest);
        const V by_shape = ln_g / shape_ - s * (height_ - rate_t) - rate_t * rest;
        return {ln_k_ - ln_g / shape_, {s, number(1) - s, by_rate, by_shape}};
    }

  private:
    V ln_k_, height_, rate_, shape_;
};

class Baranyi {
  public:
    static constexpr std::size_t parameters = 4;
    static constexpr bool gives_log = false;
    HWY_INLINE explicit Baranyi(const Table& fitted)
        : n0_(load_exp(fitted, 0)),
          start_share_(exponential(D(), load(fitted, 0) - load(fitted, 1))),
          rate_(load_exp(fitted, 2)),
          lag_rate_(load(fitted, 3) * rate_),
          ready_(exponential(D(), hn::Neg(at_most(lag_rate_, 300)))) {}

    HWY_INLINE Point<4> at(V t) const {
        // N = N0 S / D, S = E + F, D = E + F N0/K, E = e^(−μt), F = e^(−μλ) (1 − E).
        const V rate_t = rate_ * t;
        const V e = exponential(D(), hn::Neg(at_most(rate_t, 300)));
        const V f = ready_ * (number(1) - e);
        const V f_share = start_share_ * f;
        const V s = e + f;
        const V d = e + f_share;
        const V both = number(1) / (s * d);
        const V per_s = d * both;
        const V per_d = s * both;
        const V saturated = f_share * per_d;
        const V by_h0 = saturated - f * per_s;
        const V te = rate_t * e;
        const V by_growth = te * ((number(1) - start_share_ * ready_) * per_d - (number(1) - ready_) * per_s);
        return {n0_ * s * per_d,
                {number(1) - saturated, saturated, by_growth + by_h0 * lag_rate_, by_h0 * rate_}};
    }

  private:
    V n0_, start_share_, rate_, lag_rate_, ready_;
};

class Huang {
  public:
    static constexpr std::size_t parameters = 5;
    static constexpr bool gives_log = false;
    HWY_INLINE explicit Huang(const Table& fitted)
        : n0_(load_exp(fitted, 0)),
          k_(load_exp(fitted, 1)),
          rate_(load_exp(fitted, 2)),
          lag_(load(fitted, 3)),
          shape_(load_exp(fitted, 4)),
          at_start_(hn::Neg(shape_ * lag_)) {}

    HWY_INLINE Point<5> at(V t) const {
        const Softplus now(shape_ * (t - lag_));
        const V b = (now.value - at_start_.value) / shape_;
        const V e = exponential(D(), hn::Neg(rate_ * b));
        const V risen = n0_ * (number(1) - e);
        const V share = number(1) / (risen + k_ * e);
        const V grown = risen * share;
        const V rest = (k_ - n0_) * e;
        const V by_b = rest * share * rate_;
        const V by_lag = by_b * (at_start_.slope - now.slope);
        const V by_shape = by_b * ((t - lag_) * now.slope + lag_ * at_start_.slope - b);
        return {k_ * n0_ * share, {number(1) - grown, grown, by_b * b, by_lag, by_shape}};
    }

  private:
    V n0_, k_, rate_, lag_, shape_;
    Softplus at_start_;
};

class ZwieteringLogistic {
  public:
    static constexpr std::size_t parameters = 4;
    static constexpr bool gives_log = true;
    HWY_INLINE explicit ZwieteringLogistic(const Table& fitted)
        : ln_n0_(load(fitted, 0)),
          a_(load_exp(fitted, 1)),
          rate_(load_exp(fitted, 2)),
          lag_(load(fitted, 3)) {}

    HWY_INLINE Point<4> at(V t) const {
        const V x = number(4) * rate_ * (lag_ - t) / a_;
        const V s = number(1) / (number(1) + exponential(D(), at_most(x + number(2), 700)));
        const V fall = a_ * s * (number(1) - s);
        return {ln_n0_ + a_ * s,
                {number(1), a_ * s + fall * x, hn::Neg(fall * x), hn::Neg(number(4) * rate_ / a_ * fall)}};
    }

  private:
    V ln_n0_, a_, rate_, lag_;
};

class Gompertz {
  public:
    static constexpr std::size_t parameters = 4;
    static constexpr bool gives_log = true;
    HWY_INLINE explicit Gompertz(const Table& fitted)
        : ln_n0_(load(fitted, 0)),
          a_(load_exp(fitted, 1)),
          rate_(load_exp(fitted, 2)),
          lag_(load(fitted, 3)) {}

    HWY_INLINE Point<4> at(V t) const {
        const V steepness = number(std::numbers::e) * rate_ / a_;
        const V x = steepness * (lag_ - t);
        const V inner = exponential(D(), at_most(x + number(1), 50));
        const V g = a_ * exponential(D(), hn::Neg(inner));
        const V fall = g * inner;
        return {ln_n0_ + g, {number(1), g + fall * x, hn::Neg(fall * x), hn::Neg(fall * steepness)}};
    }

  private:
    V ln_n0_, a_, rate_, lag_;
};

class ZwieteringRichards {
  public:
    static constexpr std::size_t parameters = 5;
    static constexpr bool gives_log = true;
    HWY_INLINE explicit ZwieteringRichards(const Table& fitted)
        : ln_n0_(load(fitted, 0)),
          a_(load_exp(fitted, 1)),
          lag_(load(fitted, 3)),
          shape_(load_exp(fitted, 4)),
          ln_next_(natural_log(D(), number(1) + shape_)),
          steepness_(load_exp(fitted, 2) / a_ *
                     exponential(D(), (number(1) + number(1) / shape_) * ln_next_)) {}

    HWY_INLINE Point<5> at(V t) const {
        // R = (1 + u)^(−1/v), u = v e^(1 + v + x)
        const V x = steepness_ * (lag_ - t);
        const V u = shape_ * exponential(D(), at_most(number(1) + shape_ + x, 600));
        const V ln_r = hn::Neg(natural_log(D(), number(1) + u)) / shape_;
        const V g = a_ * exponential(D(), ln_r);
        const V fall = g * u / (number(1) + u) / shape_;           // of the value, by −x
        const V x_by_shape = x * (number(1) - ln_next_ / shape_);  // shape · ∂x/∂shape
        const V by_shape = hn::Neg(g * ln_r + fall * (number(1) + shape_ + x_by_shape));
        return {ln_n0_ + g,
                {number(1), g + fall * x, hn::Neg(fall * x), hn::Neg(fall * steepness_), by_shape}};
    }

  private:
    V ln_n0_, a_, lag_, shape_, ln_next_, steepness_;
};

}  // namespace growth_models
}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
