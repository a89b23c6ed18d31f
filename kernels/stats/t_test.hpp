#pragma once

#include <span>

namespace wellsieve::kernels::stats {

// Ordinary t statistics of many features (strains, genes) at once. All spans of a call have the same length,
// one element a feature. NaN is missing and stays NaN. Nothing allocates.

/// Replicates of one group: how many there are, their mean, their variance (n − 1 below; NaN for n < 2).
struct GroupMoments {
    std::span<const double> count;
    std::span<const double> mean;
    std::span<const double> variance;
};

/// An effect and what its error is made of: se = unscaled_sd · √variance, the variance known with df degrees
/// of freedom (0 where it cannot be estimated).
struct Contrast {
    std::span<const double> effect;
    std::span<const double> unscaled_sd;
    std::span<const double> variance;
    std::span<const double> df;
};

struct ContrastOut {
    std::span<double> effect;
    std::span<double> unscaled_sd;
    std::span<double> variance;
    std::span<double> df;

    operator Contrast() const { return {effect, unscaled_sd, variance, df}; }
};

/// The mean against 0: se² = s²/n on n − 1 degrees of freedom.
void one_sample_contrast(const GroupMoments& group, const ContrastOut& out) noexcept;

/// a − b with the pooled variance on n_a + n_b − 2 degrees of freedom.
void two_group_contrast(const GroupMoments& a, const GroupMoments& b, const ContrastOut& out) noexcept;

struct TTestOut {
    std::span<double> t;
    std::span<double> df;
    std::span<double> p;  ///< two-sided
};

/// The t of a contrast with its own variance: the one-sample or the pooled test. Zero variance gives t = ±∞
/// and p = 0, or NaN for a zero effect.
void ordinary_t(const Contrast& contrast, const TTestOut& out) noexcept;

/// a − b with unequal variances, degrees of freedom by Satterthwaite. NaN where a group has fewer than two.
void welch_t(const GroupMoments& a, const GroupMoments& b, const TTestOut& out) noexcept;

}  // namespace wellsieve::kernels::stats
