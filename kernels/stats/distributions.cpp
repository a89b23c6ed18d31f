#include "kernels/stats/distributions.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "kernels/stats/normal_quantile_internal.hpp"
#include "kernels/stats/special_functions.hpp"

namespace wellsieve::kernels::stats {
namespace {

namespace wichura = normal_quantile_internal;

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int most_steps = 200;

double polynomial(const wichura::Coefficients& c, double x) {
    double sum = c.back();
    for (std::size_t k = c.size() - 1; k-- > 0;)
        sum = sum * x + c[k];
    return sum;
}

/// ln ½erfc(z/√2), z ≥ 0.
double normal_log_tail(double z) {
    constexpr double erfc_underflows_soon = 35.0;
    if (z < erfc_underflows_soon)
        return std::log(0.5 * std::erfc(z / std::numbers::sqrt2));
    const double w = 1.0 / (z * z);
    const double series = 1.0 - w * (1.0 - 3.0 * w * (1.0 - 5.0 * w * (1.0 - 7.0 * w)));
    return -0.5 * z * z - std::log(z) - 0.5 * std::log(2.0 * std::numbers::pi) + std::log(series);
}

struct Ratio {
    double x;  ///< df/(df + t²)
    double y;  ///< t²/(df + t²)
};

Ratio ratio_of(double t, double df) {
    constexpr double square_overflows_soon = 1e150;
    if (std::abs(t) > square_overflows_soon)
        return {df / std::abs(t) / std::abs(t), 1.0};
    const double square = t * t;
    return {df / (df + square), square / (df + square)};
}

double log_density(double t, double df) {
    if (std::isinf(df))
        return -0.5 * t * t - 0.5 * std::log(2.0 * std::numbers::pi);
    const Ratio r = ratio_of(t, df);
    const double log_x = r.x < 0.5 ? std::log(r.x) : std::log1p(-r.y);
    return 0.5 * (df + 1.0) * log_x - 0.5 * std::log(df) - log_beta(0.5, 0.5 * df);
}

/// P(0 ≤ T ≤ t), exact for small t.
double central_probability(double t, double df) {
    if (std::isinf(df))
        return 0.5 * std::erf(t / std::numbers::sqrt2);
    const Ratio r = ratio_of(t, df);
    return 0.5 * std::exp(log_incomplete_beta(0.5, 0.5 * df, r.y, r.x));
}

/// Newton on P(0 ≤ T ≤ t), which rises and flattens: from 0 each step stays below the root.
double central_quantile(double probability, double df) {
    double t = 0.0;
    for (int step = 0; step < most_steps; ++step) {
        const double change = (probability - central_probability(t, df)) * std::exp(-log_density(t, df));
        t += change;
        if (std::abs(change) <= 1e-15 * t)
            break;
    }
    return t;
}

}  // namespace

double normal_cdf(double z) noexcept {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double normal_quantile(double p) noexcept {
    if (!(p >= 0.0 && p <= 1.0))
        return nan_value;
    const double q = p - 0.5;
    if (std::abs(q) <= wichura::central_half_width) {
        const double r = wichura::central_offset - q * q;
        return q * polynomial(wichura::central_numerator, r) / polynomial(wichura::central_denominator, r);
    }
    const double tail = q < 0.0 ? p : 1.0 - p;
    if (tail == 0.0)
        return std::copysign(infinity, q);
    const double r = std::sqrt(-std::log(tail));
    const bool far = r > wichura::far_tail_from;
    const double s = r - (far ? wichura::far_tail_from : wichura::tail_offset);
    const double z = polynomial(far ? wichura::far_numerator : wichura::tail_numerator, s) /
                     polynomial(far ? wichura::far_denominator : wichura::tail_denominator, s);
    return std::copysign(z, q);
}

double student_t_two_sided_p(double t, double df) noexcept {
    if (std::isnan(t) || !(df > 0.0))
        return nan_value;
    if (std::isinf(df))
        return std::erfc(std::abs(t) / std::numbers::sqrt2);
    const Ratio r = ratio_of(t, df);
    return std::exp(log_incomplete_beta(0.5 * df, 0.5, r.x, r.y));
}

double student_t_cdf(double t, double df) noexcept {
    const double tail = 0.5 * student_t_two_sided_p(t, df);
    return t < 0.0 ? tail : 1.0 - tail;
}

double student_t_log_tail(double t, double df) noexcept {
    if (!(t >= 0.0) || !(df > 0.0))
        return nan_value;
    if (std::isinf(df))
        return normal_log_tail(t);
    const Ratio r = ratio_of(t, df);
    return log_incomplete_beta(0.5 * df, 0.5, r.x, r.y) - std::numbers::ln2;
}

double student_t_tail_quantile(double log_p, double df) noexcept {
    if (!(log_p <= -std::numbers::ln2) || !(df > 0.0))
        return nan_value;
    if (std::isinf(log_p))
        return infinity;
    constexpr double log_quarter = -1.386;
    if (log_p > log_quarter)
        return central_quantile(0.5 - std::exp(log_p), df);
    // In ln t the ln tail falls ever faster, so Newton converges from wherever it starts; the normal quantile
    // is a lower bound.
    constexpr double exp_underflows_soon = -700.0;
    double t =
        log_p > exp_underflows_soon ? -normal_quantile(std::exp(log_p)) : std::sqrt(-2.0 * log_p - 14.0);
    for (int step = 0; step < most_steps; ++step) {
        const double tail = student_t_log_tail(t, df);
        const double slope = -std::exp(std::log(t) + log_density(t, df) - tail);
        const double change = (log_p - tail) / slope;
        t *= std::exp(change);
        if (!std::isfinite(t))
            return infinity;
        if (std::abs(change) <= 1e-15)
            break;
    }
    return t;
}

double student_t_quantile(double p, double df) noexcept {
    if (!(p >= 0.0 && p <= 1.0) || !(df > 0.0))
        return nan_value;
    const double tail = p < 0.5 ? p : 1.0 - p;
    if (tail > 0.25) {
        const double t = central_quantile(std::abs(p - 0.5), df);
        return p < 0.5 ? -t : t;
    }
    const double t = student_t_tail_quantile(std::log(tail), df);
    return p < 0.5 ? -t : t;
}

}  // namespace wellsieve::kernels::stats
