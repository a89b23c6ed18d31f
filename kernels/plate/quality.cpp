#include "kernels/plate/quality.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace wellsieve::kernels::plate {
namespace {

double ratio(double numerator, double denominator) noexcept {
    const double out = numerator / denominator;
    return std::isfinite(out) ? out : Summary::undefined;
}

bool enough(const Summary& positive, const Summary& negative) noexcept {
    return positive.count >= least_controls && negative.count >= least_controls;
}

double separation(double difference, double spread_sum) noexcept {
    return 1 - ratio(3 * spread_sum, std::abs(difference));
}

/// Γ(a) / Γ(a − 1/2).
double gamma_ratio(double a) noexcept {
    return std::exp(std::lgamma(a) - std::lgamma(a - 0.5));
}

}  // namespace

double z_prime(const Summary& positive, const Summary& negative) noexcept {
    return enough(positive, negative) ? separation(positive.mean - negative.mean, positive.sd + negative.sd)
                                      : Summary::undefined;
}

double z_prime_robust(const Summary& positive, const Summary& negative) noexcept {
    return enough(positive, negative)
               ? separation(positive.median - negative.median, positive.mad + negative.mad)
               : Summary::undefined;
}

double signal_to_background(const Summary& positive, const Summary& negative) noexcept {
    return ratio(positive.mean, negative.mean);
}

double signal_to_noise(const Summary& positive, const Summary& negative) noexcept {
    return ratio(positive.mean - negative.mean, negative.sd);
}

double signal_window(const Summary& positive, const Summary& negative) noexcept {
    if (!enough(positive, negative))
        return Summary::undefined;
    return ratio(std::abs(positive.mean - negative.mean) - 3 * (positive.sd + negative.sd), positive.sd);
}

double assay_variability_ratio(const Summary& positive, const Summary& negative) noexcept {
    return 1 - z_prime(positive, negative);
}

double coefficient_of_variation(const Summary& wells) noexcept {
    return ratio(wells.sd, std::abs(wells.mean));
}

double dynamic_range(const Summary& positive, const Summary& negative) noexcept {
    return ratio(negative.mean, positive.mean);
}

double ssmd(const Summary& first, const Summary& second) noexcept {
    return ratio(first.mean - second.mean, std::sqrt(first.sd * first.sd + second.sd * second.sd));
}

double ssmd_robust(const Summary& first, const Summary& second) noexcept {
    return ratio(first.median - second.median, std::sqrt(first.mad * first.mad + second.mad * second.mad));
}

double ssmd_unbiased(const Summary& first, const Summary& second) noexcept {
    const auto n1 = static_cast<double>(first.count);
    const auto n2 = static_cast<double>(second.count);
    if (first.count < 2 || second.count < 2)
        return Summary::undefined;
    const double k = 2 * std::pow(gamma_ratio((n1 + n2 - 2) / 2), 2);
    const double squares = (n1 - 1) * first.sd * first.sd + (n2 - 1) * second.sd * second.sd;
    return ratio(first.mean - second.mean, std::sqrt(2 / k * squares));
}

double ssmd_well(double x, const Summary& negative) noexcept {
    return ratio(x - negative.mean, std::numbers::sqrt2 * negative.sd);
}

double ssmd_well_robust(double x, const Summary& negative) noexcept {
    return ratio(x - negative.median, std::numbers::sqrt2 * negative.mad);
}

double ssmd_well_unbiased(double x, const Summary& negative) noexcept {
    if (negative.count < 3)
        return Summary::undefined;
    const auto n = static_cast<double>(negative.count);
    const double k = 2 * std::pow(gamma_ratio((n - 1) / 2), 2);
    return ratio(x - negative.mean, negative.sd * std::sqrt(2 * (n - 1) / k));
}

double ssmd_paired(const Summary& differences) noexcept {
    return ratio(differences.mean, differences.sd);
}

double ssmd_paired_unbiased(const Summary& differences) noexcept {
    if (differences.count < 3)
        return Summary::undefined;
    const auto n = static_cast<double>(differences.count);
    return ratio(gamma_ratio((n - 1) / 2) * std::sqrt(2 / (n - 1)) * differences.mean, differences.sd);
}

void mark_edge(std::size_t rows, std::size_t columns, std::span<std::uint8_t> edge) noexcept {
    assert(edge.size() == rows * columns);
    for (std::size_t row = 0, well = 0; row < rows; ++row)
        for (std::size_t column = 0; column < columns; ++column, ++well)
            edge[well] = row == 0 || column == 0 || row + 1 == rows || column + 1 == columns;
}

double edge_effect(const Summary& edge, const Summary& interior) noexcept {
    return ratio(edge.median - interior.median, interior.mad);
}

double line_effect(std::span<const double> effects, const Summary& residuals) noexcept {
    if (effects.empty())
        return Summary::undefined;
    const auto [least, greatest] = std::minmax_element(effects.begin(), effects.end());
    return ratio(*greatest - *least, residuals.mad);
}

}  // namespace wellsieve::kernels::plate
