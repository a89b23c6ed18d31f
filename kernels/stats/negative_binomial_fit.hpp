#pragma once

#include <cstddef>
#include <span>

#include "kernels/stats/counts.hpp"

namespace wellsieve::kernels::stats {

// k ~ NB(μ, φ) with variance μ + φ μ² and ln μ = offset + X β, one feature a lane: McCarthy 2012 (NAR
// 40:4288). φ = 0 is the Poisson distribution; a positive φ should be at least 1e-6.

inline constexpr std::size_t most_coefficients = 24;

struct LogLinearDesign {
    std::span<const double> matrix;  ///< [sample][coefficient], of full column rank
    std::size_t coefficients;        ///< at most most_coefficients
    std::span<const double> offset;  ///< of each sample: ln of its effective library size
};

struct NegativeBinomialFit {
    std::span<double> coefficient;  ///< [coefficient][feature]
    std::span<double> mean;         ///< [sample][feature]
    std::span<double> deviance;
};

/// Maximum likelihood by Fisher scoring with Levenberg's damping, until the expected gain is below 1e-10 (a
/// mean that wants to be zero ends near 1e-10). `dispersion`: one a feature. Counts need not be whole. A pass
/// over the counts for each of about four steps, with an exponential and a logarithm each; allocates a few
/// vectors.
void fit_negative_binomial(Counts counts, const LogLinearDesign& design, std::span<const double> dispersion,
                           const NegativeBinomialFit& out) noexcept;

/// The same one by one, without SIMD; equal bits.
void fit_negative_binomial_reference(Counts counts, const LogLinearDesign& design,
                                     std::span<const double> dispersion,
                                     const NegativeBinomialFit& out) noexcept;

/// Cox & Reid's adjusted profile log likelihood, without what does not depend on φ, at each of some
/// dispersions that all features share: out[dispersion * features + feature]. No fitted mean may be zero.
/// Each fit starts from the last.
void adjusted_profile_likelihood(Counts counts, const LogLinearDesign& design,
                                 std::span<const double> dispersions, std::span<double> out) noexcept;
void adjusted_profile_likelihood_reference(Counts counts, const LogLinearDesign& design,
                                           std::span<const double> dispersions,
                                           std::span<double> out) noexcept;

}  // namespace wellsieve::kernels::stats
