#include "kernels/stats/size_factors.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "kernels/stats/order_statistics_internal.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

std::vector<std::uint32_t> looked_at(Counts counts, std::span<const std::uint32_t> chosen) {
    std::vector<std::uint32_t> out(chosen.begin(), chosen.end());
    if (chosen.empty()) {
        out.resize(counts.features());
        std::iota(out.begin(), out.end(), 0u);
    }
    return out;
}

double sum_of(std::span<const double> sample, std::span<const std::uint32_t> features) {
    double sum = 0.0;
    for (const std::uint32_t i : features)
        sum += sample[i];
    return sum;
}

/// The mean over samples of ln(count + offset), one element a feature; −∞ where a count plus offset is zero.
std::vector<double> mean_logs(Counts counts, std::span<const std::uint32_t> features, double offset) {
    std::vector<double> mean(features.size(), 0.0);
    for (std::size_t s = 0; s < counts.samples; ++s) {
        const std::span<const double> sample = counts.sample(s);
        for (std::size_t i = 0; i < features.size(); ++i)
            mean[i] += std::log(sample[features[i]] + offset);
    }
    for (double& m : mean)
        m /= static_cast<double>(counts.samples);
    return mean;
}

/// The sample whose upper quartile, relative to its library, is nearest the mean of all; the one with the
/// largest sum of square roots where those quartiles are mostly zero.
std::size_t tmm_reference(Counts counts, std::span<const std::uint32_t> seen, std::span<const double> total) {
    std::vector<double> upper(counts.samples);
    std::vector<double> roots(counts.samples, 0.0);
    for (std::size_t s = 0; s < counts.samples; ++s) {
        std::vector<double> values;
        values.reserve(seen.size());
        for (const std::uint32_t i : seen) {
            values.push_back(counts.sample(s)[i]);
            roots[s] += std::sqrt(values.back());
        }
        std::sort(values.begin(), values.end());
        upper[s] = quantile_of_sorted(values, 0.75) / total[s];
    }
    std::vector<double> copy = upper;
    if (median_reordering(copy) < 1e-20)
        return static_cast<std::size_t>(std::max_element(roots.begin(), roots.end()) - roots.begin());
    const double mean =
        std::accumulate(upper.begin(), upper.end(), 0.0) / static_cast<double>(counts.samples);
    std::size_t nearest = 0;
    for (std::size_t s = 1; s < counts.samples; ++s)
        if (std::abs(upper[s] - mean) < std::abs(upper[nearest] - mean))
            nearest = s;
    return nearest;
}

struct Ratios {
    std::vector<double> log_ratio, abundance, variance;
};

Ratios finite_ratios(std::span<const double> sample, std::span<const double> reference, double total,
                     double reference_total) {
    Ratios out;
    for (std::size_t i = 0; i < sample.size(); ++i) {
        if (!(sample[i] > 0.0) || !(reference[i] > 0.0))
            continue;
        const double share = sample[i] / total;
        const double reference_share = reference[i] / reference_total;
        out.log_ratio.push_back(std::log2(share / reference_share));
        out.abundance.push_back((std::log2(share) + std::log2(reference_share)) / 2.0);
        out.variance.push_back((total - sample[i]) / total / sample[i] +
                               (reference_total - reference[i]) / reference_total / reference[i]);
    }
    return out;
}

/// Which mean ranks (ties share theirs) lie inside the trimmed tails.
std::vector<char> inside_trim(std::span<const double> values, double trim) {
    const std::size_t n = values.size();
    const double low = std::floor(static_cast<double>(n) * trim) + 1.0;
    const double high = static_cast<double>(n) + 1.0 - low;
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
    std::vector<char> inside(n);
    for (std::size_t first = 0, next = 0; first < n; first = next) {
        while (next < n && values[order[next]] == values[order[first]])
            ++next;
        const double rank = (static_cast<double>(first + next) + 1.0) / 2.0;
        for (std::size_t i = first; i < next; ++i)
            inside[order[i]] = rank >= low && rank <= high;
    }
    return inside;
}

double tmm_factor(const Ratios& ratios) {
    constexpr double ratio_trim = 0.3;
    constexpr double abundance_trim = 0.05;
    constexpr double same = 1e-6;
    const auto different = [](double r) { return !(std::abs(r) < same); };
    if (std::none_of(ratios.log_ratio.begin(), ratios.log_ratio.end(), different))
        return 1.0;
    const std::vector<char> ratio_inside = inside_trim(ratios.log_ratio, ratio_trim);
    const std::vector<char> abundance_inside = inside_trim(ratios.abundance, abundance_trim);
    double sum = 0.0;
    double weights = 0.0;
    for (std::size_t i = 0; i < ratios.log_ratio.size(); ++i)
        if (ratio_inside[i] && abundance_inside[i]) {
            sum += ratios.log_ratio[i] / ratios.variance[i];
            weights += 1.0 / ratios.variance[i];
        }
    return weights > 0.0 ? std::exp2(sum / weights) : 1.0;
}

