#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/stats/negative_binomial_fit.hpp"

namespace wellsieve::kernels::stats {

/// Features whose fitted means vanish in the same samples: there a coefficient runs to minus infinity, and
/// neither the samples nor the coefficient say anything about the scatter.
struct ZeroPattern {
    std::vector<std::uint32_t> features;
    std::vector<std::uint32_t> samples;  ///< those whose means do not vanish
    std::vector<double> matrix;          ///< [sample][coefficient] of a full-rank design over them
    std::size_t coefficients = 0;

    std::size_t residual_df() const noexcept { return samples.size() - coefficients; }
};

/// A count and a mean below 1e-4 count as zero, as in edgeR. `mean`: [sample][feature] of a fit. The patterns
/// come in an order that depends on the patterns alone, features ascending.
std::vector<ZeroPattern> zero_patterns(Counts counts, std::span<const double> mean,
                                       const LogLinearDesign& design);

/// The counts of some features in some samples, [sample][feature].
std::vector<double> gather(Counts counts, std::span<const std::uint32_t> samples,
                           std::span<const std::uint32_t> features);

}  // namespace wellsieve::kernels::stats
