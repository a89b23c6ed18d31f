#include "kernels/stats/effect_mixture.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "kernels/stats/distributions.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t narrow = 0;
constexpr std::size_t wide = 1;

bool usable(double estimate, double standard_error) {
    return std::isfinite(estimate) && std::isfinite(standard_error) && standard_error > 0.0;
}

/// What an estimate says under each of the two normals.
struct Posterior {
    std::array<double, 2> share;  ///< of the two, given the estimate
    std::array<double, 2> mean;
    std::array<double, 2> own_variance;
    std::array<double, 2> weight;  ///< on μ
    double log_density;            ///< of the estimate, without the constant
};

Posterior posterior_of(double estimate, double standard_error, const EffectMixture& prior) {
    const double error_variance = standard_error * standard_error;
    Posterior p{};
    std::array<double, 2> log_density{};
    for (const std::size_t k : {narrow, wide}) {
        const double variance = prior.variance[k] + error_variance;
        const double distance = estimate - prior.mean;
        log_density[k] =
            std::log(prior.share[k]) - 0.5 * (std::log(variance) + distance * distance / variance);
        p.weight[k] = error_variance / variance;
        p.mean[k] = prior.mean + (1.0 - p.weight[k]) * distance;
        p.own_variance[k] = (1.0 - p.weight[k]) * error_variance;
    }
    const double most = std::max(log_density[narrow], log_density[wide]);
    const std::array<double, 2> density{std::exp(log_density[narrow] - most),
                                        std::exp(log_density[wide] - most)};
    const double sum = density[narrow] + density[wide];
    p.share = {density[narrow] / sum, density[wide] / sum};
    p.log_density = most + std::log(sum);
    return p;
}

EffectMixture single(const EffectPrior& one) {
    return {one.mean, one.mean_variance, {one.variance, one.variance}, {1.0, 0.0}};
}

/// One round of expectation and maximisation.
EffectMixture improve(std::span<const double> estimate, std::span<const double> standard_error,
                      const EffectMixture& prior) {
    constexpr double largest_exponent = 600.0;  // beyond which the share is 1 anyway
    const double odds = prior.share[wide] / prior.share[narrow];
    std::array<double, 2> count{}, spread{};
    double sum_w = 0.0, sum_wy = 0.0;
    for (std::size_t i = 0; i < estimate.size(); ++i) {
        if (!usable(estimate[i], standard_error[i]))
            continue;
        const double error_variance = standard_error[i] * standard_error[i];
        const double distance = estimate[i] - prior.mean;
        const double narrow_variance = prior.variance[narrow] + error_variance;
        const std::array<double, 2> precision{1.0 / narrow_variance,
                                              1.0 / (prior.variance[wide] + error_variance)};
        const double exponent = 0.5 * distance * distance * (precision[narrow] - precision[wide]);
        const double ratio = odds * std::sqrt(precision[wide] * narrow_variance) *
                             std::exp(std::min(exponent, largest_exponent));
        const double narrow_share = 1.0 / (1.0 + ratio);
        const std::array<double, 2> share{narrow_share, ratio * narrow_share};
        for (const std::size_t k : {narrow, wide}) {
            const double w = share[k] * precision[k];
            const double kept = prior.variance[k] * precision[k];
            sum_w += w;
            sum_wy += w * estimate[i];
            count[k] += share[k];
            spread[k] += share[k] * kept * (kept * distance * distance + error_variance);
        }
    }
    EffectMixture next{sum_wy / sum_w, 1.0 / sum_w, {}, {}};
    for (const std::size_t k : {narrow, wide}) {
        next.variance[k] = count[k] > 0.0 ? spread[k] / count[k] : 0.0;
        next.share[k] = count[k] / (count[narrow] + count[wide]);
    }
    return next;
}

