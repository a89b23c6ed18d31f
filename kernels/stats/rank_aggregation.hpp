#pragma once

#include <cstddef>
#include <span>

namespace wellsieve::kernels::stats {

inline constexpr std::size_t most_rank_lists = 64;

/// What the ranks of one strain in several lists say together. All p-values ask whether the strain stands
/// nearer the top than chance puts it.
struct RankAggregate {
    double rank_product;    ///< geometric mean of the ranks (Breitling 2004)
    double rank_product_p;  ///< gamma approximation, −Σ ln(r/(N + 1)) ~ Γ(n, 1) (Koziol 2010)
    double robust_rho;      ///< min_k of P(k-th smallest of n uniform ranks ≤ ours) (Kolde 2012)
    double robust_p_bound;  ///< min(1, n ρ)
    double robust_p;        ///< exact
    double stuart_p;        ///< P(each k-th smallest of n uniform ranks ≤ ours) (Stuart 2003)
};

/// `ranks`: one a list, 1 … `ranked`, NaN where the strain is not in the list; at most most_rank_lists of
/// them. All NaN for a strain in no list. The exact p-values are sums of positive terms, so small ones are
/// exact too.
RankAggregate aggregate_ranks(std::span<const double> ranks, double ranked) noexcept;

}  // namespace wellsieve::kernels::stats
