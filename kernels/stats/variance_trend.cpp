#include "kernels/stats/variance_trend.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/stats/moderated_t.hpp"
#include "kernels/stats/order_statistics_internal.hpp"
#include "kernels/stats/special_functions.hpp"

namespace wellsieve::kernels::stats {
namespace {

/// Natural cubic splines, linear beyond the outer knots (Hastie 2009, 5.2.1).
class NaturalSpline {
  public:
    NaturalSpline(const std::vector<double>& sorted, std::size_t size) {
        for (std::size_t k = 0; k < size; ++k)
            knots_.push_back(
                quantile_of_sorted(sorted, static_cast<double>(k) / static_cast<double>(size - 1)));
    }

    std::size_t size() const { return knots_.size(); }

    Eigen::RowVectorXd at(double x) const {
        Eigen::RowVectorXd row(static_cast<Eigen::Index>(size()));
        const double width = knots_.back() - knots_.front();
        row(0) = 1.0;
        row(1) = (x - knots_.front()) / width;
        for (std::size_t k = 2; k < size(); ++k)
            row(static_cast<Eigen::Index>(k)) = (bend(k - 2, x) - bend(size() - 2, x)) / (width * width);
        return row;
    }

  private:
    std::vector<double> knots_;

    double bend(std::size_t k, double x) const {
        const auto cube = [](double t) { return t > 0.0 ? t * t * t : 0.0; };
        return (cube(x - knots_[k]) - cube(x - knots_.back())) / (knots_.back() - knots_[k]);
    }
};

struct Usable {
    std::vector<std::size_t> feature;
    std::vector<double> log_variance;  ///< its expectation removed
    std::vector<double> covariate;     ///< ascending
    double own_scatter;                ///< mean ψ'(df/2)
};

Usable usable_features(std::span<const double> variance, std::span<const double> df,
                       std::span<const double> covariate) {
    constexpr double zero = 1e-15;
    Usable out{{}, {}, {}, 0.0};
    std::vector<double> values;
    for (std::size_t i = 0; i < variance.size(); ++i)
        if (std::isfinite(df[i]) && df[i] > zero && std::isfinite(variance[i]) && variance[i] > -zero) {
            out.feature.push_back(i);
            out.covariate.push_back(covariate[i]);
            values.push_back(std::max(variance[i], 0.0));
        }
    std::sort(out.covariate.begin(), out.covariate.end());
    if (values.empty())
        return out;
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const double middle = quantile_of_sorted(sorted, 0.5);
    const double floor = 1e-5 * (middle > 0.0 ? middle : 1.0);
    for (std::size_t k = 0; k < values.size(); ++k) {
        const double half = df[out.feature[k]] / 2.0;
        out.log_variance.push_back(std::log(std::max(values[k], floor)) - digamma(half) + std::log(half));
        out.own_scatter += trigamma(half);
    }
    out.own_scatter /= static_cast<double>(values.size());
    return out;
}

std::size_t knots_for(std::size_t features) {
    return std::size_t{1} + (features >= 3) + (features >= 6) + (features >= 30);
}

std::size_t distinct(const std::vector<double>& sorted) {
    std::size_t count = 1;
    for (std::size_t i = 1; i < sorted.size(); ++i)
        count += sorted[i] != sorted[i - 1];
    return count;
}

}  // namespace

double fit_variance_trend(std::span<const double> variance, std::span<const double> df,
                          std::span<const double> covariate, std::span<double> prior_variance) {
    assert(variance.size() == df.size() && covariate.size() == df.size() &&
           prior_variance.size() == df.size());
    const Usable usable = usable_features(variance, df, covariate);
    const std::size_t n = usable.feature.size();
    const std::size_t size = n < 3 ? 1 : std::min(knots_for(n), distinct(usable.covariate));
    if (size < 2) {
        const VariancePrior prior = fit_variance_prior(variance, df);
        std::fill(prior_variance.begin(), prior_variance.end(), prior.variance);
        return prior.df;
    }
    const NaturalSpline spline(usable.covariate, size);
    Eigen::MatrixXd basis(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(size));
    for (std::size_t k = 0; k < n; ++k)
        basis.row(static_cast<Eigen::Index>(k)) = spline.at(covariate[usable.feature[k]]);
    const Eigen::Map<const Eigen::VectorXd> values(usable.log_variance.data(), static_cast<Eigen::Index>(n));
    const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(basis);
    const Eigen::VectorXd coefficients = qr.solve(values);
    const double left = (values - basis * coefficients).squaredNorm() / static_cast<double>(n - qr.rank());
    const double excess = left - usable.own_scatter;
    const double half = excess > 0.0 ? trigamma_inverse(excess) : std::numeric_limits<double>::infinity();
    const double shift = excess > 0.0 ? digamma(half) - std::log(half) : 0.0;
    for (std::size_t i = 0; i < prior_variance.size(); ++i)
        prior_variance[i] = std::exp(spline.at(covariate[i]).dot(coefficients) + shift);
    return 2.0 * half;
}

}  // namespace wellsieve::kernels::stats
