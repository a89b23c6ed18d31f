#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/curve/exp_log.hpp"
#include "kernels/curve/parametric_fit_internal.hpp"

namespace wellsieve::kernels::curve::parametric_fit_internal {
namespace {

using Matrix = std::array<std::array<double, most_parameters>, most_parameters>;

/// Inverse of a symmetric positive definite matrix by Gauss–Jordan, scaled to a unit diagonal; rows and
/// columns that are not `free` stay out. False where it is singular.
bool invert(Matrix& a, const std::array<bool, most_parameters>& free, std::size_t n) noexcept {
    std::array<double, most_parameters> scale{};
    for (std::size_t i = 0; i < n; ++i)
        scale[i] = free[i] ? 1 / std::sqrt(a[i][i]) : 0;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            a[i][j] = free[i] && free[j] ? a[i][j] * scale[i] * scale[j] : i == j ? 1 : 0;
    for (std::size_t k = 0; k < n; ++k) {
        const double pivot = a[k][k];
        if (!(pivot > least_pivot))
            return false;
        a[k][k] = 1;
        for (std::size_t j = 0; j < n; ++j)
            a[k][j] /= pivot;
        for (std::size_t i = 0; i < n; ++i) {
            const double factor = a[i][k];
            if (i == k || factor == 0)
                continue;
            a[i][k] = 0;
            for (std::size_t j = 0; j < n; ++j)
                a[i][j] -= factor * a[k][j];
        }
    }
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            a[i][j] *= scale[i] * scale[j];
    return true;
}

Matrix unpack(const std::array<double, most_moments>& moments, std::size_t n) noexcept {
    Matrix out{};
    for (std::size_t i = 0, at = 0; i < n; ++i)
        for (std::size_t j = i; j < n; ++j, ++at)
            out[i][j] = out[j][i] = moments[at];
    return out;
}

/// K = N0 e^A of Zwietering's models, whose second fitted parameter is ln A; variance as a factor of σ².
void to_capacity(GrowthFit& fit, const Matrix& covariance, double sigma) noexcept {
    const double a = fit.value[1];
    fit.value[1] = fit.value[0] * exponential(a);
    const double variance = covariance[0][0] + a * (2 * covariance[0][1] + a * covariance[1][1]);
    if (!std::isnan(fit.standard_error[0]) && !std::isnan(fit.standard_error[1]))
        fit.standard_error[1] = fit.value[1] * sigma * std::sqrt(std::max(variance, 0.0));
    else
        fit.standard_error[1] = undefined;
}

double akaike_of(double rss, std::uint32_t points, std::size_t parameters) noexcept {
    if (!(rss > 0))
        return undefined;
    const double n = points;
    return n * (natural_log(2 * std::numbers::pi) + natural_log(rss / n) + 1) +
           2 * static_cast<double>(parameters + 1);
}

}  // namespace

GrowthFit refused(FitOutcome why, std::uint32_t points) noexcept {
    GrowthFit out;
    out.value.fill(undefined);
    out.standard_error.fill(undefined);
    out.points = points;
    out.outcome = why;
    return out;
}

GrowthFit describe(const Minimum& minimum, const Start& bounds, const Loaded& loaded,
                   const FitOptions& options) noexcept {
    const Slots slots = slots_of(options.model);
    GrowthFit out =
        refused(minimum.converged ? FitOutcome::converged : FitOutcome::iterations_exhausted, loaded.points);
    out.residual_sum_of_squares = minimum.rss;
    out.iterations = minimum.iterations;
    Matrix covariance = unpack(minimum.moments, slots.count);
    std::array<bool, most_parameters> free{};
    double most = 0;
    for (std::size_t p = 0; p < slots.count; ++p)
        most = std::max(most, covariance[p][p]);
    std::size_t fitted = 0;
    bool determined = true;
    for (std::size_t p = 0; p < slots.count; ++p) {
        const bool fixed = bounds.low[p] == bounds.high[p];
        const bool at_bound = minimum.at[p] <= bounds.low[p] || minimum.at[p] >= bounds.high[p];
        free[p] = !at_bound && covariance[p][p] > least_information * most;
        determined = determined && (at_bound || free[p]);
        fitted += !fixed;
        if (at_bound && !fixed)
            out.at_bound |= static_cast<std::uint8_t>(1u << static_cast<unsigned>(slots.parameter[p]));
    }
    out.akaike = akaike_of(minimum.rss, loaded.points, fitted);
    const bool known = invert(covariance, free, slots.count);
    if (minimum.converged && !(known && determined))
        out.outcome = FitOutcome::undetermined;
    const double sigma = std::sqrt(minimum.rss / (loaded.points - static_cast<double>(fitted)));
    for (std::size_t p = 0; p < slots.count; ++p) {
        const auto to = static_cast<std::size_t>(slots.parameter[p]);
        const bool plain = slots.parameter[p] == GrowthParameter::lag_h;
        out.value[to] = plain ? minimum.at[p] : exponential(minimum.at[p]);
        if (known && free[p])
            out.standard_error[to] = (plain ? 1 : out.value[to]) * sigma * std::sqrt(covariance[p][p]);
    }
    if (is_zwietering(options.model))
        to_capacity(out, covariance, sigma);
    return out;
}

}  // namespace wellsieve::kernels::curve::parametric_fit_internal
