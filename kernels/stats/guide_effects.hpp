#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/stats/negative_binomial_fit.hpp"

namespace wellsieve::kernels::stats {

// The effect of a gene on all its guides at once, of which some do not work (MAGeCK MLE: Li 2015, Genome Biol
// 16:281): k_ij ~ NB(μ_ij, φ_i), ln μ_ij = offset_j + N_j b_i + e_i D_j β_g, with columns N of the design
// that are each guide's own (its abundance, pairs), columns D that a gene's guides share, and e_i either 1 or
// 0.

struct GuideEffectsIn {
    Counts counts;
    LogLinearDesign design;
    std::span<const std::size_t> own;      ///< columns of the design that are a guide's own; never empty
    std::span<const double> contrast;      ///< one element a column; 0 for the guides' own
    std::span<const double> dispersion;    ///< [feature], φ ≥ 0
    std::span<const std::uint32_t> group;  ///< [feature]; no_group takes no part
};

struct GuideEffects {
    std::vector<double> effect;          ///< [group], contrast of β, ln; NaN where no guide is
    std::vector<double> standard_error;  ///< [group], from the counts alone
    std::vector<double> efficiency;      ///< [feature], P(e_i = 1); NaN without a group
    std::vector<double> p;               ///< [group], two-sided, of effect/error among shuffled guides
};

/// Share of guides that work, before anything is known of them.
inline constexpr double usual_efficiency = 0.9;

/// Maximises Π_i [π L_i(β_g) + (1 − π) L_i(0)] over β for each group by expectation and maximisation, L_i at
/// each guide's own best b_i, from β of all guides working; to 1e-8 of β. p comes from `rounds` fits of
/// guides shuffled over groups (Philox, seed 0), so that scatter between guides of a gene counts, which the
/// standard error leaves out. Groups that are found so at a false discovery rate of 5 %, at most half of all,
/// are left out and the others shuffled once more, since guides of true effects are no null (Xie, Pan &
/// Khodursky 2005, Bioinformatics 21:4280). Linear in counts; allocates a few columns.
GuideEffects fit_guide_effects(const GuideEffectsIn& in, std::size_t groups, unsigned rounds = 2,
                               double efficiency = usual_efficiency);

}  // namespace wellsieve::kernels::stats
