#pragma once

#include <cstdint>
#include <span>

#include "kernels/stats/counts.hpp"

namespace wellsieve::kernels::stats {

// Fitness from counts of one replicate over time: how fast a feature's share of the pool grows. `time` has
// one element a sample, ascending, in generations (or any unit: slopes are per that unit); at least two
// samples.

/// One element a feature.
struct SlopeOut {
    std::span<double> slope;  ///< of ln(share), per unit of time
    std::span<double>
        standard_error;  ///< from the scatter about the line; from counting alone with two samples
};

/// Enrich2's weighted regression (Rubin 2017, Genome Biol 18:150): the line through
/// ln((c + ½)/(C + ½)) on time with weights 1/(1/(c + ½) + 1/(C + ½)), C the summed counts of `reference`
/// (wild type, neutral features), or of all features where it is empty. Enrich2 divides time by its last
/// value; so do its slopes. A feature without any count is NaN.
void log_ratio_slopes(Counts counts, std::span<const double> time, std::span<const std::uint32_t> reference,
                      const SlopeOut& out);

/// The same with shares of all reads, corrected for the rise of the population's mean fitness x̄(t), which
/// bends every line: ln p_i(t) = ln p_i(0) + s_i t − ∫x̄, x̄ = Σ p_i s_i (Fit-Seq: Li 2018, Cell Syst 7:521;
/// here by alternating lines and means until both agree). The median of `neutral` has s = 0; without any, the
/// mean of the first sample. `mean_fitness` has one element a sample. Returns the rounds that it took, or 0
/// where 100 were not enough.
unsigned fitness_per_generation(Counts counts, std::span<const double> time,
                                std::span<const std::uint32_t> neutral, const SlopeOut& out,
                                std::span<double> mean_fitness);

/// Replicates of one estimate joined by random effects (Demidenko 2013; Enrich2 at convergence):
/// Σ w y/Σ w with w = 1/(σ_r² + τ²), τ² by REML. values[replicate * features + feature]; NaN is missing. One
/// replicate gives itself. Allocates a row a replicate.
struct JoinedOut {
    std::span<double> estimate;
    std::span<double> standard_error;
    std::span<double> between_variance;  ///< τ²
};
void join_replicates(std::span<const double> estimate, std::span<const double> standard_error,
                     std::size_t replicates, const JoinedOut& out);

}  // namespace wellsieve::kernels::stats
