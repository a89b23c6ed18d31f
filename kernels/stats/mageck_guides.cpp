#include "kernels/stats/mageck_guides.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/stats/distributions.hpp"
#include "kernels/stats/order_statistics_internal.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr MeanVarianceLine no_line{nan_value, nan_value};

double spread_around(double centre, std::span<const double> values) {
    double squares = 0.0;
    for (const double v : values)
        squares += (v - centre) * (v - centre);
    return squares / std::max(static_cast<double>(values.size()) - 1.0, 1.0);
}

struct Moments {
    std::vector<double> mean, variance;
};

Moments moments(std::span<const Counts> groups) {
    const std::size_t features = groups[0].features();
    Moments out{std::vector<double>(features), std::vector<double>(features)};
    std::vector<double> values;
    std::vector<double> copy;
    for (std::size_t i = 0; i < features; ++i) {
        values.clear();
        for (const Counts& group : groups)
            for (std::size_t s = 0; s < group.samples; ++s)
                values.push_back(group.sample(s)[i]);
        copy = values;
        out.mean[i] = median_reordering(copy);
        out.variance[i] = spread_around(out.mean[i], values);
    }
    return out;
}

/// Features with a mean above this say nothing about the line.
double highest_mean(const std::vector<double>& mean) {
    constexpr std::size_t few = 10;
    if (mean.size() <= few)
        return 2.0 * *std::max_element(mean.begin(), mean.end());
    const double centre = median(mean);
    return centre + 4.0 * std::sqrt(spread_around(centre, mean));
}

double log_base_2(double x) {
    return std::log(x) / std::log(2.0);
}

MeanVarianceLine fit_line(const Moments& m) {
    constexpr std::size_t too_few = 10;
    const double highest = highest_mean(m.mean);
    std::vector<double> mean, excess;
    for (std::size_t i = 0; i < m.mean.size(); ++i)
        if (m.mean[i] < m.variance[i] && m.mean[i] < highest) {
            mean.push_back(m.mean[i]);
            excess.push_back(m.variance[i] - m.mean[i]);
        }
    if (mean.size() < too_few) {
        mean = m.mean;
        excess.resize(mean.size());
        for (std::size_t i = 0; i < mean.size(); ++i)
            excess[i] = std::max(m.variance[i] - m.mean[i], 0.01);
    }
    double w = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
    for (std::size_t i = 0; i < mean.size(); ++i) {
        const double log_mean = log_base_2(mean[i] + 1.0);
        const double log_excess = log_base_2(excess[i] + 1.0);
        w += mean[i];
        y += log_excess * mean[i];
        x += log_mean * mean[i];
        xx += log_mean * log_mean * mean[i];
        xy += log_mean * log_excess * mean[i];
    }
    const double determinant = w * xx - x * x;
    constexpr double of_rounding = 1e-12;
    if (!(determinant > of_rounding * w * xx))
        return no_line;
    return {std::max((w * xy - x * y) / determinant, 1.0), std::max((y * xx - x * xy) / determinant, 0.0)};
}

double smallest_positive(std::span<const double> values) {
    double smallest = std::numeric_limits<double>::infinity();
    for (const double v : values)
        if (v > 0.0)
            smallest = std::min(smallest, v);
    return smallest;
}

double upper_tail(double z) {
    return std::erfc(z / std::sqrt(2.0)) / 2.0;
}
double lower_tail(double z) {
    return std::erfc(-z / std::sqrt(2.0)) / 2.0;
}

void truncated_normal_p(const MageckGuidesOut& out) {
    const double least = smallest_positive(out.treatment_mean);
    for (std::size_t i = 0; i < out.p_low.size(); ++i) {
        const double sd = std::sqrt(out.adjusted_variance[i]);
        const double z = (std::max(out.treatment_mean[i], least) - out.control_mean[i]) / sd;
        const double below_zero = lower_tail((0.0 - out.control_mean[i]) / sd);
        out.p_low[i] = (lower_tail(z) - below_zero) / (1.0 - below_zero);
        out.p_high[i] = upper_tail(z) / (1.0 - below_zero);
    }
}

