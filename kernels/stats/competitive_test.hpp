#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/stats/negative_binomial_fit.hpp"

namespace wellsieve::kernels::stats {

// Do the features of a group (the guides of a gene, the barcodes of a strain) move differently from all
// others?

/// How many columns of a design are independent: fewer than it has where effects cannot be told apart.
std::size_t independent_columns(const LogLinearDesign& design);

/// The weights of the samples in a contrast of a design: X (XᵀX)⁻¹ c.
std::vector<double> sample_weights(const LogLinearDesign& design, std::span<const double> contrast);

/// A count that is far from those of its sister samples: a jackpot clone, or a feature that dropped out in
/// one tube.
struct OutlyingCount {
    std::uint32_t feature;
    std::uint32_t sample;
    double distance;  ///< in standard deviations; positive: too many
};

/// Counts whose log2 is beyond 6 standard deviations (MAD over features) of the median of their sisters,
/// while the sisters lie within 2.5 of each other. Sisters are the samples of one sign in the contrast, at
/// least three: of two that disagree neither is the odd one. By feature, then sample.
std::vector<OutlyingCount> outlying_counts(Counts counts, std::span<const double> offset,
                                           std::span<const double> weight);

/// The counts with each outlying one put where the mean of its sisters expects it (Love 2014 replaces Cook's
/// outliers so). Each costs its feature a degree of freedom.
std::vector<double> replace_outlying(Counts counts, std::span<const double> offset,
                                     std::span<const double> weight, std::span<const OutlyingCount> outlying);

/// Contrast effects that no single tube can make, 0 for what moves as most: on the side of the contrast with
/// more samples, each sample's log2 ratio to the mean of the other side is centred and scaled over all
/// features (median, MAD; the centre over `controls` where given), held within 2.25, and averaged with the
/// samples' weights. Counts are normalised to the mean library, with 1/25 of the mean count added (at least
/// ½). The design's columns behind the first `cells` are blocks: what they add to the logarithms, by Huber's
/// estimate, is taken off first, and the ratios then have one scale. Linear but for two medians a sample;
/// allocates a column a sample.
std::vector<double> robust_effects(Counts counts, const LogLinearDesign& design, std::size_t cells,
                                   std::span<const double> contrast, std::span<const std::uint32_t> controls);

inline constexpr std::uint32_t no_group = 0xFFFFFFFFu;

/// One element a group; NaN where it has no feature.
struct GroupTest {
    std::vector<std::uint32_t> features;
    std::vector<double> z;     ///< positive: more than the others
    std::vector<double> p;     ///< two-sided
    std::vector<double> fdr;   ///< Benjamini-Hochberg
    double tail_df = 0.0;      ///< of the tails; ∞: normal ones
    double correlation = 0.0;  ///< between the features of a group that do not move more than others
};

/// Sums of effects over the features of a group against what groups usually give: centred and scaled by
/// median and MAD of all groups, with the variance of m features growing as m (1 + (m − 1) ρ). ρ, how much
/// the features of a group move together without an effect, comes from the MAD of the groups against that of
/// the features (Wu & Smyth 2012, NAR 40:e133, estimate it from replicates). The tails are Student's, as
/// heavy as the lighter of the two tails of all groups. Needs most groups to be unmoved; with fewer than
/// `least_groups` groups, or where most groups have the very same sum, there is no p. Allocates a few
/// columns.
GroupTest competitive_test(std::span<const double> effect, std::span<const std::uint32_t> group,
                           std::size_t groups);

inline constexpr std::size_t least_groups = 20;

}  // namespace wellsieve::kernels::stats
