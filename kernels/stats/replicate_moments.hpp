#pragma once

#include <cstddef>
#include <span>

namespace wellsieve::kernels::stats {

/// One element a feature.
struct MomentsOut {
    std::span<double> count;     ///< replicates that are not NaN
    std::span<double> mean;      ///< NaN without any
    std::span<double> variance;  ///< two passes, n − 1 below; NaN for fewer than two
};

/// Count, mean and variance over the replicates of each feature. values[replicate * features + feature]: a
/// block a replicate, so that features lie side by side and take the lanes. NaN is missing; ±∞ gives a mean
/// of ±∞ and a variance of NaN. Sums run in the order of the replicates: the same bits for every SIMD target.
void replicate_moments(std::span<const double> values, std::size_t replicates,
                       const MomentsOut& out) noexcept;

/// The same one by one, without SIMD; equal bits.
void replicate_moments_reference(std::span<const double> values, std::size_t replicates,
                                 const MomentsOut& out) noexcept;

}  // namespace wellsieve::kernels::stats
