// The growth models and their derivatives at one time in many wells. Each gives ln N or N, and the slopes of
// ln N by what is fitted: ln N0, ln K (Zwietering: ln A), ln μ, λ, ln shape, without those it lacks. No term
// overflows between the bounds of a fit, at any time.

#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <numbers>

#include "kernels/curve/exp_log-inl.hpp"
#include "kernels/curve/lanes-inl.hpp"
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

/// What is fitted: [parameter][lane].
using Table = double[parametric_fit_internal::most_parameters][lane_count];

HWY_INLINE Vector load(const Table& fitted, std::size_t parameter) {
    return hn::Load(Lanes(), fitted[parameter]);
}
HWY_INLINE Vector load_exp(const Table& fitted, std::size_t parameter) {
    return exponential(Lanes(), load(fitted, parameter));
}
HWY_INLINE Vector at_most(Vector x, double limit) {
    return hn::Min(x, number(limit));
}

/// ln(1 + e^x) and 1 / (1 + e^−x), for any x.
struct Softplus {
    HWY_INLINE explicit Softplus(Vector x) {
        const Vector e = exponential(Lanes(), hn::Neg(hn::Abs(x)));
        const Vector share = number(1) / (number(1) + e);
        value = hn::Max(x, hn::Zero(Lanes())) + natural_log_of_normal(Lanes(), number(1) + e);
        slope = hn::IfThenElse(hn::Lt(x, hn::Zero(Lanes())), e * share, share);
    }
    Vector value;
    Vector slope;
};

template <std::size_t N>
struct Point {
    Vector value;
    std::array<Vector, N> slope;
};

/// N = K N0 / (N0 (1 − E) + K E), E = e^(−growth), with the slopes of ln N by ln K and by the growth.
struct Saturation {
    HWY_INLINE Saturation(Vector n0, Vector k, Vector growth) {
        const Vector e = exponential(Lanes(), hn::Neg(growth));
        const Vector risen = n0 * (number(1) - e);
        const Vector share = number(1) / (risen + k * e);
        value = k * n0 * share;
        by_capacity = risen * share;
        by_growth = (k - n0) * e * share;
    }
    Vector value;
    Vector by_capacity;
    Vector by_growth;
};

class Logistic {
  public:
    static constexpr std::size_t parameters = 3;
    static constexpr bool gives_log = false;
    HWY_INLINE explicit Logistic(const Table& fitted)
        : n0_(load_exp(fitted, 0)), k_(load_exp(fitted, 1)), rate_(load_exp(fitted, 2)) {}

    HWY_INLINE Point<3> at(Vector t) const {
        const Saturation n(n0_, k_, rate_ * t);
        return {n.value, {number(1) - n.by_capacity, n.by_capacity, n.by_growth * rate_ * t}};
    }

  private:
    Vector n0_, k_, rate_;
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

    HWY_INLINE Point<4> at(Vector t) const {
        // G = 1 − E + E Q, E = e^(−βμt), E Q = e^w; divided by e^w where that is above 1.
        const Vector rate_t = rate_ * t;
        const Vector e = exponential(Lanes(), hn::Neg(shape_ * rate_t));
        const Vector w = shape_ * (height_ - rate_t);
        const Vector small = exponential(Lanes(), hn::Neg(hn::Abs(w)));
        const auto above = hn::Gt(w, hn::Zero(Lanes()));
        const Vector scale = hn::IfThenElse(above, small, number(1));
        const Vector eq = hn::IfThenElse(above, number(1), small);
        const Vector g = (number(1) - e) * scale + eq;
        const Vector ln_g = hn::Max(w, hn::Zero(Lanes())) + natural_log_of_normal(Lanes(), g);
        const Vector share = number(1) / g;
        const Vector s = eq * share;
        const Vector rest = e * scale * share;
        const Vector by_rate = rate_t * (s - rest);
        const Vector by_shape = ln_g / shape_ - s * (height_ - rate_t) - rate_t * rest;
        return {ln_k_ - ln_g / shape_, {s, number(1) - s, by_rate, by_shape}};
    }

  private:
    Vector ln_k_, height_, rate_, shape_;
};

class Baranyi {
  public:
    static constexpr std::size_t parameters = 4;
    static constexpr bool gives_log = false;
    HWY_INLINE explicit Baranyi(const Table& fitted)
        : n0_(load_exp(fitted, 0)),
          start_share_(exponential(Lanes(), load(fitted, 0) - load(fitted, 1))),
          rate_(load_exp(fitted, 2)),
          lag_rate_(load(fitted, 3) * rate_),
          ready_(exponential(Lanes(), hn::Neg(at_most(lag_rate_, 300)))) {}