/// The normal quantile of p as MAGeCK tabulates it, linear between natural logarithms of p that are 0.001
/// apart; NaN outside the table.
double tabulated_quantile(double log_p) {
    constexpr double first = -24.0;
    constexpr double last = -0.001;
    constexpr double steps_per_unit = 1000.0;
    constexpr double steps = 23'999.0;
    if (!(log_p >= first && log_p <= last))
        return nan_value;
    const double place = (log_p - first) * steps_per_unit;
    const double below = std::clamp(std::floor(place), 0.0, steps - 1.0);
    const double fraction = std::clamp(place - below, 0.0, 1.0);
    const auto quantile = [&](double step) { return normal_quantile(std::exp((step - 24'000.0) / 1000.0)); };
    return quantile(below) * (1.0 - fraction) + quantile(below + 1.0) * fraction;
}

/// Depleted guides are scored by p, enriched ones by their distance in standard deviations.
void fill_scores(const MageckGuidesOut& out) {
    double least = std::numeric_limits<double>::infinity();
    for (const double p : out.p_low)
        if (p * 0.1 > 0.0)
            least = std::min(least, p * 0.1);
    for (std::size_t i = 0; i < out.score.size(); ++i) {
        const double distance =
            (out.treatment_mean[i] - out.control_mean[i]) / std::sqrt(out.adjusted_variance[i]);
        out.score[i] = distance;
        if (!(out.treatment_mean[i] < out.control_mean[i]))
            continue;
        const double quantile = tabulated_quantile(std::log(std::max(out.p_low[i], least)));
        if (!std::isnan(quantile))
            out.score[i] = quantile;
    }
}

double share_below(std::span<const double> p, std::span<const std::uint8_t> valid) noexcept {
    constexpr double threshold = 0.25;
    double below = 0.0;
    double all = 0.0;
    for (std::size_t i = 0; i < p.size(); ++i)
        if (valid[i] != 0) {
            all += 1.0;
            below += p[i] <= threshold ? 1.0 : 0.0;
        }
    return below / all;
}

}  // namespace

MeanVarianceLine mageck_guides(Counts control, Counts treatment, const MageckGuidesOut& out) {
    assert(control.features() == treatment.features() && control.features() == out.score.size());
    const Counts both[] = {control, treatment};
    const Moments of_control = moments({both, 1});
    const Moments of_treatment = moments({both + 1, 1});
    const Moments modelled = control.samples > 1 ? of_control : moments(both);
    const double least = smallest_positive(of_control.mean);
    const bool seen = std::isfinite(least) && std::isfinite(smallest_positive(of_treatment.mean));
    const MeanVarianceLine line = seen ? fit_line(modelled) : no_line;
    const bool treatment_scatters = control.samples == 1 && treatment.samples > 1;
    for (std::size_t i = 0; i < out.score.size(); ++i) {
        out.treatment_mean[i] = of_treatment.mean[i];
        out.control_mean[i] = std::max(of_control.mean[i], least);
        out.valid[i] = of_control.mean[i] > 0.0 || of_treatment.mean[i] > 0.0;
        out.control_variance[i] = treatment_scatters ? of_treatment.variance[i] : modelled.variance[i];
        out.adjusted_variance[i] =
            std::pow(out.control_mean[i], line.slope) * std::pow(2.0, line.intercept) + out.control_mean[i];
        out.log2_fold_change[i] =
            log_base_2(out.treatment_mean[i] + 1.0) - log_base_2(out.control_mean[i] + 1.0);
    }
    truncated_normal_p(out);
    fill_scores(out);
    return line;
}

double mageck_alpha_low(std::span<const double> p_low, std::span<const std::uint8_t> valid) noexcept {
    return std::clamp(share_below(p_low, valid), 0.05, 0.5);
}

double mageck_alpha_high(std::span<const double> p_high, std::span<const std::uint8_t> valid) noexcept {
    const double share = share_below(p_high, valid);
    return share > 0.0 ? share : 0.01;
}

}  // namespace wellsieve::kernels::stats
