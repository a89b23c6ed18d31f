#include "kernels/stats/replicate_error.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/stats/order_statistics_internal.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t least_features = 10;

/// One squared difference and what its expectation is linear in: two parameters of each of two replicates,
/// and the additive ones.
struct Pair {
    std::array<std::size_t, 6> parameter;
    std::array<double, 6> slope;
    double squared;
};

/// Parameters: m_in and m_out of each replicate, then a; two replicates share their a.
struct Layout {
    std::size_t replicates;

    std::size_t in(std::size_t r) const { return r; }
    std::size_t out(std::size_t r) const { return replicates + r; }
    std::size_t additive(std::size_t r) const { return 2 * replicates + (replicates == 2 ? 0 : r); }
    std::size_t count() const { return replicates == 2 ? 5 : 3 * replicates; }
    double lower(std::size_t p) const { return p < 2 * replicates ? 1.0 : 0.0; }
};

void add_pairs(const ReplicateRatios& ratios, const Layout& layout, std::size_t r, std::size_t s,
               std::vector<Pair>& pairs) {
    const std::size_t n = ratios.features();
    const auto difference = [&](std::size_t i) {
        return ratios.log_ratio[r * n + i] - ratios.log_ratio[s * n + i];
    };
    std::vector<double> finite;
    for (std::size_t i = 0; i < n; ++i)
        if (std::isfinite(difference(i)))
            finite.push_back(difference(i));
    if (finite.empty())
        return;
    const double centre = median_reordering(finite);
    for (std::size_t i = 0; i < n; ++i) {
        if (!std::isfinite(difference(i)))
            continue;
        const double off = difference(i) - centre;
        pairs.push_back({{layout.in(r), layout.out(r), layout.additive(r), layout.in(s), layout.out(s),
                          layout.additive(s)},
                         {1.0 / ratios.in[r * n + i], 1.0 / ratios.out[r * n + i], 1.0,
                          1.0 / ratios.in[s * n + i], 1.0 / ratios.out[s * n + i], 1.0},
                         off * off});
    }
}

/// Features with a ratio in two replicates at least.
std::size_t features_in_replicates(const ReplicateRatios& ratios) {
    const std::size_t n = ratios.features();
    std::size_t found = 0;
    for (std::size_t i = 0; i < n; ++i) {
        std::size_t seen = 0;
        for (std::size_t r = 0; r < ratios.replicates; ++r)
            seen += std::isfinite(ratios.log_ratio[r * n + i]);
        found += seen >= 2;
    }
    return found;
}

double expected(const Pair& pair, std::span<const double> value) {
    double sum = 0.0;
    for (std::size_t k = 0; k < pair.slope.size(); ++k)
        sum += pair.slope[k] * value[pair.parameter[k]];
    return sum;
}

/// The normal equations of weighted least squares with weights 1/expected².
struct Normal {
    Eigen::MatrixXd a;
    Eigen::VectorXd b;
};

Normal normal_equations(const std::vector<Pair>& pairs, std::span<const double> value) {
    const auto count = static_cast<Eigen::Index>(value.size());
    Normal out{Eigen::MatrixXd::Zero(count, count), Eigen::VectorXd::Zero(count)};
    for (const Pair& pair : pairs) {
        const double fitted = expected(pair, value);
        const double weight = 1.0 / (fitted * fitted);
        for (std::size_t j = 0; j < pair.slope.size(); ++j) {
            const auto row = static_cast<Eigen::Index>(pair.parameter[j]);
            out.b(row) += weight * pair.slope[j] * pair.squared;
            for (std::size_t k = 0; k < pair.slope.size(); ++k)
                out.a(row, static_cast<Eigen::Index>(pair.parameter[k])) +=
                    weight * pair.slope[j] * pair.slope[k];
        }
    }
    return out;
}

/// The solution with the parameters of `bound` held at their lower bounds.
Eigen::VectorXd solve_free(const Normal& normal, const Layout& layout, const std::vector<bool>& bound) {
    Eigen::MatrixXd a = normal.a;
    Eigen::VectorXd b = normal.b;
    for (std::size_t p = 0; p < bound.size(); ++p)
        if (bound[p]) {
            const auto row = static_cast<Eigen::Index>(p);
            b -= a.col(row) * layout.lower(p);
            a.row(row).setZero();
            a.col(row).setZero();
            a(row, row) = 1.0;
        }
    for (std::size_t p = 0; p < bound.size(); ++p)
        if (bound[p])
            b(static_cast<Eigen::Index>(p)) = layout.lower(p);
    return a.ldlt().solve(b);
}