bool settled(const EffectMixture& before, const EffectMixture& after) {
    constexpr double tolerance = 1e-7;
    const auto close = [](double a, double b) { return std::abs(a - b) <= tolerance * std::abs(a); };
    return close(before.variance[narrow], after.variance[narrow]) &&
           close(before.variance[wide], after.variance[wide]) && close(before.share[wide], after.share[wide]);
}

double log_likelihood(std::span<const double> estimate, std::span<const double> standard_error,
                      const EffectMixture& prior) {
    double sum = 0.0;
    for (std::size_t i = 0; i < estimate.size(); ++i)
        if (usable(estimate[i], standard_error[i]))
            sum += posterior_of(estimate[i], standard_error[i], prior).log_density;
    return sum;
}

}  // namespace

EffectMixture fit_effect_mixture(std::span<const double> estimate, std::span<const double> standard_error,
                                 const EffectPrior& one) noexcept {
    assert(estimate.size() == standard_error.size());
    constexpr int most_rounds = 1000;
    if (!(one.variance > 0.0))
        return single(one);
    EffectMixture mixture{one.mean, one.mean_variance, {0.25 * one.variance, 4.0 * one.variance}, {0.8, 0.2}};
    for (int round = 0; round < most_rounds; ++round) {
        const EffectMixture before = std::exchange(mixture, improve(estimate, standard_error, mixture));
        if (settled(before, mixture))
            break;
    }
    std::size_t strains = 0;
    for (std::size_t i = 0; i < estimate.size(); ++i)
        strains += usable(estimate[i], standard_error[i]);
    const double gain = log_likelihood(estimate, standard_error, mixture) -
                        log_likelihood(estimate, standard_error, single(one));
    return 2.0 * gain > 2.0 * std::log(static_cast<double>(strains)) ? mixture : single(one);
}

void shrink_by_mixture(std::span<const double> estimate, std::span<const double> standard_error,
                       const EffectMixture& prior, const ShrinkageOut& out) noexcept {
    assert(estimate.size() == standard_error.size() && out.mean.size() == estimate.size());
    for (std::size_t i = 0; i < estimate.size(); ++i) {
        if (!usable(estimate[i], standard_error[i])) {
            out.mean[i] = out.sd[i] = out.own_sd[i] = out.weight[i] = nan_value;
            continue;
        }
        const Posterior p = posterior_of(estimate[i], standard_error[i], prior);
        const double mean = p.share[narrow] * p.mean[narrow] + p.share[wide] * p.mean[wide];
        double own_variance = 0.0;
        double weight = 0.0;
        for (const std::size_t k : {narrow, wide}) {
            const double distance = p.mean[k] - mean;
            own_variance += p.share[k] * (p.own_variance[k] + distance * distance);
            weight += p.share[k] * p.weight[k];
        }
        out.mean[i] = mean;
        out.weight[i] = weight;
        out.own_sd[i] = std::sqrt(own_variance);
        out.sd[i] = std::sqrt(own_variance + weight * weight * prior.mean_variance);
    }
}

void probability_above(std::span<const double> estimate, std::span<const double> standard_error,
                       const EffectMixture& prior, std::span<const double> added_variance, double threshold,
                       std::span<double> out) noexcept {
    assert(estimate.size() == standard_error.size() && out.size() == estimate.size() &&
           added_variance.size() == estimate.size());
    for (std::size_t i = 0; i < estimate.size(); ++i) {
        if (!usable(estimate[i], standard_error[i])) {
            out[i] = nan_value;
            continue;
        }
        const Posterior p = posterior_of(estimate[i], standard_error[i], prior);
        out[i] = 0.0;
        for (const std::size_t k : {narrow, wide}) {
            const double variance =
                p.own_variance[k] + p.weight[k] * p.weight[k] * prior.mean_variance + added_variance[i];
            out[i] += p.share[k] * normal_cdf((p.mean[k] - threshold) / std::sqrt(variance));
        }
    }
}

}  // namespace wellsieve::kernels::stats
