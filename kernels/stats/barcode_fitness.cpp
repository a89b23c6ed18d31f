#include "kernels/stats/barcode_fitness.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/stats/order_statistics_internal.hpp"
#include "kernels/stats/shrinkage.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

struct Line {
    double slope;
    double standard_error;
};

/// Weighted least squares. The error is that of the residuals' scatter; with two points, which leave none,
/// the weights are taken for inverse variances.
Line weighted_line(std::span<const double> x, std::span<const double> y, std::span<const double> weight) {
    double w = 0.0, wx = 0.0, wy = 0.0;
    for (std::size_t k = 0; k < x.size(); ++k) {
        w += weight[k];
        wx += weight[k] * x[k];
        wy += weight[k] * y[k];
    }
    const double mean_x = wx / w;
    const double mean_y = wy / w;
    double xx = 0.0, xy = 0.0;
    for (std::size_t k = 0; k < x.size(); ++k) {
        xx += weight[k] * (x[k] - mean_x) * (x[k] - mean_x);
        xy += weight[k] * (x[k] - mean_x) * (y[k] - mean_y);
    }
    const double slope = xy / xx;
    if (x.size() < 3)
        return {slope, std::sqrt(1.0 / xx)};
    double squares = 0.0;
    for (std::size_t k = 0; k < x.size(); ++k) {
        const double off = y[k] - mean_y - slope * (x[k] - mean_x);
        squares += weight[k] * off * off;
    }
    return {slope, std::sqrt(squares / static_cast<double>(x.size() - 2) / xx)};
}

/// Of each sample: the counts of the reference, or of everything.
std::vector<double> reference_counts(Counts counts, std::span<const std::uint32_t> reference) {
    std::vector<double> sums(counts.samples, 0.0);
    for (std::size_t s = 0; s < counts.samples; ++s) {
        const std::span<const double> sample = counts.sample(s);
        if (reference.empty())
            for (const double c : sample)
                sums[s] += c;
        for (const std::uint32_t i : reference)
            sums[s] += sample[i];
    }
    return sums;
}

/// The line of each feature through its log ratios, `lift` added to those of each sample.
void fit_lines(Counts counts, std::span<const double> time, std::span<const double> reference,
               std::span<const double> lift, const SlopeOut& out) {
    std::vector<double> y(counts.samples), weight(counts.samples);
    for (std::size_t i = 0; i < counts.features(); ++i) {
        double total = 0.0;
        for (std::size_t s = 0; s < counts.samples; ++s) {
            const double c = counts.sample(s)[i];
            total += c;
            y[s] = std::log((c + 0.5) / (reference[s] + 0.5)) + lift[s];
            weight[s] = 1.0 / (1.0 / (c + 0.5) + 1.0 / (reference[s] + 0.5));
        }
        const Line line = total > 0.0 ? weighted_line(time, y, weight) : Line{nan_value, nan_value};
        out.slope[i] = line.slope;
        out.standard_error[i] = line.standard_error;
    }
}

double median_of(std::span<const double> values, std::span<const std::uint32_t> which) {
    std::vector<double> chosen;
    for (const std::uint32_t i : which)
        if (!std::isnan(values[i]))
            chosen.push_back(values[i]);
    return median_reordering(chosen);
}

/// Σ p s of one sample.
double mean_slope(std::span<const double> sample, double total, std::span<const double> slope) {
    double sum = 0.0;
    for (std::size_t i = 0; i < sample.size(); ++i)
        if (sample[i] > 0.0)
            sum += sample[i] / total * slope[i];
    return sum;
}

/// ∫x̄ from the first sample on, by trapezoids.
std::vector<double> integrated(std::span<const double> mean_fitness, std::span<const double> time) {
    std::vector<double> out(time.size(), 0.0);
    for (std::size_t s = 1; s < time.size(); ++s)
        out[s] = out[s - 1] + 0.5 * (mean_fitness[s] + mean_fitness[s - 1]) * (time[s] - time[s - 1]);
    return out;
}

}  // namespace

void log_ratio_slopes(Counts counts, std::span<const double> time, std::span<const std::uint32_t> reference,
                      const SlopeOut& out) {
    assert(time.size() == counts.samples && counts.samples >= 2 && out.slope.size() == counts.features());
    fit_lines(counts, time, reference_counts(counts, reference), std::vector(counts.samples, 0.0), out);
}

unsigned fitness_per_generation(Counts counts, std::span<const double> time,
                                std::span<const std::uint32_t> neutral, const SlopeOut& out,
                                std::span<double> mean_fitness) {
    assert(time.size() == counts.samples && counts.samples >= 2 && mean_fitness.size() == counts.samples);
    constexpr unsigned most_rounds = 100;
    constexpr double agreed = 1e-12;
    const std::vector<double> total = reference_counts(counts, {});
    std::fill(mean_fitness.begin(), mean_fitness.end(), 0.0);
    for (unsigned round = 1; round <= most_rounds; ++round) {
        fit_lines(counts, time, total, integrated(mean_fitness, time), out);
        const double zero = neutral.empty() ? mean_slope(counts.sample(0), total[0], out.slope)
                                            : median_of(out.slope, neutral);
        for (double& slope : out.slope)
            slope -= zero;
        double change = 0.0;
        for (std::size_t s = 0; s < counts.samples; ++s) {
            const double mean = mean_slope(counts.sample(s), total[s], out.slope);
            change = std::max(change, std::abs(mean - mean_fitness[s]));
            mean_fitness[s] = mean;
        }
        if (change < agreed)
            return round;
    }
    return 0;
}

void join_replicates(std::span<const double> estimate, std::span<const double> standard_error,
                     std::size_t replicates, const JoinedOut& out) {
    const std::size_t features = out.estimate.size();
    assert(estimate.size() == replicates * features && standard_error.size() == estimate.size());
    std::vector<double> y(replicates), se(replicates);
    for (std::size_t i = 0; i < features; ++i) {
        for (std::size_t r = 0; r < replicates; ++r) {
            y[r] = estimate[r * features + i];
            se[r] = standard_error[r * features + i];
        }
        const EffectPrior joined = fit_effect_prior(y, se);
        out.estimate[i] = joined.mean;
        out.standard_error[i] = std::sqrt(joined.mean_variance);
        out.between_variance[i] = joined.variance;
    }
}

}  // namespace wellsieve::kernels::stats
