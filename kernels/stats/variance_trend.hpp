#pragma once

#include <span>

namespace wellsieve::kernels::stats {

/// The prior of variances whose centre moves with a covariate: log variances along a natural cubic spline
/// (knots at its ends and thirds; fewer for under 30 features), degrees of freedom from what is left (Smyth
/// 2004; limma 3.54's fitFDist with a covariate). Fills the prior variance of each feature and gives back the
/// prior's degrees of freedom, ∞ where the features scatter no more than their own. Features with df 0 say
/// nothing, but get a prior too. With fewer than three usable features there is no trend, see
/// fit_variance_prior. Allocates a basis of a few columns.
double fit_variance_trend(std::span<const double> variance, std::span<const double> df,
                          std::span<const double> covariate, std::span<double> prior_variance);

}  // namespace wellsieve::kernels::stats
