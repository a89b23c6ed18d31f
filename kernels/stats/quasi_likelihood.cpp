#include "kernels/stats/quasi_likelihood.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "kernels/stats/dispersion.hpp"
#include "kernels/stats/distributions.hpp"
#include "kernels/stats/moderated_t.hpp"
#include "kernels/stats/robust_prior.hpp"
#include "kernels/stats/special_functions.hpp"
#include "kernels/stats/variance_trend.hpp"
#include "kernels/stats/zero_patterns.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double prior_count = 0.125;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct FitColumns {
    FitColumns(Counts counts, const LogLinearDesign& design, std::span<const double> dispersion)
        : coefficient(design.coefficients * counts.features()),
          mean(counts.values.size()),
          deviance(counts.features()) {
        fit_negative_binomial(counts, design, dispersion, {coefficient, mean, deviance});
    }
    std::vector<double> coefficient, mean, deviance;
};

/// The design with the contrast taken out: what is left of its columns once turned so that the first is the
/// contrast.
std::vector<double> null_matrix(const LogLinearDesign& design, std::span<const double> contrast) {
    const auto p = static_cast<Eigen::Index>(design.coefficients);
    const auto n = static_cast<Eigen::Index>(design.offset.size());
    const Eigen::Map<const RowMajor> x(design.matrix.data(), n, p);
    const Eigen::Map<const Eigen::VectorXd> c(contrast.data(), p);
    const Eigen::MatrixXd turn =
        Eigen::HouseholderQR<Eigen::MatrixXd>(c).householderQ() * Eigen::MatrixXd::Identity(p, p);
    const RowMajor left = x * turn.rightCols(p - 1);
    return {left.data(), left.data() + n * (p - 1)};
}

/// Likelihood ratios against the design without the contrast.
std::vector<double> likelihood_ratios(Counts counts, const LogLinearDesign& design,
                                      std::span<const double> dispersion, std::span<const double> contrast,
                                      std::span<const double> deviance) {
    const std::vector<double> matrix = null_matrix(design, contrast);
    FitColumns null(counts, {matrix, design.coefficients - 1, design.offset}, dispersion);
    for (std::size_t i = 0; i < deviance.size(); ++i)
        null.deviance[i] = std::max(null.deviance[i] - deviance[i], 0.0);
    return std::move(null.deviance);
}

struct Residual {
    std::vector<double> df, variance;
};

Residual residuals(Counts counts, const LogLinearDesign& design, const FitColumns& fit,
                   std::span<const double> replaced) {
    Residual out{std::vector<double>(counts.features(), 0.0), std::vector<double>(counts.features(), 0.0)};
    for (const ZeroPattern& pattern : zero_patterns(counts, fit.mean, design))
        for (const std::uint32_t i : pattern.features) {
            const double lost = replaced.empty() ? 0.0 : replaced[i];
            out.df[i] = std::max(static_cast<double>(pattern.residual_df()) - lost, 0.0);
            if (out.df[i] > 0.0)
                out.variance[i] = std::max(fit.deviance[i] / out.df[i], 0.0);
        }
    return out;
}

RobustPrior variance_prior(const Residual& residual, std::span<const double> average_log2,
                           DispersionPrior prior) {
    if (prior == DispersionPrior::robust)
        return fit_robust_prior(residual.variance, residual.df, average_log2);
    RobustPrior out{std::vector<double>(average_log2.size()), {}};
    out.df.assign(average_log2.size(),
                  fit_variance_trend(residual.variance, residual.df, average_log2, out.variance));
    return out;
}

/// Log2 fold changes with prior counts, and cᵀ(XᵀWX)⁻¹c there.
void fold_changes(Counts counts, const LogLinearDesign& design, std::span<const double> dispersion,
                  std::span<const double> contrast, QuasiLikelihoodTest& out) {
    const WithPriorCounts with = add_prior_counts(counts, design.offset, prior_count);
    const FitColumns fit({with.values, counts.samples}, {design.matrix, design.coefficients, with.offset},
                         dispersion);
    const auto p = static_cast<Eigen::Index>(design.coefficients);
    const auto n = static_cast<Eigen::Index>(counts.samples);
    const Eigen::Map<const RowMajor> x(design.matrix.data(), n, p);
    const Eigen::Map<const Eigen::VectorXd> c(contrast.data(), p);
    Eigen::VectorXd weight(n);
    Eigen::MatrixXd information(p, p);
    for (std::size_t i = 0; i < counts.features(); ++i) {
        double change = 0.0;
        for (std::size_t k = 0; k < design.coefficients; ++k)
            change += contrast[k] * fit.coefficient[k * counts.features() + i];
        for (std::size_t s = 0; s < counts.samples; ++s) {
            const double mu = fit.mean[s * counts.features() + i];
            weight(static_cast<Eigen::Index>(s)) = mu / (1.0 + dispersion[i] * mu);
        }
        information.noalias() = x.transpose() * weight.asDiagonal() * x;
        out.log2_fold_change[i] = change / std::log(2.0);
        out.standard_error[i] = std::sqrt(c.dot(information.llt().solve(c))) / std::log(2.0);
    }
}

