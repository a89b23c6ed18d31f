#include "kernels/stats/shrinkage.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "kernels/stats/distributions.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

bool usable(double estimate, double standard_error) {
    return std::isfinite(estimate) && std::isfinite(standard_error) && standard_error > 0.0;
}

struct Data {
    std::span<const double> estimate;
    std::span<const double> standard_error;
    bool restricted;
};

struct Fit {
    double mean;
    double mean_variance;
    double log_likelihood;
    double score;  ///< twice the derivative by τ²
};

Fit evaluate(const Data& data, double tau2) {
    double sum_w = 0.0;
    double sum_wy = 0.0;
    double sum_log = 0.0;
    for (std::size_t i = 0; i < data.estimate.size(); ++i) {
        if (!usable(data.estimate[i], data.standard_error[i]))
            continue;
        const double v = tau2 + data.standard_error[i] * data.standard_error[i];
        sum_w += 1.0 / v;
        sum_wy += data.estimate[i] / v;
        sum_log += std::log(v);
    }
    Fit fit{sum_wy / sum_w, 1.0 / sum_w, 0.0, 0.0};
    double sum_w2 = 0.0;
    double quadratic = 0.0;
    for (std::size_t i = 0; i < data.estimate.size(); ++i) {
        if (!usable(data.estimate[i], data.standard_error[i]))
            continue;
        const double w = 1.0 / (tau2 + data.standard_error[i] * data.standard_error[i]);
        const double residual = data.estimate[i] - fit.mean;
        sum_w2 += w * w;
        quadratic += w * residual * residual;
        fit.score += w * w * residual * residual - w;
    }
    fit.log_likelihood = -0.5 * (sum_log + quadratic);
    if (data.restricted) {
        fit.log_likelihood -= 0.5 * std::log(sum_w);
        fit.score += sum_w2 / sum_w;
    }
    return fit;
}

struct Scale {
    double largest_tau2;   ///< the likelihood only falls beyond
    double smallest_tau2;  ///< as good as zero
    std::size_t strains;
};

Scale scale_of(const Data& data) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    double smallest_variance = low;
    std::size_t strains = 0;
    for (std::size_t i = 0; i < data.estimate.size(); ++i) {
        if (!usable(data.estimate[i], data.standard_error[i]))
            continue;
        low = std::min(low, data.estimate[i]);
        high = std::max(high, data.estimate[i]);
        smallest_variance = std::min(smallest_variance, data.standard_error[i] * data.standard_error[i]);
        ++strains;
    }
    const double range = high - low;
    return {range * range, std::min(range * range, smallest_variance) * 1e-6, strains};
}

/// The root of the score in [low, high], where it goes from positive to negative.
double refine(const Data& data, double low, double high) {
    constexpr double relative_tolerance = 1e-13;
    constexpr int most_steps = 200;
    for (int step = 0; step < most_steps && high - low > relative_tolerance * high; ++step) {
        const double middle = 0.5 * (low + high);
        (evaluate(data, middle).score > 0.0 ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

/// Ends of the grid cells around the best point of 0 and a geometric grid, so that a second, lower peak does
/// not win.
double best_tau2(const Data& data, const Scale& scale) {
    constexpr int points = 48;
    const double step = std::pow(scale.largest_tau2 / scale.smallest_tau2, 1.0 / (points - 1));
    double best = 0.0;
    double best_log_likelihood = evaluate(data, 0.0).log_likelihood;
    double low = 0.0;
    double high = scale.smallest_tau2;
    double tau2 = scale.smallest_tau2;
    double previous = 0.0;
    for (int k = 0; k < points; ++k, previous = tau2, tau2 *= step)
        if (const double value = evaluate(data, tau2).log_likelihood; value > best_log_likelihood) {
            best_log_likelihood = value;
            best = tau2;
            low = previous;
            high = tau2 * step;
        }
    if (best == 0.0 && evaluate(data, 0.0).score <= 0.0)
        return 0.0;
    return refine(data, low, high);
}

}  // namespace

EffectPrior fit_effect_prior(std::span<const double> estimate, std::span<const double> standard_error,
                             Likelihood likelihood) noexcept {
    assert(estimate.size() == standard_error.size());
    const Data data{estimate, standard_error, likelihood == Likelihood::restricted};
    const Scale scale = scale_of(data);
    if (scale.strains == 0)
        return {nan_value, nan_value, nan_value};
    const double tau2 = scale.largest_tau2 > 0.0 ? best_tau2(data, scale) : 0.0;
    const Fit fit = evaluate(data, tau2);
    return {fit.mean, tau2, fit.mean_variance};
}

void shrink_effects(std::span<const double> estimate, std::span<const double> standard_error,
                    const EffectPrior& prior, const ShrinkageOut& out) noexcept {
    assert(estimate.size() == standard_error.size() && out.mean.size() == estimate.size());
    for (std::size_t i = 0; i < estimate.size(); ++i) {
        if (!usable(estimate[i], standard_error[i])) {
            out.mean[i] = out.sd[i] = out.own_sd[i] = out.weight[i] = nan_value;
            continue;
        }
        const double error_variance = standard_error[i] * standard_error[i];
        const double weight = error_variance / (error_variance + prior.variance);
        const double own_variance = (1.0 - weight) * error_variance;
        out.mean[i] = prior.mean + (1.0 - weight) * (estimate[i] - prior.mean);
        out.weight[i] = weight;
        out.own_sd[i] = std::sqrt(own_variance);
        out.sd[i] = std::sqrt(own_variance + weight * weight * prior.mean_variance);
    }
}

void probability_above(std::span<const double> mean, std::span<const double> sd, double threshold,
                       std::span<double> out) noexcept {
    assert(mean.size() == out.size() && sd.size() == out.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double distance = mean[i] - threshold;
        if (sd[i] == 0.0)
            out[i] = std::isnan(distance) ? nan_value : (distance > 0.0 ? 1.0 : 0.0);
        else
            out[i] = normal_cdf(distance / sd[i]);
    }
}

}  // namespace wellsieve::kernels::stats
