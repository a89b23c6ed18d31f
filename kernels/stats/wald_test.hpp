#pragma once

#include <optional>
#include <span>
#include <vector>

#include "kernels/stats/negative_binomial_fit.hpp"

namespace wellsieve::kernels::stats {

/// One element a feature, in log2; NaN without a count or a dispersion.
struct WaldTest {
    std::vector<double> log2_fold_change;  ///< of the contrast, by maximum likelihood
    std::vector<double> standard_error;
    std::vector<double> p;            ///< two-sided, of their ratio as a normal deviate
    std::vector<double> shrunken;     ///< by maximum a posteriori
    std::vector<double> shrunken_sd;  ///< of the posterior, from its curvature
    double effect_variance = 0.0;     ///< of the prior of the contrast
};

/// What the prior's width is told by.
struct WaldWeights {
    std::span<const double> base_mean;  ///< of counts of the mean library
    std::span<const double> trend;      ///< of dispersions
};

/// Tests one contrast (of the coefficients) of negative binomial fits by its standard error, as Love, Huber &
/// Anders (2014, Genome Biol 15:550) do; within 1e-3 of DESeq2. Means are taken as ½ at least, so that a
/// group without a count has a fold change that is finite. The prior of the contrast is normal about 0: its
/// variance puts the 95th percentile of the fold changes' sizes, weighted by 1/(1/mean + trend), where a
/// normal has it. Other coefficients have none. A dozen weighted least squares a feature; allocates a few
/// columns.
WaldTest wald_test(Counts counts, const LogLinearDesign& design, std::span<const double> dispersion,
                   WaldWeights weights, std::span<const double> contrast,
                   std::optional<double> effect_variance = {});

}  // namespace wellsieve::kernels::stats
