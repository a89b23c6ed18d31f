#pragma once

#include <array>
#include <span>

#include "kernels/stats/shrinkage.hpp"

namespace wellsieve::kernels::stats {

// True effects where most strains are alike and some are not: two normal distributions of one mean,
//   y_i ~ N(θ_i, s_i²),  θ_i ~ share₀ N(μ, τ₀²) + share₁ N(μ, τ₁²),
// the adaptive shrinkage of Stephens (2017, Biostatistics 18:275) with a fitted pair of variances in place of
// a grid. A single normal believes in many middling effects there, and promises too much of them. Unimodal,
// so that of two strains with equal errors the higher estimate keeps the higher posterior mean.

/// With share[1] = 0 it is the single normal of variance[0].
struct EffectMixture {
    double mean;
    double mean_variance;  ///< of the estimate of μ
    std::array<double, 2> variance;
    std::array<double, 2> share;
};

/// By expectation and maximisation from `one`, until no variance or share moves by more than 1e-7 of itself.
/// `one` itself, where the mixture's two more parameters gain less than BIC asks for: 2 Δ ln L ≤ 2 ln n.
EffectMixture fit_effect_mixture(std::span<const double> estimate, std::span<const double> standard_error,
                                 const EffectPrior& one) noexcept;

/// Posterior means and standard deviations, as shrink_effects gives them for one normal; `weight` is the mean
/// of both.
void shrink_by_mixture(std::span<const double> estimate, std::span<const double> standard_error,
                       const EffectMixture& prior, const ShrinkageOut& out) noexcept;

/// P(θ > threshold) under the posterior, with `added_variance` of what else is unknown of each θ.
void probability_above(std::span<const double> estimate, std::span<const double> standard_error,
                       const EffectMixture& prior, std::span<const double> added_variance, double threshold,
                       std::span<double> out) noexcept;

}  // namespace wellsieve::kernels::stats
