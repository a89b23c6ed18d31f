#include "kernels/stats/competitive_test.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/stats/distributions.hpp"
#include "kernels/stats/multiple_testing.hpp"
#include "kernels/stats/order_statistics_internal.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double mad_to_sd = 1.4826;
constexpr double held_within = 2.25;
constexpr double sisters_within = 2.5;
constexpr double outlying_beyond = 6.0;

double spread_around(std::span<const double> values, double centre) {
    std::vector<double> distance;
    for (const double v : values)
        distance.push_back(std::abs(v - centre));
    return mad_to_sd * median_reordering(distance);
}

/// The samples of one sign and their weights, which sum to 1.
struct Side {
    std::vector<std::uint32_t> samples;
    std::vector<double> weight;
};

Side side_of(std::span<const double> weight, double sign) {
    Side out;
    double total = 0.0;
    for (std::size_t s = 0; s < weight.size(); ++s)
        if (sign * weight[s] > 1e-9) {
            out.samples.push_back(static_cast<std::uint32_t>(s));
            out.weight.push_back(sign * weight[s]);
            total += out.weight.back();
        }
    for (double& w : out.weight)
        w /= total;
    return out;
}

/// Log2 of counts of the mean library with something added, [sample][feature].
std::vector<double> log_counts(Counts counts, std::span<const double> offset) {
    const std::size_t features = counts.features();
    double mean_offset = 0.0;
    double total = 0.0;
    for (std::size_t s = 0; s < counts.samples; ++s)
        mean_offset += offset[s] / static_cast<double>(counts.samples);
    std::vector<double> out(counts.values.size());
    for (std::size_t s = 0; s < counts.samples; ++s)
        for (std::size_t i = 0; i < features; ++i) {
            out[s * features + i] = counts.sample(s)[i] * std::exp(mean_offset - offset[s]);
            total += out[s * features + i];
        }
    constexpr double mean_share = 1.0 / 25.0;
    const double added = std::max(0.5, mean_share * total / static_cast<double>(out.size()));
    for (double& value : out)
        value = std::log2(value + added);
    return out;
}

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<const RowMajor> matrix_of(const LogLinearDesign& design) {
    return {design.matrix.data(), static_cast<Eigen::Index>(design.offset.size()),
            static_cast<Eigen::Index>(design.coefficients)};
}

/// Takes off, feature by feature, what the columns behind the first `cells` add to the logarithms: Huber's
/// estimate, so that one tube's jackpot is not shared out among those of its block.
void remove_blocks(std::vector<double>& logs, const LogLinearDesign& design, std::size_t cells) {
    constexpr int rounds = 8;
    constexpr double trusted_within = 1.345;
    constexpr int most = static_cast<int>(most_coefficients);
    using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor, most, most>;
    using Column = Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, most, 1>;
    const auto x = matrix_of(design);
    const auto blocks = static_cast<Eigen::Index>(design.coefficients - cells);
    const auto features = static_cast<Eigen::Index>(logs.size() / design.offset.size());
    Eigen::Map<RowMajor> y(logs.data(), x.rows(), features);
    const Eigen::MatrixXd plain = (x.transpose() * x).ldlt().solve(x.transpose() * y);
    const RowMajor residuals = y - x * plain;
    const auto freedom = static_cast<double>(std::max<Eigen::Index>(x.rows() - x.cols(), 1));
    const double scale = std::sqrt(static_cast<double>(x.rows()) / freedom) *
                         spread_around({residuals.data(), logs.size()}, 0.0);
    Eigen::VectorXd own(x.rows()), weight(x.rows());
    RowMajor weighted = x;
    for (Eigen::Index i = 0; i < features; ++i) {
        own = y.col(i);
        Column fitted = plain.col(i);
        for (int round = 0; round < rounds && scale > 0.0; ++round) {
            weight = own;
            weight.noalias() -= x * fitted;
            weight = (weight.array().abs() / (trusted_within * scale)).max(1.0).inverse();
            if ((weight.array() == 1.0).all())
                break;
            weighted = x.array().colwise() * weight.array();
            const Square information = weighted.transpose().lazyProduct(x);
            const Column score = weighted.transpose().lazyProduct(own);
            fitted = information.llt().solve(score);
        }
        y.col(i) -= x.rightCols(blocks) * fitted.tail(blocks);
    }
}

/// How far a feature's ratios usually lie from 0. A sample that stands alone in its block is fitted closer
/// than the others, so where there are blocks, all have the mean of their spreads.
std::vector<double> spreads_of(const std::vector<std::vector<double>>& ratios, bool alike) {
    std::vector<double> out;
    for (const std::vector<double>& ratio : ratios)
        out.push_back(spread_around(ratio, 0.0));
    if (alike) {
        const double mean = std::accumulate(out.begin(), out.end(), 0.0) / static_cast<double>(out.size());
        std::fill(out.begin(), out.end(), mean);
    }
    return out;
}

