#pragma once

#include <cstdint>
#include <span>

#include "kernels/stats/counts.hpp"

namespace wellsieve::kernels::stats {

// MAGeCK's test of single guides (Li 2014, Genome Biol 15:554) in the form of its program (mageck 0.5.9,
// mageck2 0.1): a "mean" is a median over samples, a "variance" is taken around it, and p comes from a normal
// truncated at zero. It is kept because rank aggregation in MAGeCK's form needs its scores. Its p-values are
// not uniform without effects unless control replicates show how much guides scatter: take them from
// negative_binomial_test.

/// log2(variance − mean + 1) = slope · log2(mean + 1) + intercept over features, weighted by the mean.
struct MeanVarianceLine {
    double slope;      ///< at least 1
    double intercept;  ///< at least 0
};

/// One element a feature.
struct MageckGuidesOut {
    std::span<double> control_mean;  ///< a zero is raised to the smallest mean above it
    std::span<double> treatment_mean;
    std::span<double> log2_fold_change;  ///< of means + 1
    std::span<double> control_variance;
    std::span<double> adjusted_variance;  ///< what the line says
    std::span<double> score;              ///< lower: more depleted
    std::span<double> p_low;
    std::span<double> p_high;
    std::span<std::uint8_t> valid;  ///< 0: no count in either group
};

/// Normalised counts of the two groups. The line comes from the control samples, from both groups together
/// where there is only one control. No line, and so no score and no p but NaN, where all means are alike or a
/// group has no mean above zero. Paired samples: give each pair's features as features of their own, one
/// sample a group. Linear in the counts but for two medians; allocates a few columns.
MeanVarianceLine mageck_guides(Counts control, Counts treatment, const MageckGuidesOut& out);

/// The share of valid guides whose p is at most 0.25: the α of the rank aggregation.
double mageck_alpha_low(std::span<const double> p_low,
                        std::span<const std::uint8_t> valid) noexcept;  ///< 0.05 to 0.5
double mageck_alpha_high(std::span<const double> p_high,
                         std::span<const std::uint8_t> valid) noexcept;  ///< 0.01 if none

}  // namespace wellsieve::kernels::stats
