#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/plate/summary.hpp"

namespace wellsieve::kernels::plate {

/// Quality of an assay from the summaries of its control wells on one plate (or of one experiment). P are the
/// positive, N the negative controls. Every function gives NaN where the summaries do not allow a number,
/// never an infinity.

/// Fewer controls a side than this tell nothing about their spread: Z' and its kin are refused.
inline constexpr std::size_t least_controls = 3;

/// Z' = 1 − 3 (sd_P + sd_N) / |mean_P − mean_N| (Zhang 1999, J Biomol Screen 4:67).
double z_prime(const Summary& positive, const Summary& negative) noexcept;
/// The same with medians and MADs: one dead control does not flip it.
double z_prime_robust(const Summary& positive, const Summary& negative) noexcept;
/// mean_P / mean_N.
double signal_to_background(const Summary& positive, const Summary& negative) noexcept;
/// (mean_P − mean_N) / sd_N.
double signal_to_noise(const Summary& positive, const Summary& negative) noexcept;
/// (|mean_P − mean_N| − 3 (sd_P + sd_N)) / sd_P (Sittampalam 1997, J Biomol Screen 2:159). Refused as Z' is.
double signal_window(const Summary& positive, const Summary& negative) noexcept;
/// 1 − Z'.
double assay_variability_ratio(const Summary& positive, const Summary& negative) noexcept;
/// sd / |mean|.
double coefficient_of_variation(const Summary& wells) noexcept;
/// mean_N / mean_P. Below 1 the controls stand the wrong way round; cellHTS2 hides that by inverting such a
/// ratio.
double dynamic_range(const Summary& positive, const Summary& negative) noexcept;

/// Strictly standardised mean difference between two groups (Zhang 2007, Genomics 89:552; Zhang 2011, J
/// Biomol Screen 16:775). Unequal variances, method of moments: Δmean / sqrt(sd1² + sd2²).
double ssmd(const Summary& first, const Summary& second) noexcept;
/// Δmedian / sqrt(mad1² + mad2²).
double ssmd_robust(const Summary& first, const Summary& second) noexcept;
/// Equal variances, uniformly minimum-variance unbiased; needs four wells in all.
double ssmd_unbiased(const Summary& first, const Summary& second) noexcept;
/// One well against a control group: (x − mean_N) / (√2 sd_N).
double ssmd_well(double x, const Summary& negative) noexcept;
/// (x − median_N) / (√2 mad_N).
double ssmd_well_robust(double x, const Summary& negative) noexcept;
/// (x − mean_N) / (sd_N sqrt(2 (n_N − 1) / K)), K = 2 [Γ((n_N − 1)/2) / Γ((n_N − 2)/2)]²; needs three
/// controls.
double ssmd_well_unbiased(double x, const Summary& negative) noexcept;
/// Replicates paired by plate, from the summary of their differences to the control: mean / sd.
double ssmd_paired(const Summary& differences) noexcept;
/// Unbiased form of the same; undefined below three replicates, and NaN there.
double ssmd_paired_unbiased(const Summary& differences) noexcept;

/// Marks the outermost rows and columns of one plate with 1, the interior with 0; edge[rows × columns].
void mark_edge(std::size_t rows, std::size_t columns, std::span<std::uint8_t> edge) noexcept;
/// (median of the edge − median of the interior) / mad of the interior, over wells taken as neutral.
double edge_effect(const Summary& edge, const Summary& interior) noexcept;
/// Row effect or column effect of a plate: (largest − smallest polish effect) / mad of the polish residuals.
double line_effect(std::span<const double> effects, const Summary& residuals) noexcept;

}  // namespace wellsieve::kernels::plate