/// Features more than twofold apart once `ratio` is taken off, and by more than three Poisson standard
/// deviations.
double moving_share(std::span<const double> sample, std::span<const double> other, double ratio) {
    std::size_t moving = 0;
    for (std::size_t i = 0; i < sample.size(); ++i) {
        const double expected = other[i] * ratio;
        const bool twofold = sample[i] > 2.0 * expected || 2.0 * sample[i] < expected;
        moving += twofold && std::abs(sample[i] - expected) > 3.0 * std::sqrt(sample[i] + expected * ratio);
    }
    return static_cast<double>(moving) / static_cast<double>(sample.size());
}

double geometric_mean(std::span<const double> factor) {
    double sum = 0.0;
    for (const double f : factor)
        sum += std::log(f);
    return std::exp(sum / static_cast<double>(factor.size()));
}

}  // namespace

void total_factors(Counts counts, std::span<const std::uint32_t> chosen, std::span<double> factor) {
    assert(factor.size() == counts.samples);
    const std::vector<std::uint32_t> features = looked_at(counts, chosen);
    for (std::size_t s = 0; s < counts.samples; ++s)
        factor[s] = sum_of(counts.sample(s), features);
    const double mean =
        std::accumulate(factor.begin(), factor.end(), 0.0) / static_cast<double>(counts.samples);
    for (double& f : factor)
        f = mean > 0.0 ? f / mean : nan_value;
}

void median_ratio_factors(Counts counts, std::span<const std::uint32_t> chosen, std::span<double> factor) {
    assert(factor.size() == counts.samples);
    const std::vector<std::uint32_t> features = looked_at(counts, chosen);
    const std::vector<double> mean = mean_logs(counts, features, 0.0);
    std::vector<double> ratios;
    for (std::size_t s = 0; s < counts.samples; ++s) {
        ratios.clear();
        for (std::size_t i = 0; i < features.size(); ++i)
            if (std::isfinite(mean[i]))
                ratios.push_back(std::log(counts.sample(s)[features[i]]) - mean[i]);
        factor[s] = std::exp(median_reordering(ratios));
    }
}

bool mageck_median_factors(Counts counts, std::span<const std::uint32_t> chosen, std::span<double> factor) {
    assert(factor.size() == counts.samples);
    const std::vector<std::uint32_t> features = looked_at(counts, chosen);
    const std::vector<double> mean = mean_logs(counts, features, 1.0);
    std::vector<double> ratios;
    bool holds = true;
    for (std::size_t s = 0; s < counts.samples; ++s) {
        const std::span<const double> sample = counts.sample(s);
        ratios.clear();
        std::size_t zeros = 0;
        for (std::size_t i = 0; i < features.size(); ++i) {
            zeros += sample[features[i]] == 0.0;
            if (mean[i] > 0.0)
                ratios.push_back(sample[features[i]] / std::exp(mean[i]));
        }
        factor[s] = 0.0;
        if (!ratios.empty()) {
            const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
            std::nth_element(ratios.begin(), middle, ratios.end());
            factor[s] = *middle;
        }
        const double zero_share = static_cast<double>(zeros) / static_cast<double>(features.size());
        holds = holds && factor[s] > 0.0 && !(zero_share > many_zeros);
    }
    if (!holds)
        total_factors(counts, chosen, factor);
    return holds;
}

void tmm_factors(Counts counts, std::span<double> factor) {
    assert(factor.size() == counts.samples);
    std::fill(factor.begin(), factor.end(), 1.0);
    std::vector<std::uint32_t> seen;
    std::vector<double> total(counts.samples, 0.0);
    for (std::size_t i = 0; i < counts.features(); ++i) {
        bool any = false;
        for (std::size_t s = 0; s < counts.samples; ++s) {
            any = any || counts.sample(s)[i] > 0.0;
            total[s] += counts.sample(s)[i];
        }
        if (any)
            seen.push_back(static_cast<std::uint32_t>(i));
    }
    if (seen.empty() || counts.samples < 2)
        return;
    const std::size_t reference = tmm_reference(counts, seen, total);
    for (std::size_t s = 0; s < counts.samples; ++s)
        factor[s] =
            tmm_factor(finite_ratios(counts.sample(s), counts.sample(reference), total[s], total[reference]));
    const double centre = geometric_mean(factor);
    for (double& f : factor)
        f /= centre;
}

NormalisationCheck check_normalisation(Counts counts, std::span<const double> factor) noexcept {
    const double n = static_cast<double>(counts.features());
    NormalisationCheck check{0.0, std::numeric_limits<double>::infinity(), 0.0, 0.0};
    const double centre = geometric_mean(factor);
    for (std::size_t s = 0; s < counts.samples; ++s) {
        const std::span<const double> sample = counts.sample(s);
        const auto zeros = static_cast<double>(std::count(sample.begin(), sample.end(), 0.0));
        check.largest_zero_share = std::max(check.largest_zero_share, zeros / n);
        check.smallest_factor = std::min(check.smallest_factor, factor[s] / centre);
        check.largest_factor = std::max(check.largest_factor, factor[s] / centre);
        for (std::size_t other = 0; other < s; ++other)
            check.largest_moving_share =
                std::max(check.largest_moving_share,
                         moving_share(sample, counts.sample(other), factor[s] / factor[other]));
    }
    return check;
}

}  // namespace wellsieve::kernels::stats