/// Where the moderated scatter of any sample is below that of the Poisson distribution.
std::vector<std::uint32_t> below_poisson(Counts counts, std::span<const double> mean,
                                         std::span<const double> dispersion,
                                         std::span<const double> variance) {
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < counts.features(); ++i)
        for (std::size_t s = 0; s < counts.samples; ++s)
            if ((1.0 + mean[s * counts.features() + i] * dispersion[i]) * variance[i] < 1.0) {
                out.push_back(static_cast<std::uint32_t>(i));
                break;
            }
    return out;
}

/// No p below the Poisson distribution's.
void bound_by_poisson(Counts counts, const LogLinearDesign& design, std::span<const double> contrast,
                      const std::vector<std::uint32_t>& features, std::span<double> p) {
    if (features.empty())
        return;
    std::vector<std::uint32_t> samples;
    for (std::size_t s = 0; s < counts.samples; ++s)
        samples.push_back(static_cast<std::uint32_t>(s));
    const std::vector<double> values = gather(counts, samples, features);
    const Counts chosen{values, counts.samples};
    const std::vector<double> none(features.size(), 0.0);
    const FitColumns fit(chosen, design, none);
    const std::vector<double> ratio = likelihood_ratios(chosen, design, none, contrast, fit.deviance);
    for (std::size_t k = 0; k < features.size(); ++k)
        p[features[k]] = std::max(p[features[k]], incomplete_gamma_upper(0.5, ratio[k] / 2.0));
}

}  // namespace

QuasiLikelihoodTest quasi_likelihood_test(Counts counts, const LogLinearDesign& design,
                                          std::span<const double> trended,
                                          std::span<const double> average_log2,
                                          std::span<const double> contrast, std::span<const double> replaced,
                                          DispersionPrior prior) {
    assert(contrast.size() == design.coefficients && trended.size() == counts.features());
    const std::size_t features = counts.features();
    const std::vector<double> unknown(features, nan_value);
    QuasiLikelihoodTest out{unknown, unknown, unknown, unknown, unknown, unknown, unknown, nan_value};
    const bool scatter_known =
        counts.samples > design.coefficients && !trended.empty() && !std::isnan(trended[0]);
    if (!scatter_known) {
        fold_changes(counts, design, std::vector<double>(features, 0.0), contrast, out);
        std::fill(out.standard_error.begin(), out.standard_error.end(), nan_value);
        return out;
    }
    fold_changes(counts, design, trended, contrast, out);
    const FitColumns fit(counts, design, trended);
    out.likelihood_ratio = likelihood_ratios(counts, design, trended, contrast, fit.deviance);
    const Residual residual = residuals(counts, design, fit, replaced);
    const RobustPrior expected = variance_prior(residual, average_log2, prior);
    out.prior_df = *std::max_element(expected.df.begin(), expected.df.end());
    const double most_df = static_cast<double>(features * (counts.samples - design.coefficients));
    for (std::size_t i = 0; i < features; ++i) {
        squeeze_variance({&residual.variance[i], 1}, {&residual.df[i], 1},
                         {expected.df[i], expected.variance[i]}, {&out.variance[i], 1});
        out.f[i] = out.likelihood_ratio[i] / out.variance[i];
        out.df[i] = std::min(expected.df[i] + residual.df[i], most_df);
        out.p[i] = student_t_two_sided_p(std::sqrt(out.f[i]), out.df[i]);
        out.standard_error[i] *= std::sqrt(out.variance[i]);
    }
    bound_by_poisson(counts, design, contrast, below_poisson(counts, fit.mean, trended, out.variance), out.p);
    return out;
}

}  // namespace wellsieve::kernels::stats
