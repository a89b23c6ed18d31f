#pragma once

#include <span>
#include <vector>

namespace wellsieve::kernels::stats {

/// A prior of variances along a covariate that outlying variances do not draw towards themselves, and that
/// draws them less: they have fewer degrees of freedom of it. One element a feature.
struct RobustPrior {
    std::vector<double> variance;
    std::vector<double> df;
};

/// The robust empirical-Bayes prior of Phipson (2016, Ann Appl Stat 10:946), as limma 3.54's
/// fitFDistRobustly has it: log variances about their lowess curve along the covariate (of all alike without
/// one), the lowest 5 and the highest 10 % drawn in, with the moments that the F distribution has so treated.
/// Features with df below 1e-6 or without a variance say nothing, but get a prior. Falls back to
/// fit_variance_trend, or fit_variance_prior, with fewer than ten usable features, or where most variances
/// are 0. To 1e-6 of limma. n log n but for the curve; allocates some ten columns.
RobustPrior fit_robust_prior(std::span<const double> variance, std::span<const double> df,
                             std::span<const double> covariate = {});

}  // namespace wellsieve::kernels::stats
