#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kernels/stats/negative_binomial_fit.hpp"
#include "pipeline/pool_data.hpp"
#include "pipeline/pool_scores.hpp"

namespace wellsieve::pipeline {

/// Samples that differ by their replicate alone: those of a condition, at one time where times are told.
struct PoolCell {
    std::string name;  ///< the condition, and the time where the condition has several
    std::string condition;
    double time = not_set;
    std::vector<std::size_t> samples;
};

/// Cells that are compared.
struct PoolComparison {
    std::size_t cell;
    std::size_t against;  ///< of the control: at the same time where there is one, else at its first
};

/// The design of a pool: an intercept, a column for each cell but the first, a column for each pair but the
/// first, a column for each batch but the first.
struct PoolDesign {
    std::vector<PoolCell> cells;  ///< those of the control first, ascending in time
    std::vector<PoolComparison> comparisons;
    std::vector<double> matrix;  ///< [sample][coefficient]
    std::size_t coefficients = 0;
    std::vector<double> offset;        ///< [sample]
    std::vector<std::uint32_t> batch;  ///< [sample], from 0 in order of their first one; empty: none are told

    kernels::stats::LogLinearDesign view() const { return {matrix, coefficients, offset}; }
    std::vector<double> contrast(const PoolComparison& comparison) const;
    std::vector<std::string> compared() const;  ///< the names of the cells, one a comparison
};

/// What features are grouped by: their gene, or their strain where no gene is told.
struct PoolGroups {
    std::string kind;                ///< "gene" or "strain"
    std::vector<std::string> names;  ///< in order of their first feature
    std::vector<std::uint32_t> of;   ///< [feature]; kernels::stats::no_group where it has none
};
PoolGroups group_features(const PoolCounts& counts);

/// When each sample was taken, by the column that the options name; all not_set where they name none. Throws
/// std::invalid_argument where there is no such column, or no number in it.
std::vector<double> sample_times(const PoolCounts& counts, const PoolScoreOptions& options);

/// The features that the options name as controls, by id, gene or strain, in the order of their ids. Names
/// that the library lacks go to `warnings`; throws std::invalid_argument where it lacks all of them.
std::vector<std::uint32_t> control_features(const PoolCounts& counts, const PoolScoreOptions& options,
                                            std::vector<std::string>& warnings);

/// Features whose amount is known.
struct SpikeIns {
    std::vector<std::uint32_t> feature;
    std::vector<double> amount;
};

/// The spike-ins that the options name by id or strain. Throws std::invalid_argument where the library lacks
/// one.
SpikeIns spike_ins(const PoolCounts& counts, const PoolScoreOptions& options);

/// The amount of each feature in each sample, by the line of ln(count) on ln(amount) of the sample's
/// spike-ins; how good that is goes to `qc`. NaN, and a warning, where fewer than two amounts were seen.
std::vector<double> amounts_by(const PoolCounts& counts, const SpikeIns& known, std::vector<QcMetric>& qc,
                               std::vector<std::string>& warnings);

/// Lays out the samples, all but the offsets. Throws std::invalid_argument where the options do not fit them.
PoolDesign lay_out_pool(const PoolCounts& counts, const PoolScoreOptions& options);

/// Lays out the samples and normalises them. What speaks against the normalisation goes to `warnings`. Throws
/// std::invalid_argument as score_pool does.
PoolDesign design_pool(const PoolCounts& counts, kernels::stats::Counts values,
                       const PoolScoreOptions& options, std::span<const std::uint32_t> controls,
                       std::vector<std::string>& warnings);

}  // namespace wellsieve::pipeline
