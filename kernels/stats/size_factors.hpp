#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/stats/counts.hpp"

namespace wellsieve::kernels::stats {

// Size factors: a sample's counts divided by its factor compare with those of the others. Linear in the
// counts but for the medians; each function allocates a few columns of one sample. `chosen` are the features
// to look at (control or spike-in features), all where it is empty. `factor` has one element a sample; NaN
// where there is no answer.

/// Library sizes over their mean.
void total_factors(Counts counts, std::span<const std::uint32_t> chosen, std::span<double> factor);

/// Median of ratios to the geometric mean over samples, of features seen in every sample (Anders & Huber
/// 2010; DESeq2's estimateSizeFactors).
void median_ratio_factors(Counts counts, std::span<const std::uint32_t> chosen, std::span<double> factor);

/// MAGeCK's form of it (Li 2014; mageck 0.5): geometric mean of count + 1, features seen anywhere, upper
/// median. False where it does not hold, and the factors are those of the totals as MAGeCK takes them then: a
/// median of zero, or more than 45 % zeros in a sample.
bool mageck_median_factors(Counts counts, std::span<const std::uint32_t> chosen, std::span<double> factor);

/// Trimmed mean of M values against the sample whose upper quartile is nearest the mean (Robinson & Oshlack
/// 2010; edgeR's calcNormFactors): `factor` multiplies the library size, and their geometric mean is 1.
void tmm_factors(Counts counts, std::span<double> factor);

/// What speaks against a normalisation.
struct NormalisationCheck {
    double largest_zero_share;  ///< over samples: features without a count
    double smallest_factor;     ///< relative to the geometric mean of all factors
    double largest_factor;
    double largest_moving_share;  ///< over pairs of samples: features more than twofold apart, and by more
                                  ///< than three Poisson standard deviations
};

inline constexpr double many_zeros = 0.45;
inline constexpr double smallest_usual_factor = 0.2;
inline constexpr double largest_usual_factor = 5.0;
inline constexpr double many_moving = 0.40;

NormalisationCheck check_normalisation(Counts counts, std::span<const double> factor) noexcept;

}  // namespace wellsieve::kernels::stats
