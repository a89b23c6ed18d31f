#pragma once

#include <string>
#include <vector>

#include "pipeline/pool_data.hpp"
#include "pipeline/pool_scores.hpp"
#include "pipeline/screen_result.hpp"

namespace wellsieve::pipeline {

/// Compares each condition of a pool with the control condition: features by negative binomial
/// quasi-likelihood over a design of conditions (and pairs), groups (genes, or strains where no gene is told)
/// against each other. Outlying counts are replaced and told. Without replicates there are fold changes and
/// no p, and a warning. Where a condition has four replicates or more, its halves are compared as well, as a
/// check of the error rates. Where the options tell of times, each time is compared, and fitness over them
/// given. Controls tell the bottlenecks, or else all barcodes their lower bounds. kernels/stats has the
/// formulas. Warnings go to `warnings`. Throws std::invalid_argument, with what to do, where the options do
/// not fit the samples.
PoolScores score_pool(const PoolCounts& counts, const PoolScoreOptions& options,
                      std::vector<std::string>& warnings);

/// Reads, coverage, dropouts, Gini index and skew of each sample, and how it correlates with its replicates:
/// the samples of its condition and time. Throws std::invalid_argument where the options name no column of
/// times.
std::vector<QcMetric> pool_quality(const PoolCounts& counts, const PoolScoreOptions& options);

}  // namespace wellsieve::pipeline
