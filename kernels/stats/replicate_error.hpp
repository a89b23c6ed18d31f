#pragma once

#include <cstddef>
#include <span>

namespace wellsieve::kernels::stats {

// How far replicates of a selection differ from what counting explains (DiMSum: Faure 2020, Genome Biol
// 21:207): each replicate's log ratio of output to input counts has the variance
//   σ²_ir = m_in,r/c_in,ir + m_out,r/c_out,ir + a_r,
// with m ≥ 1 for what multiplies counting noise (too little DNA, PCR) and a ≥ 0 for what is there at any
// depth.

/// values[replicate * features + feature]. A ratio that is not finite is missing; counts of 0 need a
/// pseudocount beforehand, in the ratio as in the count.
struct ReplicateRatios {
    std::span<const double> log_ratio;  ///< ln(out/in), of each replicate against the same reference
    std::span<const double> in;
    std::span<const double> out;
    std::size_t replicates;

    std::size_t features() const noexcept { return replicates == 0 ? 0 : log_ratio.size() / replicates; }
};

/// One element a replicate.
struct ErrorModel {
    std::span<double> in_factor;   ///< m_in
    std::span<double> out_factor;  ///< m_out
    std::span<double> additive;    ///< a; with two replicates the same for both, since only their sum shows
};

/// Fits the squared differences of each pair of replicates, (f_ir − f_is)² ~ σ²_ir + σ²_is, with a gamma
/// variance (quasi-likelihood, iterated weighted least squares within the bounds). Replicates are centred on
/// each other's median difference first. Returns the rounds, 0 where 200 were not enough; fewer than two
/// replicates or ten features give the model of pure counting (1, 1, 0) and 0. Allocates; linear in features
/// and pairs.
unsigned fit_error_model(const ReplicateRatios& ratios, const ErrorModel& model);

/// σ²_ir, NaN where the ratio is missing.
void error_variances(const ReplicateRatios& ratios, const ErrorModel& model,
                     std::span<double> variance) noexcept;

/// Inverse-variance mean over replicates and its standard error, one element a feature; NaN without any.
void merge_by_variance(const ReplicateRatios& ratios, std::span<const double> variance,
                       std::span<double> estimate, std::span<double> standard_error) noexcept;

}  // namespace wellsieve::kernels::stats