/// Ratios of each sample of `side` to the mean of `other`, centred: a row a sample.
std::vector<std::vector<double>> centred_ratios(std::span<const double> logs, std::size_t features,
                                                const Side& side, const Side& other,
                                                std::span<const std::uint32_t> controls) {
    std::vector<double> base(features, 0.0);
    for (std::size_t k = 0; k < other.samples.size(); ++k)
        for (std::size_t i = 0; i < features; ++i)
            base[i] += other.weight[k] * logs[other.samples[k] * features + i];
    std::vector<std::vector<double>> out;
    for (const std::uint32_t s : side.samples) {
        std::vector<double> ratio(features);
        for (std::size_t i = 0; i < features; ++i)
            ratio[i] = logs[s * features + i] - base[i];
        std::vector<double> central = ratio;
        if (!controls.empty()) {
            central.clear();
            for (const std::uint32_t i : controls)
                central.push_back(ratio[i]);
        }
        const double centre = median_reordering(central);
        for (double& r : ratio)
            r -= centre;
        out.push_back(std::move(ratio));
    }
    return out;
}

/// Distances of one sample from the median of its sisters, and how far the sisters are apart; both in log2.
struct Distances {
    std::vector<double> own, sisters;
};

Distances distances(std::span<const double> logs, std::size_t features, const Side& side, std::size_t which) {
    Distances out{std::vector<double>(features), std::vector<double>(features)};
    std::vector<double> others;
    for (std::size_t i = 0; i < features; ++i) {
        others.clear();
        for (std::size_t k = 0; k < side.samples.size(); ++k)
            if (k != which)
                others.push_back(logs[side.samples[k] * features + i]);
        const auto [low, high] = std::minmax_element(others.begin(), others.end());
        out.sisters[i] = *high - *low;
        out.own[i] = logs[side.samples[which] * features + i] - median_reordering(others);
    }
    return out;
}

/// The upper quartile of Student's t over that of the normal distribution, as which the MAD is scaled.
double quartile_ratio(double df) {
    return student_t_quantile(0.75, df) / normal_quantile(0.75);
}

/// Degrees of freedom of the Student's t whose tail is as far out, for its quartiles, as the lighter tail of
/// z.
double lighter_tail_df(const std::vector<double>& z) {
    std::vector<double> sorted;
    for (const double value : z)
        if (!std::isnan(value))
            sorted.push_back(value);
    std::sort(sorted.begin(), sorted.end());
    const double n = static_cast<double>(sorted.size());
    const double share = std::clamp(10.0 / n, 0.02, 0.1);
    const auto rank = static_cast<std::size_t>(share * n);
    const double reach = std::min(-sorted[rank], sorted[sorted.size() - 1 - rank]);
    if (reach <= -normal_quantile(share))
        return std::numeric_limits<double>::infinity();
    double low = 3.0;
    double high = 1000.0;
    for (int step = 0; step < 60; ++step) {
        const double middle = std::sqrt(low * high);
        const bool heavier = -student_t_quantile(share, middle) / quartile_ratio(middle) > reach;
        (heavier ? low : high) = middle;
    }
    return low;
}

struct Sums {
    std::vector<double> sum;
    std::vector<std::uint32_t> features;
};

Sums sums_of_groups(std::span<const double> effect, std::span<const std::uint32_t> group,
                    std::size_t groups) {
    Sums out{std::vector<double>(groups, 0.0), std::vector<std::uint32_t>(groups, 0)};
    for (std::size_t i = 0; i < effect.size(); ++i)
        if (group[i] != no_group && !std::isnan(effect[i])) {
            out.sum[group[i]] += effect[i];
            ++out.features[group[i]];
        }
    return out;
}

}  // namespace

std::size_t independent_columns(const LogLinearDesign& design) {
    return static_cast<std::size_t>(matrix_of(design).colPivHouseholderQr().rank());
}

std::vector<double> sample_weights(const LogLinearDesign& design, std::span<const double> contrast) {
    const auto x = matrix_of(design);
    const Eigen::Map<const Eigen::VectorXd> c(contrast.data(), x.cols());
    const Eigen::MatrixXd information = x.transpose() * x;
    const Eigen::VectorXd weight = x * information.ldlt().solve(c);
    return {weight.data(), weight.data() + weight.size()};
}

std::vector<OutlyingCount> outlying_counts(Counts counts, std::span<const double> offset,
                                           std::span<const double> weight) {
    const std::vector<double> logs = log_counts(counts, offset);
    std::vector<OutlyingCount> out;
    for (const double sign : {1.0, -1.0}) {
        const Side side = side_of(weight, sign);
        for (std::size_t k = 0; side.samples.size() >= 3 && k < side.samples.size(); ++k) {
            Distances d = distances(logs, counts.features(), side, k);
            std::vector<double> copy = d.own;
            const double centre = median_reordering(copy);
            const double spread = spread_around(d.own, centre);
            for (std::size_t i = 0; i < d.own.size(); ++i)
                if (std::abs(d.own[i] - centre) > outlying_beyond * spread &&
                    d.sisters[i] < sisters_within * spread)
                    out.push_back(
                        {static_cast<std::uint32_t>(i), side.samples[k], (d.own[i] - centre) / spread});
        }
    }
    std::sort(out.begin(), out.end(), [](const OutlyingCount& a, const OutlyingCount& b) {
        return a.feature != b.feature ? a.feature < b.feature : a.sample < b.sample;
    });
    return out;
}

