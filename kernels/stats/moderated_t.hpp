#pragma once

#include <span>

#include "kernels/stats/t_test.hpp"

namespace wellsieve::kernels::stats {

// Moderated t statistics (Smyth 2004, SAGMB 3:3), as limma 3.54 computes them: fitFDist, squeezeVar, eBayes.
// Against limma: 1e-9 relative.

/// What the variances of all features say about one of them: scaled inverse χ² with df degrees of freedom
/// around variance. df = ∞: all features share one variance; df = 0: they say nothing.
struct VariancePrior {
    double df;
    double variance;
};

/// By moments of the log variances. Features with df 0 or a missing variance do not count; zero variances are
/// raised to 1e-5 of the median. With one usable feature df = 0; with none the variance is NaN too. Allocates
/// one copy of the variances.
VariancePrior fit_variance_prior(std::span<const double> variance, std::span<const double> df);

/// The posterior variances (d0 s0² + d s²)/(d0 + d); the prior's where d = 0.
void squeeze_variance(std::span<const double> variance, std::span<const double> df, VariancePrior prior,
                      std::span<double> out) noexcept;

struct ModeratedOptions {
    double proportion = 0.01;         ///< of features that are thought to have an effect; for the log odds
    double interval = 0.95;           ///< coverage of the interval effect ± half_width
    double smallest_effect_sd = 0.1;  ///< limits of the standard deviation of true effects; for the log odds
    double largest_effect_sd = 4.0;
};

struct ModeratedOut {
    std::span<double> variance;  ///< posterior
    std::span<double> df;        ///< d0 + d, at most the sum of all d
    std::span<double> t;
    std::span<double> p;           ///< two-sided
    std::span<double> log_odds;    ///< B: natural log odds that there is an effect
    std::span<double> half_width;  ///< of the interval
};

/// All spans as long as the contrast's. Gives back the variance of the true effects in units of the error
/// variance (limma's var.prior). Allocates one copy of the statistics.
double moderated_t(const Contrast& contrast, VariancePrior prior, const ModeratedOptions& options,
                   const ModeratedOut& out);

}  // namespace wellsieve::kernels::stats
