#include "kernels/stats/robust_prior.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "kernels/stats/lowess.hpp"
#include "kernels/stats/moderated_t.hpp"
#include "kernels/stats/order_statistics_internal.hpp"
#include "kernels/stats/special_functions.hpp"
#include "kernels/stats/variance_trend.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double lower_share = 0.05;
constexpr double upper_share = 0.10;
constexpr double log_half = -std::numbers::ln2;

/// Fisher's F on d and D degrees of freedom; D may be ∞. Its argument is ln F.
struct FDistribution {
    double d, D;

    double log_upper(double z) const {
        if (std::isinf(D))
            return std::log(incomplete_gamma_upper(0.5 * d, 0.5 * d * std::exp(z)));
        const double ratio = d / D * std::exp(z);
        return log_incomplete_beta(0.5 * D, 0.5 * d, 1.0 / (1.0 + ratio), ratio / (1.0 + ratio));
    }
    double log_lower(double z) const {
        if (std::isinf(D))
            return std::log(incomplete_gamma_lower(0.5 * d, 0.5 * d * std::exp(z)));
        const double ratio = d / D * std::exp(z);
        return log_incomplete_beta(0.5 * d, 0.5 * D, ratio / (1.0 + ratio), 1.0 / (1.0 + ratio));
    }

    /// ln of the density of ln F.
    double log_density(double z) const {
        if (std::isinf(D))
            return 0.5 * d * (std::log(0.5 * d) + z - std::exp(z)) - log_gamma(0.5 * d);
        return 0.5 * d * (std::log(d / D) + z) - 0.5 * (d + D) * std::log1p(d / D * std::exp(z)) -
               log_beta(0.5 * d, 0.5 * D);
    }

    /// The ln F with that ln P above (or below) it, by halving.
    double quantile(double log_p, bool above) const {
        double low = -700.0, high = 700.0;
        for (int step = 0; step < 100 && high - low > 1e-13 * (1.0 + std::abs(low)); ++step) {
            const double middle = 0.5 * (low + high);
            const bool too_low = above ? log_upper(middle) > log_p : log_lower(middle) < log_p;
            (too_low ? low : high) = middle;
        }
        return 0.5 * (low + high);
    }
};

/// Nodes and weights of Gauss and Legendre on 0 … 1.
struct Quadrature {
    static constexpr std::size_t size = 128;
    std::array<double, size> node, weight;

    Quadrature() {
        constexpr auto n = static_cast<double>(size);
        for (std::size_t k = 0; k < size; ++k) {
            double x = std::cos(std::numbers::pi * (static_cast<double>(k) + 0.75) / (n + 0.5));
            double slope = 0.0;
            for (int step = 0; step < 20; ++step) {
                double before = 1.0, here = x;
                for (std::size_t m = 2; m <= size; ++m) {
                    const auto order = static_cast<double>(m);
                    const double next = ((2.0 * order - 1.0) * x * here - (order - 1.0) * before) / order;
                    before = here;
                    here = next;
                }
                slope = n * (x * here - before) / (x * x - 1.0);
                x -= here / slope;
            }
            node[k] = 0.5 * (1.0 - x);
            weight[k] = 1.0 / ((1.0 - x * x) * slope * slope);
        }
    }
};

struct Moments {
    double mean, variance;
};

/// Of ln F with its tails drawn in to their quantiles.
Moments drawn_in_moments(const FDistribution& f) {
    static const Quadrature rule;
    const double low = f.quantile(std::log(lower_share), false);
    const double high = f.quantile(std::log(upper_share), true);
    const auto integral = [&](auto value) {
        double sum = lower_share * value(low) + upper_share * value(high);
        for (std::size_t k = 0; k < Quadrature::size; ++k) {
            const double z = low + (high - low) * rule.node[k];
            sum += (high - low) * rule.weight[k] * std::exp(f.log_density(z)) * value(z);
        }
        return sum;
    };
    const double mean = integral([](double z) { return z; });
    return {mean, integral([&](double z) { return (z - mean) * (z - mean); })};
}

/// The features that say something, ascending in the covariate.
struct Usable {
    std::vector<std::size_t> feature;
    std::vector<double> covariate, log_variance;
};

