#include "kernels/stats/wald_test.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "kernels/stats/distributions.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double least_mean = 0.5;
constexpr double ridge = 1e-6;  ///< keeps coefficients of vanishing means finite
constexpr int most = static_cast<int>(most_coefficients);
using Vector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, most, 1>;
using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, most, most>;

/// One feature's coefficients, from where they start to the maximum.
class Fit {
  public:
    Fit(Counts counts, const LogLinearDesign& design, std::span<const double> contrast)
        : counts_(counts),
          design_(design),
          contrast_(Eigen::Map<const Eigen::VectorXd>(contrast.data(),
                                                      static_cast<Eigen::Index>(contrast.size()))) {}

    /// By iterated weighted least squares: β = (XᵀWX + Λ)⁻¹ XᵀWz, Λ = ridge + ccᵀ `precision`. Steps that do
    /// not get smaller are halved: at a strong prior they would go to and fro.
    void run(std::size_t feature, double dispersion, double precision, Vector start) {
        constexpr int most_steps = 200;
        constexpr double agreed = 1e-9;
        constexpr double longest = 3.0;
        beta_ = std::move(start);
        double part = 1.0;
        double last = std::numeric_limits<double>::infinity();
        for (int step = 0; step < most_steps; ++step) {
            weigh(feature, dispersion);
            Square penalised = information_ + precision * contrast_ * contrast_.transpose();
            penalised.diagonal().array() += ridge;
            covariance_ = penalised.llt().solve(Square::Identity(beta_.size(), beta_.size()));
            const Vector move = covariance_ * right_ - beta_;
            const double size = move.cwiseAbs().maxCoeff();
            if (size >= last)
                part *= 0.5;
            last = size;
            beta_ += move * std::min(part, longest / size);
            if (size < agreed)
                break;
        }
    }

    double effect() const { return contrast_.dot(beta_); }
    double posterior_variance() const { return contrast_.dot(covariance_ * contrast_); }
    double sampling_variance() const {
        const Vector direction = covariance_ * contrast_;
        return direction.dot(information_ * direction);
    }
    const Vector& beta() const { return beta_; }

  private:
    void weigh(std::size_t feature, double dispersion) {
        const Eigen::Index p = contrast_.size();
        information_ = Square::Zero(p, p);
        right_ = Vector::Zero(p);
        for (std::size_t s = 0; s < counts_.samples; ++s) {
            const Eigen::Map<const Eigen::VectorXd> x(&design_.matrix[s * design_.coefficients], p);
            const double log_mean = std::max(x.dot(beta_) + design_.offset[s], std::log(least_mean));
            const double mu = std::exp(log_mean);
            const double weight = mu / (1.0 + dispersion * mu);
            const double response = log_mean - design_.offset[s] + counts_.sample(s)[feature] / mu - 1.0;
            information_.noalias() += weight * x * x.transpose();
            right_.noalias() += weight * response * x;
        }
    }

    Counts counts_;
    const LogLinearDesign& design_;
    Vector contrast_;
    Vector beta_, right_;
    Square information_, covariance_;
};

/// The variance of a normal about 0 of whose sizes as much is below their 95th percentile as of the fold
/// changes'.
double prior_variance(const std::vector<double>& effect, WaldWeights weights) {
    constexpr double share = 0.95;
    constexpr double vanished = 10.0;   // no size: a group without counts
    constexpr double narrowest = 1e-6;  // where nothing moves
    std::vector<std::pair<double, double>> sizes;
    double total = 0.0;
    for (std::size_t i = 0; i < effect.size(); ++i)
        if (const double weight = 1.0 / (1.0 / weights.base_mean[i] + weights.trend[i]);
            std::abs(effect[i]) < vanished && weight > 0.0) {
            sizes.emplace_back(std::abs(effect[i]), weight);
            total += weight;
        }
    std::sort(sizes.begin(), sizes.end());
    double below = 0.0;
    double size = 0.0;
    for (const auto& [own, weight] : sizes) {
        below += weight;
        size = own;
        if (below >= share * total)
            break;
    }
    const double sd = size / normal_quantile(0.5 + share / 2.0);
    return std::max(sd * sd, narrowest);
}

}  // namespace

WaldTest wald_test(Counts counts, const LogLinearDesign& design, std::span<const double> dispersion,
                   WaldWeights weights, std::span<const double> contrast,
                   std::optional<double> effect_variance) {
    assert(contrast.size() == design.coefficients && dispersion.size() == counts.features());
    constexpr double ln2 = std::numbers::ln2;
    const std::size_t features = counts.features();
    const std::vector<double> unknown(features, nan_value);
    WaldTest out{unknown, unknown, unknown, unknown, unknown, nan_value};
    std::vector<double> phi(dispersion.begin(), dispersion.end());
    constexpr double smallest_of_fits = 1e-6;
    for (double& value : phi)
        value = value > smallest_of_fits ? value : smallest_of_fits;  // NaN: not looked at below
    std::vector<double> coefficient(design.coefficients * features), mean(counts.values.size()),
        deviance(features);
    fit_negative_binomial(counts, design, phi, {coefficient, mean, deviance});
    Fit fit(counts, design, contrast);
    const auto likeliest = [&](std::size_t i) {
        Vector beta(static_cast<Eigen::Index>(design.coefficients));
        for (std::size_t c = 0; c < design.coefficients; ++c)
            beta(static_cast<Eigen::Index>(c)) = coefficient[c * features + i];
        return beta;
    };
    for (std::size_t i = 0; i < features; ++i) {
        if (!(weights.base_mean[i] > 0.0) || std::isnan(dispersion[i]))
            continue;
        fit.run(i, dispersion[i], 0.0, likeliest(i));
        for (std::size_t c = 0; c < design.coefficients; ++c)
            coefficient[c * features + i] = fit.beta()(static_cast<Eigen::Index>(c));
        const double error = std::sqrt(fit.sampling_variance());
        out.log2_fold_change[i] = fit.effect() / ln2;
        out.standard_error[i] = error / ln2;
        out.p[i] = 2.0 * normal_cdf(-std::abs(fit.effect() / error));
    }
    out.effect_variance = effect_variance.value_or(prior_variance(out.log2_fold_change, weights));
    for (std::size_t i = 0; i < features; ++i)
        if (!std::isnan(out.log2_fold_change[i])) {
            fit.run(i, dispersion[i], 1.0 / (out.effect_variance * ln2 * ln2), likeliest(i));
            out.shrunken[i] = fit.effect() / ln2;
            out.shrunken_sd[i] = std::sqrt(fit.posterior_variance()) / ln2;
        }
    return out;
}

}  // namespace wellsieve::kernels::stats
