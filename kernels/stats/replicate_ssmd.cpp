#include "kernels/stats/replicate_ssmd.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "kernels/stats/special_functions.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double ssmd_gamma_ratio(double n) noexcept {
    return n > 2.0 ? std::exp(log_gamma((n - 1.0) / 2.0) - log_gamma((n - 2.0) / 2.0)) : nan_value;
}

double paired_ssmd(double n, double mean, double sd) noexcept {
    return n >= 2.0 ? mean / sd : nan_value;
}

double paired_ssmd_umvue(double n, double mean, double sd) noexcept {
    return ssmd_gamma_ratio(n) * std::sqrt(2.0 / (n - 1.0)) * mean / sd;
}

double single_ssmd(double value, double centre, double spread) noexcept {
    return (value - centre) / (std::numbers::sqrt2 * spread);
}

double single_ssmd_umvue(double value, double n, double mean, double sd) noexcept {
    const double ratio = ssmd_gamma_ratio(n);
    return (value - mean) / (sd * std::sqrt((n - 1.0) / (ratio * ratio)));
}

}  // namespace wellsieve::kernels::stats