    HWY_INLINE Point<4> at(Vector t) const {
        // N = N0 S / D, S = E + F, D = E + F N0/K, E = e^(−μt), F = e^(−μλ) (1 − E).
        const Vector rate_t = rate_ * t;
        const Vector e = exponential(Lanes(), hn::Neg(at_most(rate_t, 300)));
        const Vector f = ready_ * (number(1) - e);
        const Vector f_share = start_share_ * f;
        const Vector s = e + f;
        const Vector d = e + f_share;
        const Vector both = number(1) / (s * d);
        const Vector per_s = d * both;
        const Vector per_d = s * both;
        const Vector saturated = f_share * per_d;
        const Vector by_h0 = saturated - f * per_s;
        const Vector te = rate_t * e;
        const Vector by_growth =
            te * ((number(1) - start_share_ * ready_) * per_d - (number(1) - ready_) * per_s);
        return {n0_ * s * per_d,
                {number(1) - saturated, saturated, by_growth + by_h0 * lag_rate_, by_h0 * rate_}};
    }

  private:
    Vector n0_, start_share_, rate_, lag_rate_, ready_;
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

    HWY_INLINE Point<5> at(Vector t) const {
        const Softplus now(shape_ * (t - lag_));
        const Vector b = (now.value - at_start_.value) / shape_;
        const Saturation n(n0_, k_, rate_ * b);
        const Vector by_b = n.by_growth * rate_;
        const Vector by_lag = by_b * (at_start_.slope - now.slope);
        const Vector by_shape = by_b * ((t - lag_) * now.slope + lag_ * at_start_.slope - b);
        return {n.value, {number(1) - n.by_capacity, n.by_capacity, by_b * b, by_lag, by_shape}};
    }

  private:
    Vector n0_, k_, rate_, lag_, shape_;
    Softplus at_start_;
};

/// What Zwietering's models have in common: ln N = ln N0 + g(x), x = steepness (λ − t).
class Zwietering {
  protected:
    HWY_INLINE explicit Zwietering(const Table& fitted)
        : ln_n0_(load(fitted, 0)),
          a_(load_exp(fitted, 1)),
          rate_(load_exp(fitted, 2)),
          lag_(load(fitted, 3)) {}

    /// `fall` is −dg/dx.
    HWY_INLINE Point<4> point(Vector g, Vector fall, Vector x, Vector steepness) const {
        return {ln_n0_ + g, {number(1), g + fall * x, hn::Neg(fall * x), hn::Neg(fall * steepness)}};
    }

    Vector ln_n0_, a_, rate_, lag_;
};

class ZwieteringLogistic : Zwietering {
  public:
    static constexpr std::size_t parameters = 4;
    static constexpr bool gives_log = true;
    HWY_INLINE explicit ZwieteringLogistic(const Table& fitted) : Zwietering(fitted) {}

    HWY_INLINE Point<4> at(Vector t) const {
        const Vector x = number(4) * rate_ * (lag_ - t) / a_;
        const Vector s = number(1) / (number(1) + exponential(Lanes(), at_most(x + number(2), 700)));
        const Vector fall = a_ * s * (number(1) - s);
        return point(a_ * s, fall, x, number(4) * rate_ / a_);
    }
};

class Gompertz : Zwietering {
  public:
    static constexpr std::size_t parameters = 4;
    static constexpr bool gives_log = true;
    HWY_INLINE explicit Gompertz(const Table& fitted) : Zwietering(fitted) {}

    HWY_INLINE Point<4> at(Vector t) const {
        const Vector steepness = number(std::numbers::e) * rate_ / a_;
        const Vector x = steepness * (lag_ - t);
        const Vector inner = exponential(Lanes(), at_most(x + number(1), 50));
        const Vector g = a_ * exponential(Lanes(), hn::Neg(inner));
        const Vector fall = g * inner;
        return point(g, fall, x, steepness);
    }
};

class ZwieteringRichards : Zwietering {
  public:
    static constexpr std::size_t parameters = 5;
    static constexpr bool gives_log = true;
    HWY_INLINE explicit ZwieteringRichards(const Table& fitted)
        : Zwietering(fitted),
          shape_(load_exp(fitted, 4)),
          ln_next_(natural_log(Lanes(), number(1) + shape_)),
          steepness_(rate_ / a_ * exponential(Lanes(), (number(1) + number(1) / shape_) * ln_next_)) {}

    HWY_INLINE Point<5> at(Vector t) const {
        // R = (1 + u)^(−1/v), u = v e^(1 + v + x)
        const Vector x = steepness_ * (lag_ - t);
        const Vector u = shape_ * exponential(Lanes(), at_most(number(1) + shape_ + x, 600));
        const Vector ln_r = hn::Neg(natural_log(Lanes(), number(1) + u)) / shape_;
        const Vector g = a_ * exponential(Lanes(), ln_r);
        const Vector fall = g * u / (number(1) + u) / shape_;           // of the value, by −x
        const Vector x_by_shape = x * (number(1) - ln_next_ / shape_);  // shape · ∂x/∂shape
        const Vector by_shape = hn::Neg(g * ln_r + fall * (number(1) + shape_ + x_by_shape));
        const Point<4> four = point(g, fall, x, steepness_);
        return {four.value, {four.slope[0], four.slope[1], four.slope[2], four.slope[3], by_shape}};
    }

  private:
    Vector shape_, ln_next_, steepness_;
};

}  // namespace growth_models
}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
