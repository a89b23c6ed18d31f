#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <vector>

#include "kernels/curve/gaussian_process_internal.hpp"
#include "kernels/curve/gaussian_process_rate.hpp"

namespace wellsieve::kernels::curve {
namespace {

namespace in = gaussian_process_internal;

/// Matérn-5/2 of unit variance: k(r), −k'(r)/r = covariance of slope and value over r, and of two slopes.
struct Matern {
    double length;

    double value(double r) const {
        const double x = std::sqrt(5.0) * std::abs(r) / length;
        return (1 + x + x * x / 3) * std::exp(-x);
    }
    /// Covariance of the slope at t + r and the value at t.
    double slope_value(double r) const {
        const double x = std::sqrt(5.0) * std::abs(r) / length;
        return -5 / (3 * length * length) * r * (1 + x) * std::exp(-x);
    }
    double slope_variance() const { return 5 / (3 * length * length); }
};

class Dense {
  public:
    Dense(const Eigen::VectorXd& t, const Eigen::VectorXd& y, double length, double noise)
        : t_(t), kernel_{length} {
        const Eigen::Index n = t.size();
        Eigen::MatrixXd k(n, n);
        for (Eigen::Index i = 0; i < n; ++i)
            for (Eigen::Index j = 0; j < n; ++j)
                k(i, j) = kernel_.value(t(i) - t(j)) + (i == j ? noise : 0);
        factor_.compute(k);
        alpha_ = factor_.solve(y);
        variance = y.dot(alpha_) / static_cast<double>(n);
        const double log_determinant = 2 * factor_.matrixLLT().diagonal().array().log().sum();
        likelihood = -0.5 * (static_cast<double>(n) * (std::log(2 * std::numbers::pi * variance) + 1) +
                             log_determinant);
    }

    /// Posterior mean of value and slope, and variance of the slope over that of the process.
    std::array<double, 3> at(double t) const {
        Eigen::VectorXd value(t_.size()), slope(t_.size());
        for (Eigen::Index i = 0; i < t_.size(); ++i) {
            value(i) = kernel_.value(t - t_(i));
            slope(i) = kernel_.slope_value(t - t_(i));
        }
        return {value.dot(alpha_), slope.dot(alpha_),
                kernel_.slope_variance() - slope.dot(factor_.solve(slope))};
    }

    double variance = 0;
    double likelihood = 0;

  private:
    Eigen::VectorXd t_;
    Matern kernel_;
    Eigen::LLT<Eigen::MatrixXd> factor_;
    Eigen::VectorXd alpha_;
};

GaussianProcessRate fit_curve(const Curves& curves, const GaussianProcessOptions& options,
                              const Eigen::VectorXd& t, const Eigen::VectorXd& ln_value) {
    const Eigen::VectorXd y = ln_value.array() - ln_value.mean();
    in::Search search = in::search_of(curves, options);
    for (int k = 0; k < in::Search::evaluations(); ++k) {
        const auto point = search.next();
        search.tell(Dense(t, y, std::exp(point[0]), std::exp(point[1])).likelihood);
    }
    GaussianProcessRate out;
    out.points = static_cast<std::uint32_t>(t.size());
    if (!std::isfinite(search.likelihood()))
        return out;
    out.length_h = std::exp(search.best()[0]);
    const double noise = std::exp(search.best()[1]);
    const Dense best(t, y, out.length_h, noise);
    out.rate_per_h = -std::numeric_limits<double>::infinity();
    for (const double time : curves.times_h) {
        if (time < t(0) || time > t(t.size() - 1))
            continue;
        const auto [value, slope, slope_variance] = best.at(time);
        if (slope <= out.rate_per_h)
            continue;
        out.rate_per_h = slope;
        out.standard_error_per_h = std::sqrt(best.variance * slope_variance);
        out.time_h = time;
        out.ln_value = ln_value.mean() + value;
    }
    out.process_sd = std::sqrt(best.variance);
    out.noise_sd = out.process_sd * std::sqrt(noise);
    out.log_likelihood = search.likelihood();
    out.length_at_bound = search.length_at_bound();
    return out;
}

}  // namespace

void gaussian_process_rates_reference(const Curves& curves, const GaussianProcessOptions& options,
                                      std::span<GaussianProcessRate> out) noexcept {
    assert(curves.consistent() && out.size() == curves.wells);
    std::fill(out.begin(), out.end(), GaussianProcessRate{});
    if (curves.times() < 4)
        return;
    for (std::size_t well = 0; well < curves.wells; ++well) {
        std::vector<double> t, y;
        for (std::size_t i = 0; i < curves.times(); ++i)
            if (const double x = curves.at(i, well); x > 0 && std::isfinite(x)) {
                t.push_back(curves.times_h[i]);
                y.push_back(std::log(x));
            }
        const auto n = static_cast<Eigen::Index>(t.size());
        out[well].points = static_cast<std::uint32_t>(n);
        if (t.size() >= in::points_needed(options))
            out[well] = fit_curve(curves, options, Eigen::Map<Eigen::VectorXd>(t.data(), n),
                                  Eigen::Map<Eigen::VectorXd>(y.data(), n));
    }
}

}  // namespace wellsieve::kernels::curve
