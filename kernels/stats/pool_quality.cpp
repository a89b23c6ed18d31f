#include "kernels/stats/pool_quality.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/stats/order_statistics_internal.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// 1 − 2 (n − Σ rank · value/Σ value)/(n − 1), of ascending values.
double gini_of(std::span<const double> ascending) {
    const auto n = static_cast<double>(ascending.size());
    double ranked = 0.0;
    double sum = 0.0;
    for (std::size_t i = 0; i < ascending.size(); ++i) {
        ranked += static_cast<double>(i + 1) * ascending[i];
        sum += ascending[i];
    }
    return sum > 0.0 && n > 1.0 ? 1.0 - 2.0 * (n - ranked / sum) / (n - 1.0) : nan_value;
}

/// Shares among the features looked at; empty where there is no read.
std::vector<double> shares(std::span<const double> counts, std::span<const std::uint32_t> chosen,
                           double& total) {
    std::vector<double> out;
    for (const std::uint32_t i : chosen)
        out.push_back(counts[i]);
    if (chosen.empty())
        out.assign(counts.begin(), counts.end());
    total = 0.0;
    for (const double c : out)
        total += c;
    for (double& c : out)
        c /= total;
    return out;
}

}  // namespace

SampleQuality sample_quality(std::span<const double> counts) {
    if (counts.empty())
        return {0.0, nan_value, nan_value, nan_value, nan_value, nan_value, nan_value};
    std::vector<double> ascending(counts.begin(), counts.end());
    std::sort(ascending.begin(), ascending.end());
    const auto n = static_cast<double>(ascending.size());
    SampleQuality out{};
    for (const double c : ascending)
        out.reads += c;
    out.mean = out.reads / n;
    out.median = quantile_of_sorted(ascending, 0.5);
    const auto first_seen = std::upper_bound(ascending.begin(), ascending.end(), 0.0);
    out.zero_share = static_cast<double>(first_seen - ascending.begin()) / n;
    out.gini = gini_of(ascending);
    out.skew_90_10 = quantile_of_sorted(ascending, 0.9) / quantile_of_sorted(ascending, 0.1);
    for (double& c : ascending)
        c = std::log(c + 1.0);
    out.log_gini = gini_of(ascending);
    return out;
}

double bottleneck_size(std::span<const double> before, std::span<const double> after,
                       std::span<const std::uint32_t> neutral) {
    assert(before.size() == after.size());
    double reads_before = 0.0;
    double reads_after = 0.0;
    const std::vector<double> x = shares(before, neutral, reads_before);
    const std::vector<double> y = shares(after, neutral, reads_after);
    double sum = 0.0;
    std::size_t seen = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        if (x[i] + y[i] > 0.0) {
            sum += (x[i] - y[i]) * (x[i] - y[i]) / ((x[i] + y[i]) / 2.0 - x[i] * y[i]);
            ++seen;
        }
    if (seen < 2)
        return nan_value;
    const double moved = sum / static_cast<double>(seen) - 1.0 / reads_before - 1.0 / reads_after;
    return moved > 0.0 ? 1.0 / moved : std::numeric_limits<double>::infinity();
}

SpikeInFit fit_spike_ins(std::span<const double> counts, std::span<const double> amounts) {
    assert(counts.size() == amounts.size());
    std::vector<double> x, y;
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] > 0.0 && amounts[i] > 0.0) {
            x.push_back(std::log(amounts[i]));
            y.push_back(std::log(counts[i]));
        }
    const auto n = static_cast<double>(x.size());
    double mean_x = 0.0, mean_y = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        mean_x += x[i] / n;
        mean_y += y[i] / n;
    }
    double xx = 0.0, xy = 0.0, yy = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
    }
    if (!(xx > 0.0))
        return {nan_value, nan_value, nan_value, nan_value, x.size(), nan_value};
    const double slope = xy / xx;
    const double intercept = mean_y - slope * mean_x;
    const double residual = std::max(0.0, yy - slope * xy);
    constexpr double surely_seen = 3.0;
    return {intercept,
            slope,
            yy > 0.0 ? 1.0 - residual / yy : nan_value,
            x.size() > 2 ? std::sqrt(residual / (n - 2.0)) : nan_value,
            x.size(),
            std::exp((std::log(surely_seen) - intercept) / slope)};
}

double amount_of(double count, const SpikeInFit& fit) noexcept {
    return count > 0.0 ? std::exp((std::log(count) - fit.intercept) / fit.slope) : 0.0 * count;
}

}  // namespace wellsieve::kernels::stats
