#pragma once

#include <string>
#include <vector>

#include "pipeline/pool_data.hpp"
#include "pipeline/pool_design.hpp"
#include "pipeline/pool_scores.hpp"

namespace wellsieve::pipeline {

/// FEBA's fitness and t of each gene (or strain, where no gene is told) in each sample that is compared,
/// against the control samples together, or that of its own replicate where they are paired. Halves of a gene
/// are every second of its barcodes, in the library's order. Where positions are told a gene stands at the
/// median of its barcodes' and on the scaffold of the first. How good a sample is goes to `qc`, genes that
/// no scaffold has enough of to `warnings`. kernels/stats/feba.hpp has the formulas.
std::vector<FebaSample> score_feba(const PoolCounts& counts, const PoolScoreOptions& options,
                                   const PoolDesign& design, const PoolGroups& groups,
                                   std::vector<QcMetric>& qc, std::vector<std::string>& warnings);

}  // namespace wellsieve::pipeline