/// The minimum of the quadratic within the bounds: the parameter that is farthest below its bound is held
/// there, then the one whose gradient pulls inwards most is let go, until neither is left.
void bounded_step(const Normal& normal, const Layout& layout, std::vector<double>& value) {
    std::vector<bool> bound(layout.count(), false);
    const int most_moves = 20 * static_cast<int>(layout.count());
    for (int move = 0; move < most_moves; ++move) {
        const Eigen::VectorXd x = solve_free(normal, layout, bound);
        const Eigen::VectorXd pull = normal.b - normal.a * x;
        std::size_t farthest = layout.count();
        std::size_t strongest = layout.count();
        for (std::size_t p = 0; p < bound.size(); ++p) {
            const auto row = static_cast<Eigen::Index>(p);
            value[p] = std::max(x(row), layout.lower(p));
            const double below = layout.lower(p) - x(row);
            if (!bound[p] && below > 0.0 &&
                (farthest == layout.count() ||
                 below > layout.lower(farthest) - x(static_cast<Eigen::Index>(farthest))))
                farthest = p;
            if (bound[p] && pull(row) > 1e-9 * std::abs(normal.b(row)) &&
                (strongest == layout.count() || pull(row) > pull(static_cast<Eigen::Index>(strongest))))
                strongest = p;
        }
        if (farthest < layout.count())
            bound[farthest] = true;
        else if (strongest < layout.count())
            bound[strongest] = false;
        else
            return;
    }
}

}  // namespace

unsigned fit_error_model(const ReplicateRatios& ratios, const ErrorModel& model) {
    const Layout layout{ratios.replicates};
    assert(model.in_factor.size() == ratios.replicates);
    std::fill(model.in_factor.begin(), model.in_factor.end(), 1.0);
    std::fill(model.out_factor.begin(), model.out_factor.end(), 1.0);
    std::fill(model.additive.begin(), model.additive.end(), 0.0);
    std::vector<Pair> pairs;
    if (features_in_replicates(ratios) < least_features)
        return 0;
    for (std::size_t r = 0; r < ratios.replicates; ++r)
        for (std::size_t s = r + 1; s < ratios.replicates; ++s)
            add_pairs(ratios, layout, r, s, pairs);
    std::vector<double> value(layout.count(), 1.0);
    std::fill(value.begin() + static_cast<std::ptrdiff_t>(2 * ratios.replicates), value.end(), 0.01);
    constexpr unsigned most_rounds = 200;
    unsigned rounds = 0;
    for (unsigned round = 1; round <= most_rounds && rounds == 0; ++round) {
        const std::vector<double> before = value;
        bounded_step(normal_equations(pairs, value), layout, value);
        double change = 0.0;
        for (std::size_t p = 0; p < value.size(); ++p) {
            change = std::max(change, std::abs(value[p] - before[p]) / (1e-3 + value[p]));
            value[p] = 0.5 * (value[p] + before[p]);  // whole steps may swing between two bounds for ever
        }
        rounds = change < 1e-10 ? round : 0;
    }
    for (std::size_t r = 0; r < ratios.replicates; ++r) {
        model.in_factor[r] = value[layout.in(r)];
        model.out_factor[r] = value[layout.out(r)];
        model.additive[r] = value[layout.additive(r)];
    }
    return rounds;
}

void error_variances(const ReplicateRatios& ratios, const ErrorModel& model,
                     std::span<double> variance) noexcept {
    const std::size_t n = ratios.features();
    assert(variance.size() == ratios.log_ratio.size());
    for (std::size_t r = 0; r < ratios.replicates; ++r)
        for (std::size_t i = r * n; i < (r + 1) * n; ++i)
            variance[i] = std::isfinite(ratios.log_ratio[i])
                              ? model.in_factor[r] / ratios.in[i] + model.out_factor[r] / ratios.out[i] +
                                    model.additive[r]
                              : nan_value;
}

void merge_by_variance(const ReplicateRatios& ratios, std::span<const double> variance,
                       std::span<double> estimate, std::span<double> standard_error) noexcept {
    const std::size_t n = ratios.features();
    assert(estimate.size() == n && standard_error.size() == n);
    for (std::size_t i = 0; i < n; ++i) {
        double weights = 0.0;
        double sum = 0.0;
        for (std::size_t r = 0; r < ratios.replicates; ++r)
            if (const double v = variance[r * n + i]; !std::isnan(v)) {
                weights += 1.0 / v;
                sum += ratios.log_ratio[r * n + i] / v;
            }
        estimate[i] = weights > 0.0 ? sum / weights : nan_value;
        standard_error[i] = weights > 0.0 ? std::sqrt(1.0 / weights) : nan_value;
    }
}

}  // namespace wellsieve::kernels::stats
