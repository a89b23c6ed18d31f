#include "kernels/stats/special_functions.hpp"

#include <math.h>  // lgamma_r, which is POSIX

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double asymptotic_from = 12.0;  // the series below are exact to the last digit from here on
constexpr int most_steps = 100'000;

/// Σ c_k z^k with z = 1/x², the tail of all asymptotic series here.
template <std::size_t N>
double series(const std::array<double, N>& coefficients, double z) {
    double sum = 0.0;
    for (std::size_t k = N; k-- > 0;)
        sum = sum * z + coefficients[k];
    return sum;
}

/// ln Γ(x) minus Stirling's formula, x ≥ 10.
double stirling_correction(double x) {
    static constexpr std::array c{1.0 / 12,   -1.0 / 360,        1.0 / 1260, -1.0 / 1680,
                                  1.0 / 1188, -691.0 / 360360.0, 1.0 / 156,  -3617.0 / 122400};
    return series(c, 1.0 / (x * x)) / x;
}

/// x − 1 − ln x without cancellation for x near 1.
double log_deviance(double x) {
    const double d = x - 1.0;
    if (std::abs(d) > 0.25)
        return d - std::log(x);
    const double s = d / (2.0 + d);
    double term = s * s * s;
    double sum = 0.0;
    for (int k = 3; std::abs(term / k) > epsilon * std::abs(sum) && k < 60; k += 2, term *= s * s)
        sum += term / k;
    return s * d - 2.0 * sum;
}

/// x^a e^−x / Γ(a + 1), the common factor of both incomplete gamma functions.
double gamma_prefactor(double a, double x) {
    if (a < 10.0)
        return std::exp(a * std::log(x) - x - log_gamma(a + 1.0));
    return std::exp(-a * log_deviance(x / a) - stirling_correction(a)) /
           std::sqrt(2.0 * std::numbers::pi * a);
}

double gamma_series(double a, double x) {
    double term = 1.0;
    double sum = 1.0;
    for (int n = 1; n < most_steps && term > epsilon * sum * 0.1; ++n) {
        term *= x / (a + n);
        sum += term;
    }
    return sum * gamma_prefactor(a, x);
}

double away_from_zero(double x) {
    constexpr double tiny = 1e-300;
    return std::abs(x) < tiny ? tiny : x;
}

/// Q(a, x) by Lentz's method, x > a + 1.
double gamma_fraction(double a, double x) {
    double b = x + 1.0 - a;
    double c = 1e300;
    double d = 1.0 / b;
    double h = d;
    for (int n = 1; n < most_steps; ++n) {
        const double numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / away_from_zero(numerator * d + b);
        c = away_from_zero(b + numerator / c);
        h *= d * c;
        if (std::abs(d * c - 1.0) <= epsilon)
            break;
    }
    return gamma_prefactor(a, x) * a * h;
}

/// I_x(a, b) = x^a y^b / B(a, b) / this, Didonato & Morris 1992 (ACM TOMS 18:360) by Lentz's method; quick
/// for x below a/(a + b), and without cancellation for x near 1 as y is given.
double beta_fraction(double a, double b, double x, double y) {
    const auto denominator = [&](double m) {
        return m + m * (b - m) * x / (a + 2 * m - 1.0) +
               (a + m) * (a * y - b * x + 1.0 + m * (1.0 + y)) / (a + 2 * m + 1.0);
    };
    double f = away_from_zero(a * (a * y - b * x + 1.0) / (a + 1.0));
    double c = f;
    double d = 0.0;
    for (int m = 1; m < most_steps; ++m) {
        const double below = a + 2 * m - 1.0;
        const double numerator = (a + m - 1.0) / below * ((a + b + m - 1.0) / below) * m * (b - m) * x * x;
        const double term = denominator(m);
        d = 1.0 / away_from_zero(term + numerator * d);
        c = away_from_zero(term + numerator / c);
        f *= c * d;
        if (std::abs(c * d - 1.0) <= epsilon)
            break;
    }
    return f;
}

double log_of(double x, double complement) {
    return x < 0.5 ? std::log(x) : std::log1p(-complement);
}

/// ln I_x(a, b) on the side where the continued fraction is quick.
double log_beta_tail(double a, double b, double x, double y) {
    return a * log_of(x, y) + b * log_of(y, x) - log_beta(a, b) - std::log(beta_fraction(a, b, x, y));
}

}  // namespace

double log_gamma(double x) noexcept {
    int sign = 0;
    return x > 0.0 ? ::lgamma_r(x, &sign) : nan_value;
}

