#pragma once

#include <span>
#include <string>
#include <vector>

#include "kernels/stats/negative_binomial_fit.hpp"
#include "pipeline/pool_data.hpp"
#include "pipeline/pool_scores.hpp"

namespace wellsieve::pipeline {

/// The design of a pool: an intercept, a column for each condition but the control, a column for each pair
/// but the first.
struct PoolDesign {
    std::vector<std::string> conditions;  ///< those that are compared with the control
    std::vector<double> matrix;           ///< [sample][coefficient]
    std::size_t coefficients = 0;
    std::vector<double> offset;  ///< [sample]

    kernels::stats::LogLinearDesign view() const { return {matrix, coefficients, offset}; }
    std::vector<double> contrast(std::size_t condition) const;
};

/// The features that the options name as controls, by id, gene or strain, in the order of their ids. Names
/// that the library lacks go to `warnings`; throws std::invalid_argument where it lacks all of them.
std::vector<std::uint32_t> control_features(const PoolCounts& counts, const PoolScoreOptions& options,
                                            std::vector<std::string>& warnings);

/// Lays out the samples, all but the offsets. Throws std::invalid_argument where the options do not fit them.
PoolDesign lay_out_pool(const std::vector<PoolSample>& samples, const PoolScoreOptions& options);

/// Lays out the samples and normalises them. What speaks against the normalisation goes to `warnings`. Throws
/// std::invalid_argument as score_pool does.
PoolDesign design_pool(const PoolCounts& counts, kernels::stats::Counts values,
                       const PoolScoreOptions& options, std::span<const std::uint32_t> controls,
                       std::vector<std::string>& warnings);

}  // namespace wellsieve::pipeline
