#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/stats/negative_binomial_fit.hpp"

namespace wellsieve::kernels::stats {

/// What quasi-dispersions are moderated by.
enum class DispersionPrior : std::uint8_t {
    plain,   ///< their moments along abundance: glmQLFit's default
    robust,  ///< the same without what outlying features say, which are moderated less: its robust = TRUE
};

/// One element a feature.
struct QuasiLikelihoodTest {
    std::vector<double> log2_fold_change;  ///< of the contrast, 0.125 counts added
    std::vector<double> standard_error;    ///< of that, from the moderated variance
    std::vector<double> f;                 ///< on 1 and df degrees of freedom
    std::vector<double> df;
    std::vector<double> p;
    std::vector<double> likelihood_ratio;
    std::vector<double> variance;  ///< moderated quasi-dispersion
    double prior_df = 0.0;         ///< the most that a feature has of the prior
};

/// Tests one contrast (of the coefficients) by quasi-likelihood F, as edgeR 3.40's glmQLFit and glmQLFTest do
/// (Lund 2012; Chen 2016): negative binomial fits at the trended dispersions, quasi-dispersions moderated
/// along abundance, residual degrees of freedom without vanishing means, and no p below that of the Poisson
/// distribution where scatter is below it. F and df are NaN, and so is p, where the design leaves no residual
/// degree of freedom. Three fits a feature; allocates some ten columns.
QuasiLikelihoodTest quasi_likelihood_test(Counts counts, const LogLinearDesign& design,
                                          std::span<const double> trended,
                                          std::span<const double> average_log2,
                                          std::span<const double> contrast,
                                          std::span<const double> replaced = {},
                                          DispersionPrior prior = DispersionPrior::plain);

}  // namespace wellsieve::kernels::stats
