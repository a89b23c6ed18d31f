#include "kernels/stats/moderated_t.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "kernels/stats/distributions.hpp"
#include "kernels/stats/order_statistics_internal.hpp"
#include "kernels/stats/special_functions.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

struct Usable {
    std::vector<double> variance;
    std::vector<double> df;
};

Usable usable_features(std::span<const double> variance, std::span<const double> df) {
    constexpr double zero = 1e-15;
    Usable usable;
    for (std::size_t i = 0; i < variance.size(); ++i)
        if (std::isfinite(df[i]) && df[i] > zero && std::isfinite(variance[i]) && variance[i] > -zero) {
            usable.variance.push_back(std::max(variance[i], 0.0));
            usable.df.push_back(df[i]);
        }
    return usable;
}

void raise_zeros(std::vector<double>& variance) {
    const double middle = median(variance);
    const double floor = 1e-5 * (middle > 0.0 ? middle : 1.0);
    for (double& v : variance)
        v = std::max(v, floor);
}

double mean(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

struct Statistic {
    double t;
    double df;
    double unscaled_variance;
};

std::vector<Statistic> present_statistics(const Contrast& contrast, const ModeratedOut& out) {
    std::vector<Statistic> present;
    for (std::size_t i = 0; i < out.t.size(); ++i)
        if (!std::isnan(out.t[i]))
            present.push_back(
                {std::abs(out.t[i]), out.df[i], contrast.unscaled_sd[i] * contrast.unscaled_sd[i]});
    return present;
}

/// Statistics with fewer degrees of freedom become those with the same tail at the most degrees of freedom.
double equalise_df(std::vector<Statistic>& statistics) {
    double most = 0.0;
    for (const Statistic& s : statistics)
        most = std::max(most, s.df);
    for (Statistic& s : statistics)
        if (s.df < most)
            s.t = student_t_tail_quantile(student_t_log_tail(s.t, s.df), most);
    return most;
}

/// limma's tmixture.vector: the variance of true effects from how far the largest statistics exceed what
/// chance gives.
double effect_variance(std::vector<Statistic> statistics, double proportion, double low, double high) {
    const double n = static_cast<double>(statistics.size());
    const auto targets = static_cast<std::size_t>(std::ceil(proportion / 2.0 * n));
    if (targets < 1)
        return nan_value;
    const double share = std::max(static_cast<double>(targets) / n, proportion);
    const double df = equalise_df(statistics);
    std::partial_sort(statistics.begin(), statistics.begin() + targets, statistics.end(),
                      [](const Statistic& a, const Statistic& b) { return a.t > b.t; });
    double sum = 0.0;
    for (std::size_t k = 0; k < targets; ++k) {
        const double by_chance = student_t_two_sided_p(statistics[k].t, df);
        const double target = ((static_cast<double>(k) + 0.5) / n - (1.0 - share) * by_chance) / share;
        double v = 0.0;
        if (target > by_chance) {
            const double ratio = statistics[k].t / student_t_tail_quantile(std::log(target / 2.0), df);
            v = statistics[k].unscaled_variance * (ratio * ratio - 1.0);
        }
        sum += std::clamp(v, low, high);
    }
    return sum / static_cast<double>(targets);
}

double log_odds(double t, double df, double unscaled_variance, double effect_var, double proportion,
                bool normal) {
    const double r = (unscaled_variance + effect_var) / unscaled_variance;
    const double gain =
        normal ? t * t * (1.0 - 1.0 / r) / 2.0 : (1.0 + df) / 2.0 * std::log((t * t + df) / (t * t / r + df));
    return std::log(proportion / (1.0 - proportion)) - std::log(r) / 2.0 + gain;
}

void statistics_and_p(const Contrast& contrast, VariancePrior prior, double interval,
                      const ModeratedOut& out) {
    const double pooled_df = std::accumulate(contrast.df.begin(), contrast.df.end(), 0.0);
    double quantile_df = nan_value;
    double quantile = nan_value;
    for (std::size_t i = 0; i < out.t.size(); ++i) {
        const double se = contrast.unscaled_sd[i] * std::sqrt(out.variance[i]);
        out.t[i] = contrast.effect[i] / se;
        out.df[i] = std::min(contrast.df[i] + prior.df, pooled_df);
        out.p[i] = student_t_two_sided_p(out.t[i], out.df[i]);
        if (out.df[i] != quantile_df) {
            quantile_df = out.df[i];
            quantile = student_t_quantile(0.5 + 0.5 * interval, quantile_df);
        }
        out.half_width[i] = se * quantile;
    }
}

}  // namespace

VariancePrior fit_variance_prior(std::span<const double> variance, std::span<const double> df) {
    assert(variance.size() == df.size());
    Usable usable = usable_features(variance, df);
    const std::size_t n = usable.variance.size();
    if (n < 2)
        return {0.0, n == 1 ? usable.variance[0] : nan_value};
    raise_zeros(usable.variance);
    std::vector<double> e(n);
    double known = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        const double half = usable.df[i] / 2.0;
        e[i] = std::log(usable.variance[i]) - digamma(half) + std::log(half);
        known += trigamma(half);
    }
    const double centre = mean(e);
    double squares = 0.0;
    for (const double value : e)
        squares += (value - centre) * (value - centre);
    const double excess = squares / static_cast<double>(n - 1) - known / static_cast<double>(n);
    if (!(excess > 0.0))
        return {infinity, mean(usable.variance)};
    const double half = trigamma_inverse(excess);
    return {2.0 * half, std::exp(centre + digamma(half) - std::log(half))};
}

void squeeze_variance(std::span<const double> variance, std::span<const double> df, VariancePrior prior,
                      std::span<double> out) noexcept {
    assert(variance.size() == out.size() && df.size() == out.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (std::isinf(prior.df) || df[i] == 0.0)
            out[i] = prior.variance;
        else if (prior.df == 0.0)
            out[i] = variance[i];
        else
            out[i] = (df[i] * variance[i] + prior.df * prior.variance) / (df[i] + prior.df);
    }
}

double moderated_t(const Contrast& contrast, VariancePrior prior, const ModeratedOptions& options,
                   const ModeratedOut& out) {
    assert(out.t.size() == contrast.effect.size());
    squeeze_variance(contrast.variance, contrast.df, prior, out.variance);
    statistics_and_p(contrast, prior, options.interval, out);
    const double low = options.smallest_effect_sd * options.smallest_effect_sd / prior.variance;
    const double high = options.largest_effect_sd * options.largest_effect_sd / prior.variance;
    double effect_var = effect_variance(present_statistics(contrast, out), options.proportion, low, high);
    if (std::isnan(effect_var))
        effect_var = 1.0 / prior.variance;
    constexpr double as_good_as_normal_df = 1e6;
    for (std::size_t i = 0; i < out.t.size(); ++i)
        out.log_odds[i] = log_odds(out.t[i], out.df[i], contrast.unscaled_sd[i] * contrast.unscaled_sd[i],
                                   effect_var, options.proportion, prior.df > as_good_as_normal_df);
    return effect_var;
}

}  // namespace wellsieve::kernels::stats
