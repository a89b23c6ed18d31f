#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace wellsieve::kernels::stats {

// Robust rank aggregation of guides to genes with permuted p-values, as MAGeCK's RRA program gives it (Kolde
// 2012, Li 2014; RRA 0.5.6 to 0.5.9): the same generator and seed, so the same p to the last digit it prints.

inline constexpr std::uint32_t no_gene = 0xFFFFFFFFu;

struct RraGuides {
    std::span<const double> score;           ///< lower is nearer the top
    std::span<const std::uint32_t> gene;     ///< of each guide; no_gene: not in the ranking
    std::span<const std::uint32_t> control;  ///< guides whose percentiles make the null, in the order of
                                             ///< their names; empty: uniform percentiles
    std::span<const std::uint8_t>
        skipped;  ///< of each gene: 1 is scored, but gets p = 1 and no rank; empty: none
};

/// One element a gene; NaN, and 0 for the counts, where a gene has no guide.
struct RraOut {
    std::span<double> score;        ///< ρ: min over k of P(k-th smallest of n uniform percentiles ≤ ours)
    std::span<double> p;            ///< share of permuted ρ at or below
    std::span<double> fdr;          ///< Benjamini-Hochberg
    std::span<std::uint32_t> rank;  ///< from 1, by ρ; 0: not ranked
    std::span<std::uint32_t> guides;
    std::span<std::uint32_t> good;  ///< guides with a percentile of at most α
};

/// Percentiles of the scores (ties share theirs), ρ over those at most `alpha` (the smallest always counts),
/// and p from 100 permutations a gene and at least 100,000, apart for each number of guides a gene. Genes
/// whose guides are all controls are skipped. Genes of more than 100 guides are compared, as in the program,
/// with the permutations of the largest smaller class. Cost: permutations × guides a gene, for each class.
/// Allocates columns of guides and genes.
void mageck_rra(const RraGuides& guides, double alpha, const RraOut& out);

}  // namespace wellsieve::kernels::stats
