#pragma once

#include <cstddef>
#include <span>

namespace wellsieve::kernels::stats {

/// Benjamini & Hochberg 1995: q_(i) = min over j ≥ i of min(1, m p_(j)/j), in the order of the input. NaN is
/// not a test: it stays NaN and does not count in m. Allocates an index.
void benjamini_hochberg(std::span<const double> p, std::span<double> q);

/// Bayesian false discovery rate (Newton 2004) of a list in rank order: the length of the longest prefix
/// whose mean(1 − P) ≤ alpha, P the posterior probabilities that the entries are what the list claims. NaN
/// counts as P = 0.
std::size_t longest_prefix_within_fdr(std::span<const double> probability, double alpha) noexcept;

}  // namespace wellsieve::kernels::stats
