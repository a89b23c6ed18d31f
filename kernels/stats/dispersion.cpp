#include "kernels/stats/dispersion.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/stats/local_mean.hpp"
#include "kernels/stats/spline_maximum.hpp"
#include "kernels/stats/variance_trend.hpp"
#include "kernels/stats/zero_patterns.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t grid_points = 21;
constexpr double grid_centre = 0.1;
constexpr double first_dispersion = 0.05;

std::vector<double> grid_exponents() {
    std::vector<double> out(grid_points);
    for (std::size_t g = 0; g < grid_points; ++g)
        out[g] = static_cast<double>(g) - 10.0;
    return out;
}

struct FitColumns {
    FitColumns(Counts counts, const LogLinearDesign& design)
        : coefficient(design.coefficients * counts.features()),
          mean(counts.values.size()),
          deviance(counts.features()) {}
    NegativeBinomialFit out() { return {coefficient, mean, deviance}; }
    std::vector<double> coefficient, mean, deviance;
};

std::vector<std::uint32_t> all_indices(std::size_t n) {
    std::vector<std::uint32_t> out(n);
    std::iota(out.begin(), out.end(), 0u);
    return out;
}

/// Profile likelihoods [grid][feature]; zero where a pattern leaves nothing to learn from.
std::vector<double> profile_likelihoods(Counts counts, const LogLinearDesign& design,
                                        std::span<const double> dispersions) {
    const std::size_t features = counts.features();
    FitColumns first(counts, design);
    fit_negative_binomial(counts, design, std::vector<double>(features, first_dispersion), first.out());
    std::vector<double> out(grid_points * features, 0.0);
    for (const ZeroPattern& pattern : zero_patterns(counts, first.mean, design)) {
        if (pattern.coefficients == 0 || pattern.residual_df() == 0)
            continue;
        const std::vector<double> own = gather(counts, pattern.samples, pattern.features);
        std::vector<double> offset;
        for (const std::uint32_t s : pattern.samples)
            offset.push_back(design.offset[s]);
        std::vector<double> likelihood(grid_points * pattern.features.size());
        adjusted_profile_likelihood({own, pattern.samples.size()},
                                    {pattern.matrix, pattern.coefficients, offset}, dispersions, likelihood);
        for (std::size_t g = 0; g < grid_points; ++g)
            for (std::size_t i = 0; i < pattern.features.size(); ++i)
                out[g * features + pattern.features[i]] = likelihood[g * pattern.features.size() + i];
    }
    return out;
}

/// The dispersion at which own likelihood plus `weight` times the neighbours' is highest, for each feature.
std::vector<double> best_dispersions(std::span<const double> own, std::span<const double> neighbours,
                                     double weight, std::size_t features, SplineMaximum& maximum) {
    std::vector<double> out(features);
    std::vector<double> y(grid_points);
    for (std::size_t i = 0; i < features; ++i) {
        for (std::size_t g = 0; g < grid_points; ++g)
            y[g] = (own.empty() ? 0.0 : own[g * features + i]) + weight * neighbours[g * features + i];
        out[i] = grid_centre * std::exp2(maximum(y));
    }
    return out;
}

double common_dispersion(std::span<const double> likelihood, std::size_t features, SplineMaximum& maximum) {
    std::vector<double> sums(grid_points);
    for (std::size_t g = 0; g < grid_points; ++g) {
        const auto row = likelihood.subspan(g * features, features);
        sums[g] = std::accumulate(row.begin(), row.end(), 0.0);
    }
    return grid_centre * std::exp2(maximum(sums));
}

/// Degrees of freedom of the prior of what scatters beyond the trend.
double prior_degrees(Counts counts, const LogLinearDesign& design, std::span<const double> trended,
                     std::span<const double> abundance) {
    FitColumns fit(counts, design);
    fit_negative_binomial(counts, design, trended, fit.out());
    std::vector<double> df(counts.features(), 0.0);
    for (const ZeroPattern& pattern : zero_patterns(counts, fit.mean, design))
        for (const std::uint32_t i : pattern.features)
            df[i] = static_cast<double>(pattern.residual_df());
    std::vector<double> variance(df.size());
    for (std::size_t i = 0; i < df.size(); ++i)
        variance[i] = df[i] > 0.0 ? std::max(fit.deviance[i] / df[i], 0.0) : 0.0;
    std::vector<double> prior(df.size());
    return fit_variance_trend(variance, df, abundance, prior);
}

