#pragma once

#include <span>

namespace wellsieve::kernels::stats {

// Empirical-Bayes shrinkage of strain effects: estimates y_i with their own standard errors s_i,
//   y_i ~ N(θ_i, s_i²),  θ_i ~ N(μ, τ²).
// A strain whose y or s is missing, or whose s is not above 0, takes no part in the fit and stays NaN.

/// The distribution of true effects.
struct EffectPrior {
    double mean;           ///< μ
    double variance;       ///< τ², 0 when the estimates scatter no more than their errors
    double mean_variance;  ///< of the estimate of μ: 1/Σ 1/(τ² + s_i²)
};

enum class Likelihood {
    restricted,  ///< REML; the variance is not biased by estimating μ
    full,        ///< ML
};

/// Maximises the marginal likelihood: the best of a grid over τ², refined to 1e-12 of it. All NaN without a
/// usable strain; τ² = 0 with a single one.
EffectPrior fit_effect_prior(std::span<const double> estimate, std::span<const double> standard_error,
                             Likelihood likelihood = Likelihood::restricted) noexcept;

struct ShrinkageOut {
    std::span<double> mean;    ///< μ + (1 − B_i)(y_i − μ), with B_i = s_i²/(s_i² + τ²)
    std::span<double> sd;      ///< √((1 − B_i) s_i² + B_i² Var μ̂): what to report for a strain alone
    std::span<double> own_sd;  ///< √((1 − B_i) s_i²): what a strain does not share with the others
    std::span<double> weight;  ///< B_i, its loading on the error of μ̂, which all share
};

/// Posterior of each θ_i given τ². The uncertainty of μ is in sd, that of τ² is not. For joint statements
/// (ranks) draw with own_sd and give every strain the loading B_i on one shared error of variance
/// prior.mean_variance.
void shrink_effects(std::span<const double> estimate, std::span<const double> standard_error,
                    const EffectPrior& prior, const ShrinkageOut& out) noexcept;

/// P(θ > threshold) for θ ~ N(mean, sd²); for "better than the parent by min_effect" give the posterior of
/// the difference. sd = 0 gives 0 or 1, NaN gives NaN.
void probability_above(std::span<const double> mean, std::span<const double> sd, double threshold,
                       std::span<double> out) noexcept;

}  // namespace wellsieve::kernels::stats
