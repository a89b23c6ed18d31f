#pragma once

#include <span>
#include <vector>

#include "kernels/stats/negative_binomial_fit.hpp"

namespace wellsieve::kernels::stats {

/// Dispersions of all features over a design, as edgeR 3.40's estimateDisp gives them (Cox & Reid 1987;
/// McCarthy 2012; Chen 2014): adjusted profile likelihoods on 21 points from 1e-4 to 102, log2-equidistant;
/// their sum makes the common dispersion, local means along abundance the trend, and each feature's own plus
/// prior_df/residual-df times its neighbours' the tagwise one. Within 1e-3 of edgeR.
struct Dispersions {
    double common = 0.0;
    double prior_df = 0.0;  ///< ∞: features differ by no more than chance
    std::vector<double> trended;
    std::vector<double> tagwise;
    std::vector<double> average_log2;  ///< log2 of the counts in a million, of all samples together
};

/// Features with fewer counts than this in all samples together say nothing: they get the trend of the
/// faintest others.
inline constexpr double least_counts_for_dispersion = 5.0;

/// All NaN where the design leaves no residual degree of freedom: without replicates nothing is known of the
/// scatter. About seventy steps of Fisher scoring a feature; allocates some thirty columns of features.
Dispersions estimate_dispersions(Counts counts, const LogLinearDesign& design);

/// Log2 of the counts in a million of all samples together, `prior` counts added to a sample of mean size
/// (edgeR's aveLogCPM). One dispersion for all features.
std::vector<double> average_log2_cpm(Counts counts, std::span<const double> offset, double dispersion,
                                     double prior = 2.0);

/// Counts with a prior in proportion to library size added, and the offsets of libraries with twice that
/// prior.
struct WithPriorCounts {
    std::vector<double> values;
    std::vector<double> offset;
};
WithPriorCounts add_prior_counts(Counts counts, std::span<const double> offset, double prior);

}  // namespace wellsieve::kernels::stats