std::vector<std::uint32_t> telling_features(Counts counts) {
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < counts.features(); ++i) {
        double sum = 0.0;
        for (std::size_t s = 0; s < counts.samples; ++s)
            sum += counts.sample(s)[i];
        if (sum >= least_counts_for_dispersion)
            out.push_back(static_cast<std::uint32_t>(i));
    }
    return out;
}

}  // namespace

WithPriorCounts add_prior_counts(Counts counts, std::span<const double> offset, double prior) {
    double mean_size = 0.0;
    for (const double o : offset)
        mean_size += std::exp(o) / static_cast<double>(offset.size());
    WithPriorCounts out{{counts.values.begin(), counts.values.end()}, {}};
    for (std::size_t s = 0; s < counts.samples; ++s) {
        const double own = prior * std::exp(offset[s]) / mean_size;
        out.offset.push_back(std::log(std::exp(offset[s]) + 2.0 * own));
        for (std::size_t i = 0; i < counts.features(); ++i)
            out.values[s * counts.features() + i] += own;
    }
    return out;
}

std::vector<double> average_log2_cpm(Counts counts, std::span<const double> offset, double dispersion,
                                     double prior) {
    const WithPriorCounts with = add_prior_counts(counts, offset, prior);
    const std::vector<double> ones(counts.samples, 1.0);
    const LogLinearDesign design{ones, 1, with.offset};
    const Counts values{with.values, counts.samples};
    FitColumns fit(values, design);
    fit_negative_binomial(values, design, std::vector<double>(counts.features(), dispersion), fit.out());
    for (double& value : fit.coefficient)
        value = (value + std::log(1e6)) / std::log(2.0);
    return fit.coefficient;
}

Dispersions estimate_dispersions(Counts counts, const LogLinearDesign& design) {
    const std::size_t features = counts.features();
    Dispersions out;
    out.trended.assign(features, nan_value);
    out.tagwise = out.trended;
    out.common = out.prior_df = nan_value;
    const std::vector<std::uint32_t> telling = telling_features(counts);
    if (counts.samples <= design.coefficients || telling.empty()) {
        out.average_log2 = average_log2_cpm(counts, design.offset, first_dispersion);
        return out;
    }
    const std::vector<double> told = gather(counts, all_indices(counts.samples), telling);
    const Counts chosen{told, counts.samples};
    const std::vector<double> exponents = grid_exponents();
    SplineMaximum maximum(exponents);
    std::vector<double> dispersions;
    for (const double e : exponents)
        dispersions.push_back(grid_centre * std::exp2(e));
    const std::vector<double> likelihood = profile_likelihoods(chosen, design, dispersions);
    out.common = common_dispersion(likelihood, telling.size(), maximum);
    out.average_log2 = average_log2_cpm(counts, design.offset, out.common);
    std::vector<double> abundance;
    for (const std::uint32_t i : telling)
        abundance.push_back(out.average_log2[i]);
    std::vector<double> smooth(likelihood.size());
    local_means(abundance, likelihood, local_share(telling.size()), smooth);
    const std::vector<double> trended = best_dispersions({}, smooth, 1.0, telling.size(), maximum);
    out.prior_df = prior_degrees(chosen, design, trended, abundance);
    const double weight = out.prior_df / static_cast<double>(counts.samples - design.coefficients);
    constexpr double all_alike = 1e6;
    const std::vector<double> tagwise =
        weight > all_alike ? trended : best_dispersions(likelihood, smooth, weight, telling.size(), maximum);
    const auto faintest = std::min_element(abundance.begin(), abundance.end()) - abundance.begin();
    std::fill(out.trended.begin(), out.trended.end(), trended[static_cast<std::size_t>(faintest)]);
    out.tagwise = out.trended;
    for (std::size_t k = 0; k < telling.size(); ++k) {
        out.trended[telling[k]] = trended[k];
        out.tagwise[telling[k]] = tagwise[k];
    }
    return out;
}

}  // namespace wellsieve::kernels::stats