Usable usable_features(std::span<const double> variance, std::span<const double> df,
                       std::span<const double> covariate) {
    constexpr double least_df = 1e-6;
    Usable out;
    for (std::size_t i = 0; i < variance.size(); ++i)
        if (!std::isnan(variance[i]) && std::isfinite(df[i]) && df[i] > least_df)
            out.feature.push_back(i);
    if (!covariate.empty())
        std::stable_sort(out.feature.begin(), out.feature.end(),
                         [&](auto a, auto b) { return covariate[a] < covariate[b]; });
    std::vector<double> values;
    for (const std::size_t i : out.feature)
        values.push_back(variance[i]);
    const double floor = 1e-12 * median(values);
    for (std::size_t k = 0; k < values.size(); ++k) {
        if (!covariate.empty())
            out.covariate.push_back(covariate[out.feature[k]]);
        out.log_variance.push_back(std::log(std::max(values[k], floor)));
    }
    return out;
}

/// Log variances of fewer degrees of freedom than others become those that are as far out with the most.
void raise_to_most_df(Usable& usable, std::span<const double> df, double most_df, double prior_df,
                      std::span<const double> prior_variance) {
    for (std::size_t k = 0; k < usable.feature.size(); ++k) {
        const std::size_t i = usable.feature[k];
        if (df[i] >= most_df - 1e-14)
            continue;
        const FDistribution own{df[i], prior_df};
        const double centre = std::log(prior_variance[i]);
        const double z = usable.log_variance[k] - centre;
        const double above = own.log_upper(z);
        const double below = own.log_lower(z);
        usable.log_variance[k] =
            centre + FDistribution{most_df, prior_df}.quantile(std::min(above, below), above < below);
    }
}

/// Mean and variance of residuals with their tails drawn in.
Moments drawn_in_moments(const std::vector<double>& residual) {
    std::vector<double> sorted = residual;
    std::sort(sorted.begin(), sorted.end());
    const double low = quantile_of_sorted(sorted, lower_share);
    const double high = quantile_of_sorted(sorted, 1.0 - upper_share);
    const auto n = static_cast<double>(sorted.size());
    double mean = 0.0, squares = 0.0;
    for (const double r : residual)
        mean += std::clamp(r, low, high) / n;
    for (const double r : residual)
        squares += (std::clamp(r, low, high) - mean) * (std::clamp(r, low, high) - mean);
    return {mean, squares / (n - 1.0)};
}

/// Degrees of freedom of the prior with which ln F varies as the residuals do. Never fewer than `least`, what
/// all variances together say.
double prior_df_by(double variance, double d, double least) {
    const auto varies_more = [&](double D) {
        return drawn_in_moments(FDistribution{d, D}).variance > variance;
    };
    if (std::isinf(least) || !varies_more(least))
        return least;
    double low = least / (1.0 + least);
    double high = 1.0;
    for (int step = 0; step < 60 && high - low > 1e-12; ++step) {
        const double middle = 0.5 * (low + high);
        (varies_more(middle / (1.0 - middle)) ? low : high) = middle;
    }
    return low / (1.0 - low);
}

/// Mid-ranks of values, from 1.
std::vector<double> mid_ranks(const std::vector<double>& values, const std::vector<std::size_t>& order) {
    std::vector<double> rank(values.size());
    for (std::size_t k = 0; k < order.size();) {
        std::size_t end = k + 1;
        while (end < order.size() && values[order[end]] == values[order[k]])
            ++end;
        for (std::size_t m = k; m < end; ++m)
            rank[order[m]] = 0.5 * static_cast<double>(k + 1 + end);
        k = end;
    }
    return rank;
}

/// The degrees of freedom that the prior has for each of z = ln F: fewer the less its tail fits the others'.
/// Ascending with the tail's p.
std::vector<double> shrunken_df(const std::vector<double>& z, double d, double prior_df) {
    const std::size_t n = z.size();
    const FDistribution f{d, prior_df};
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return z[a] < z[b]; });
    const std::vector<double> rank = mid_ranks(z, order);
    std::vector<double> log_fits(n);  // ln P(not an outlier)
    for (std::size_t k = 0; k < n; ++k) {
        const double expected =
            std::log(static_cast<double>(n) - rank[k] + 0.5) - std::log(static_cast<double>(n));
        log_fits[k] = std::min(f.log_upper(z[k]) - expected, 0.0);
    }
    std::vector<double> out(n, prior_df);
    if (std::none_of(log_fits.begin(), log_fits.end(), [](double l) { return l < 0.0; }))
        return out;
    std::reverse(order.begin(), order.end());  // the farthest out first
    if (std::isinf(prior_df)) {
        const double pooled = static_cast<double>(n) * d;
        for (std::size_t k = 0; k < n; ++k)
            if (log_fits[k] < 0.0)
                out[k] = std::exp(log_fits[k]) * pooled;
    } else {
        // As many as put the farthest at the middle of its own distribution.
        const double farthest = z[order.front()];
        double of_outlier = log_half / f.log_upper(farthest) * prior_df;
        if (of_outlier > 0.0)
            of_outlier *= log_half / FDistribution{d, of_outlier}.log_upper(farthest);
        for (std::size_t k = 0; k < n; ++k)
            out[k] = std::exp(log_fits[k]) * prior_df - std::expm1(log_fits[k]) * of_outlier;
        double sum = 0.0, least = infinity;
        std::size_t count = 0;
        for (std::size_t k = 0; k < n; ++k) {
            sum += out[order[k]];
            if (const double mean = sum / static_cast<double>(k + 1); mean < least) {
                least = mean;
                count = k + 1;
            }
        }
        for (std::size_t k = 0; k < count; ++k)
            out[order[k]] = least;
    }
    double most = 0.0;
    for (const std::size_t k : order)
        most = out[k] = std::max(most, out[k]);
    return out;
}

