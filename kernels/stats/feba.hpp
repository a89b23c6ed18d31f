#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/stats/genome_centring.hpp"

namespace wellsieve::kernels::stats {

// Gene fitness of barcoded transposon insertions as FEBA has it (Wetmore 2015, mBio 6:e00306-15; Price 2018):
// how the share of a gene's strains changed from the start to the end, in log2, and a t-like score of it.

/// Barcodes of one sample and its start. One element a barcode.
struct BarcodePair {
    std::span<const double> start;        ///< counts at time zero, or of the pooled time-zero samples
    std::span<const double> end;          ///< counts after selection
    std::span<const std::uint32_t> gene;  ///< 0 … genes − 1; intergenic barcodes are left out beforehand
    std::span<const std::uint8_t>
        half;  ///< 0 or 1: two independent halves of each gene's barcodes; may be empty
};

struct FebaOptions {
    double least_start_of_barcode = 4;  ///< barcodes with fewer reads at the start are not used
    double least_start_of_gene = 40;    ///< nor genes whose used barcodes have fewer together
    double largest_weight = 20;         ///< of one barcode, so that a jackpot does not decide for its gene
    GenomeCentring centring = {};       ///< where places are told
    std::uint32_t least_barcodes = 3;   ///< of a gene whose own fitness sets the pseudocount of its barcodes
};

/// One element a gene; NaN for a gene that is not used.
struct FebaOut {
    std::span<double> fitness;  ///< log2, the median gene at 0, or the usual one of each part of the genome
    std::span<double> t;  ///< fitness over its error; NaN where there are no halves to know the noise by
    std::span<double> naive_variance;      ///< of counting alone
    std::span<double> estimated_variance;  ///< of the barcodes' scatter and the typical difference of halves
    std::span<std::uint32_t> barcodes;     ///< used
};

/// What tells a good sample from a poor one (Wetmore 2015): usual gates are 50 reads a gene, a difference of
/// halves below 0.5 and a correlation of halves above 0.1.
struct FebaQuality {
    double median_end_per_gene;
    double mad_of_halves;          ///< median |F_half 1 − F_half 2|
    double correlation_of_halves;  ///< Spearman's
    std::size_t genes;             ///< used
    std::size_t barcodes;          ///< used
};

/// Fitness of a barcode: log2(end + √ψ) − log2(start + 1/√ψ), with ψ the ratio of all reads, times the gene's
/// own change where it has `least_barcodes`. Of a gene: the mean, weighted by 0.5 + min(largest_weight,
/// 2/(1/(1 + start) + 1/(1 + end))), less what it owes to its place in the genome; the halves of a gene
/// owe the same. t = fitness/√(0.1² + max(V_naive, V_estimated)). Allocates a few columns; n log n, and a
/// window's length a gene where places are told.
FebaQuality feba_fitness(const BarcodePair& barcodes, const GenePlaces& places, const FebaOptions& options,
                         const FebaOut& out);

}  // namespace wellsieve::kernels::stats
