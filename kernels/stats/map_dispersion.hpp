#pragma once

#include <vector>

#include "kernels/stats/negative_binomial_fit.hpp"

namespace wellsieve::kernels::stats {

/// Dispersions by maximum a posteriori (Love, Huber & Anders 2014, Genome Biol 15:550). One element a
/// feature; NaN where it has no count.
struct MapDispersions {
    std::vector<double> base_mean;   ///< of counts of the mean library
    std::vector<double> own;         ///< by its Cox-Reid adjusted likelihood alone
    std::vector<double> trend;       ///< what features of that mean usually have
    std::vector<double> dispersion;  ///< by own likelihood and prior; the own one of outliers
    std::vector<double> mean;        ///< [sample][feature], at which likelihoods are taken
    double asymptotic = 0.0;         ///< the trend is asymptotic + extra / base mean; NaN where these would
    double extra = 0.0;              ///< not both be above 0, and a local regression stands in
    double residual_variance = 0.0;  ///< of ln(own / trend), by the MAD
    double prior_variance = 0.0;     ///< of ln dispersion about the trend
};

/// Means come from least squares of normalised counts where the design is of groups, else from fits at
/// dispersions by moments, and are ½ at least. The trend is a gamma regression on 1/mean, without features
/// whose own dispersion is below 1e-4 or above 15 of it, or else local. The prior's variance is what the
/// residuals' MAD has beyond sampling, ψ'(df/2); with three residual degrees of freedom or fewer that is no
/// normal distribution, and the variance is the one under which binned residuals are likeliest, as ln(χ²/df)
/// plus a normal. It is ¼ at least. A feature whose mean vanishes in some sample has no dispersion of its own
/// (1e-8), only that of prior and counts. Dispersions lie from 1e-8 to 10, or the number of samples. All NaN
/// without a residual degree of freedom. Some fifty likelihoods a feature; allocates a few columns.
MapDispersions estimate_map_dispersions(Counts counts, const LogLinearDesign& design);

/// The last step of it: `dispersion` from all others. A feature further above the trend than two standard
/// deviations of the residuals keeps its own. To 1e-3 of DESeq2, given its trend and variances: those it
/// draws by chance at few degrees of freedom, and takes a local trend from locfit.
void moderate_dispersions(Counts counts, const LogLinearDesign& design, MapDispersions& dispersions);

}  // namespace wellsieve::kernels::stats