/// Of log variances along their covariate; of all alike where there is none. Its own level does not matter.
std::vector<double> centre_of(const Usable& usable, bool along_covariate) {
    if (along_covariate)
        return lowess(usable.covariate, usable.log_variance, {.span = 0.4, .step = 0.01});
    return std::vector<double>(usable.feature.size());
}

/// The prior that outlying variances draw.
RobustPrior plain_prior(std::span<const double> variance, std::span<const double> df,
                        std::span<const double> covariate) {
    RobustPrior out{std::vector<double>(variance.size()), std::vector<double>(variance.size())};
    if (covariate.empty()) {
        const VariancePrior all = fit_variance_prior(variance, df);
        std::fill(out.variance.begin(), out.variance.end(), all.variance);
        std::fill(out.df.begin(), out.df.end(), all.df);
    } else {
        std::fill(out.df.begin(), out.df.end(), fit_variance_trend(variance, df, covariate, out.variance));
    }
    return out;
}

/// The line between the points around x; flat beyond the outer ones.
double between(const std::vector<double>& x, const std::vector<double>& y, double at) {
    const auto above = static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), at) - x.begin());
    if (above == 0 || above == x.size())
        return above == 0 ? y.front() : y.back();
    return y[above - 1] + (y[above] - y[above - 1]) * (at - x[above - 1]) / (x[above] - x[above - 1]);
}

}  // namespace

RobustPrior fit_robust_prior(std::span<const double> variance, std::span<const double> df,
                             std::span<const double> covariate) {
    assert(df.size() == variance.size() && (covariate.empty() || covariate.size() == variance.size()));
    constexpr std::size_t fewest = 10;  // of fewer, none is beyond a tail of a tenth
    RobustPrior out = plain_prior(variance, df, covariate);
    if (variance.empty())
        return out;
    const double plain_df = out.df.front();
    Usable usable = usable_features(variance, df, covariate);
    const std::size_t n = usable.feature.size();
    if (n < fewest || !std::all_of(usable.log_variance.begin(), usable.log_variance.end(),
                                   [](double z) { return std::isfinite(z); }))
        return out;
    double d = 0.0;
    for (const std::size_t i : usable.feature)
        d = std::max(d, df[i]);
    raise_to_most_df(usable, df, d, plain_df, out.variance);
    std::vector<double> centre = centre_of(usable, !covariate.empty());
    std::vector<double> residual(n);
    for (std::size_t k = 0; k < n; ++k)
        residual[k] = usable.log_variance[k] - centre[k];
    const Moments seen = drawn_in_moments(residual);
    const bool all_alike = seen.variance <= drawn_in_moments(FDistribution{d, infinity}).variance;
    if (!all_alike && std::isinf(plain_df))
        return out;
    const double prior_df = all_alike ? infinity : prior_df_by(seen.variance, d, plain_df);
    const double shift = seen.mean - drawn_in_moments(FDistribution{d, prior_df}).mean;
    for (std::size_t k = 0; k < n; ++k) {
        centre[k] += shift;
        residual[k] = usable.log_variance[k] - centre[k];
    }
    const std::vector<double> own = shrunken_df(residual, d, prior_df);
    for (std::size_t i = 0; i < variance.size(); ++i) {
        out.variance[i] =
            std::exp(covariate.empty() ? centre.front() : between(usable.covariate, centre, covariate[i]));
        out.df[i] = prior_df;
    }
    for (std::size_t k = 0; k < n; ++k) {
        out.variance[usable.feature[k]] = std::exp(centre[k]);
        out.df[usable.feature[k]] = own[k];
    }
    return out;
}

}  // namespace wellsieve::kernels::stats