std::vector<double> replace_outlying(Counts counts, std::span<const double> offset,
                                     std::span<const double> weight,
                                     std::span<const OutlyingCount> outlying) {
    std::vector<double> out(counts.values.begin(), counts.values.end());
    for (const OutlyingCount& one : outlying) {
        double sum = 0.0;
        double exposure = 0.0;
        for (std::size_t s = 0; s < counts.samples; ++s)
            if (s != one.sample && weight[s] * weight[one.sample] > 0.0) {
                sum += counts.sample(s)[one.feature];
                exposure += std::exp(offset[s] - offset[one.sample]);
            }
        out[one.sample * counts.features() + one.feature] = std::round(sum / exposure);
    }
    return out;
}

std::vector<double> robust_effects(Counts counts, const LogLinearDesign& design, std::size_t cells,
                                   std::span<const double> contrast,
                                   std::span<const std::uint32_t> controls) {
    assert(design.offset.size() == counts.samples && cells <= design.coefficients);
    const std::size_t features = counts.features();
    const std::vector<double> weight = sample_weights(design, contrast);
    const Side gain = side_of(weight, 1.0);
    const Side loss = side_of(weight, -1.0);
    assert(!gain.samples.empty() && !loss.samples.empty());
    const bool by_gain = gain.samples.size() >= loss.samples.size();
    const double sign = by_gain ? 1.0 : -1.0;
    const Side& side = by_gain ? gain : loss;
    std::vector<double> logs = log_counts(counts, design.offset);
    const bool has_blocks = design.coefficients > cells;
    if (has_blocks)
        remove_blocks(logs, design, cells);
    const std::vector<std::vector<double>> ratio =
        centred_ratios(logs, features, side, by_gain ? loss : gain, controls);
    const std::vector<double> spread = spreads_of(ratio, has_blocks);
    std::vector<double> out(features, 0.0);
    for (std::size_t k = 0; k < ratio.size(); ++k)
        for (std::size_t i = 0; i < features && spread[k] > 0.0; ++i)
            out[i] += sign * side.weight[k] * std::clamp(ratio[k][i] / spread[k], -held_within, held_within);
    return out;
}

GroupTest competitive_test(std::span<const double> effect, std::span<const std::uint32_t> group,
                           std::size_t groups) {
    assert(effect.size() == group.size());
    Sums sums = sums_of_groups(effect, group, groups);
    const std::vector<double> unknown(groups, nan_value);
    GroupTest out{std::move(sums.features), unknown, unknown, unknown, nan_value, 0.0};
    std::vector<double> scaled, single;
    double members = 0.0;
    for (std::size_t g = 0; g < groups; ++g)
        if (out.features[g] > 0) {
            scaled.push_back(sums.sum[g] / std::sqrt(out.features[g]));
            members += out.features[g];
        }
    for (std::size_t i = 0; i < effect.size(); ++i)
        if (group[i] != no_group && !std::isnan(effect[i]))
            single.push_back(effect[i]);
    if (scaled.size() < least_groups)
        return out;
    std::vector<double> copy = scaled;
    const double centre = median_reordering(copy);
    const double spread = spread_around(scaled, centre);
    copy = single;
    if (!(spread > 0.0))
        return out;
    const double own = spread_around(single, median_reordering(copy));
    const double mean_members = members / static_cast<double>(scaled.size());
    if (mean_members > 1.0 && own > 0.0)
        out.correlation = std::clamp((spread * spread / (own * own) - 1.0) / (mean_members - 1.0), 0.0, 1.0);
    const double usual = std::sqrt(1.0 + (mean_members - 1.0) * out.correlation);
    for (std::size_t g = 0; g < groups; ++g) {
        if (out.features[g] == 0)
            continue;
        const double m = out.features[g];
        const double sd = spread * std::sqrt(1.0 + (m - 1.0) * out.correlation) / usual;
        out.z[g] = (sums.sum[g] / std::sqrt(m) - centre) / sd;
    }
    out.tail_df = lighter_tail_df(out.z);
    for (std::size_t g = 0; g < groups; ++g)
        out.p[g] = student_t_two_sided_p(out.z[g] * quartile_ratio(out.tail_df), out.tail_df);
    benjamini_hochberg(out.p, out.fdr);
    return out;
}

}  // namespace wellsieve::kernels::stats
