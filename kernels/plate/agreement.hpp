#pragma once

#include <span>

namespace wellsieve::kernels::plate {

/// Agreement of replicates and drift over a run. Pairs with a missing side are left out; NaN where too few
/// pairs are left or one side does not vary. All allocate; none is meant for an inner loop.

/// Pearson correlation of paired values.
double pearson(std::span<const double> a, std::span<const double> b) noexcept;

/// Pearson correlation of ranks; ties share their mean rank.
double spearman(std::span<const double> a, std::span<const double> b) noexcept;

/// Standard deviation of one replicate about the mean of its pair: sqrt(mean of (a − b)² / 2). On log2
/// values, the repeatability of cellHTS2.
double repeatability_sd(std::span<const double> a, std::span<const double> b) noexcept;

/// Drift over run order: median of all slopes between two plates (Theil–Sen), per step of the run, of one
/// value a plate in run order (its median, say). O(n log n) in the number of plates, by counting inversions
/// (Cole, Salowe, Steiger and Szemeredi, SIAM J Comput 18:792, 1989).
double theil_sen_slope(std::span<const double> in_run_order) noexcept;

/// Is there a drift at all: Spearman correlation of the values with their place in the run.
double drift_correlation(std::span<const double> in_run_order) noexcept;

}  // namespace wellsieve::kernels::plate