double log_beta(double a, double b) noexcept {
    if (!(a > 0.0) || !(b > 0.0))
        return nan_value;
    const double p = std::min(a, b);
    const double q = std::max(a, b);
    if (q < 10.0)
        return log_gamma(p) + log_gamma(q) - log_gamma(p + q);
    const double correction = stirling_correction(q) - stirling_correction(p + q);
    if (p < 10.0)
        return log_gamma(p) + correction + p - p * std::log(p + q) + (q - 0.5) * std::log1p(-p / (p + q));
    return -0.5 * std::log(q) + 0.5 * std::log(2.0 * std::numbers::pi) + stirling_correction(p) + correction +
           (p - 0.5) * std::log(p / (p + q)) + q * std::log1p(-p / (p + q));
}

double digamma(double x) noexcept {
    if (!(x > 0.0))
        return nan_value;
    static constexpr std::array c{1.0 / 12,  -1.0 / 120,     1.0 / 252, -1.0 / 240,
                                  1.0 / 132, -691.0 / 32760, 1.0 / 12};
    double shift = 0.0;
    for (; x < asymptotic_from; x += 1.0)
        shift += 1.0 / x;
    const double z = 1.0 / (x * x);
    return std::log(x) - 0.5 / x - z * series(c, z) - shift;
}

double trigamma(double x) noexcept {
    if (!(x > 0.0))
        return nan_value;
    static constexpr std::array c{1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6};
    double shift = 0.0;
    for (; x < asymptotic_from; x += 1.0)
        shift += 1.0 / (x * x);
    const double z = 1.0 / (x * x);
    return shift + (1.0 + 0.5 / x + z * series(c, z)) / x;
}

double tetragamma(double x) noexcept {
    if (!(x > 0.0))
        return nan_value;
    static constexpr std::array c{0.5, -1.0 / 6, 1.0 / 6, -0.3, 5.0 / 6, -691.0 * 13 / 2730, 17.5};
    double shift = 0.0;
    for (; x < asymptotic_from; x += 1.0)
        shift += 2.0 / (x * x * x);
    const double z = 1.0 / (x * x);
    return -shift - z * (1.0 + 1.0 / x + z * series(c, z));
}

double trigamma_inverse(double x) noexcept {
    if (!(x > 0.0))
        return nan_value;
    if (x > 1e7)
        return 1.0 / std::sqrt(x);
    if (x < 1e-6)
        return 1.0 / x;
    double y = 0.5 + 1.0 / x;
    for (int step = 0; step < 50; ++step) {
        const double tri = trigamma(y);
        const double change = tri * (1.0 - tri / x) / tetragamma(y);
        y += change;
        if (-change / y < 1e-8)
            break;
    }
    return y;
}

double incomplete_gamma_lower(double a, double x) noexcept {
    if (!(a > 0.0) || !(x >= 0.0))
        return nan_value;
    if (x == 0.0)
        return 0.0;
    return x < a + 1.0 ? gamma_series(a, x) : 1.0 - gamma_fraction(a, x);
}

double incomplete_gamma_upper(double a, double x) noexcept {
    if (!(a > 0.0) || !(x >= 0.0))
        return nan_value;
    if (x == 0.0)
        return 1.0;
    return x < a + 1.0 ? 1.0 - gamma_series(a, x) : gamma_fraction(a, x);
}

double log_incomplete_beta(double a, double b, double x, double y) noexcept {
    if (!(a > 0.0) || !(b > 0.0) || !(x >= 0.0) || !(y >= 0.0))
        return nan_value;
    if (x == 0.0)
        return -std::numeric_limits<double>::infinity();
    if (y == 0.0)
        return 0.0;
    if (x < (a + 1.0) / (a + b + 2.0))
        return log_beta_tail(a, b, x, y);
    return std::log1p(-std::exp(log_beta_tail(b, a, y, x)));
}

double incomplete_beta(double a, double b, double x) noexcept {
    return std::exp(log_incomplete_beta(a, b, x, 1.0 - x));
}

double incomplete_beta_inverse(double a, double b, double p) noexcept {
    if (!(p >= 0.0) || !(p <= 1.0))
        return nan_value;
    if (p == 0.0 || p == 1.0)
        return p;
    const double target = std::log(p);
    double low = std::numeric_limits<double>::min();
    double high = 1.0;
    double x = std::clamp(std::exp((target + std::log(a) + log_beta(a, b)) / a), low, a / (a + b));
    for (int step = 0; step < 200 && high - low > epsilon * 0.5 * high; ++step) {
        const double value = log_incomplete_beta(a, b, x, 1.0 - x);
        (value < target ? low : high) = x;
        const double log_density = (a - 1.0) * std::log(x) + (b - 1.0) * std::log1p(-x) - log_beta(a, b);
        const double next = x - (value - target) * std::exp(value - log_density);
        if (std::abs(next - x) <= epsilon * x)
            return next;
        x = next > low && next < high ? next : 0.5 * (low + high);
    }
    return x;
}

}  // namespace wellsieve::kernels::stats
