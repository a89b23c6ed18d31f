#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/stats/rank_draws.hpp"

namespace wellsieve::kernels::stats {

/// One element a well: its value (NaN is missing), its strain and its batch (plate, run, cycle …), numbered
/// from 0.
struct StrainWells {
    std::span<const double> value;
    std::span<const std::uint32_t> strain;
    std::span<const std::uint32_t> batch;
};

struct StrainModelOptions {
    /// Strains whose mean in each batch was subtracted from all values there, the parent for example. Their
    /// scatter between batches is 0 by construction and says nothing about other strains'.
    std::span<const std::uint32_t> references = {};

    /// With fewer degrees of freedom the interaction counts as not estimable: two strains that were measured
    /// twice are no basis for the errors of all.
    double fewest_interaction_df = 5;
};

/// One element a strain. A strain without values has counts of 0 and NaN elsewhere. σ_i² is between wells of
/// one batch; of a strain with one well in each, σ_sb² is in it and `variance` is between batches, unless all
/// such strains have fewer than fewest_interaction_df degrees of freedom.
struct StrainMeansOut {
    std::span<double> wells;
    std::span<double> batches;
    std::span<double> mean;                ///< batch means weighted by 1/(σ_sb² + σ_i²/n_ij)
    std::span<double> standard_error;      ///< 1/√Σ weights; NaN where nothing tells the size of the error
    std::span<double> variance;            ///< σ_i² as observed; NaN without replicates
    std::span<double> df;                  ///< of that
    std::span<double> moderated_variance;  ///< by a prior that outlying variances do not draw
    std::span<double> between_batches;     ///< part of standard_error² that scatter between batches told
    std::span<double> error_df;  ///< of standard_error²; Satterthwaite's where it has a part from batches
};

/// The scatter of y_ijk = strain_i + (strain × batch)_ij + e_ijk, pooled over strains but outlying ones: the
/// bad wells of a few strains are no errors of the others.
struct StrainVariance {
    double residual;  ///< σ_e², mean over wells of one strain in one batch; NaN when df is 0
    double residual_df;
    double interaction;     ///< σ_sb², by moments, not below 0; NaN when its df is 0
    double interaction_df;  ///< Σ (batches of a strain − 1)

    /// False when (nearly) every strain stands in one batch only. Then its replicates are pseudo-replicates:
    /// the interaction is left out of weights and standard errors, which say how well a strain's wells agree,
    /// not how well another batch would. A report must warn.
    bool interaction_estimable;

    /// True when no batch holds a strain twice. Then residual and interaction cannot be told apart:
    /// `residual`, with the degrees of freedom of the interaction, holds their sum, and `interaction` is NaN.
    bool residual_includes_interaction;
};

/// Means and standard errors of all strains from their wells. Batches are strains' batches only: remove what
/// a batch does to all strains (plate normalisation) before. The order of the wells does not change a bit of
/// the result. Allocates an index of the wells.
StrainVariance strain_means(const StrainWells& wells, const StrainModelOptions& options,
                            const StrainMeansOut& out);

/// How much each batch weighs in each strain's mean, sorted by strain and batch; the weights of a strain add
/// up to 1. An error that all strains of a batch share (that of the parent's mean there, once subtracted)
/// enters the mean with this weight: add Σ weight² · its variance to standard_error², and give the weights,
/// times what shrinkage leaves of them (1 − B_i), to rank_by_draws. `variance` and `moderated_variance` as
/// strain_means gave them.
std::vector<SharedLoading> batch_weights(const StrainWells& wells, const StrainVariance& variance,
                                         std::span<const double> moderated_variance);

/// H² of strain means from `batches` batches with `wells` wells each: σ_s²/(σ_s² + σ_sb²/b + σ_e²/(b n)).
double heritability(double strain_variance, double interaction, double residual, double batches,
                    double wells) noexcept;

/// Share of σ_s² in the variance of a single well: σ_s²/(σ_s² + σ_e²).
double repeatability(double strain_variance, double residual) noexcept;

}  // namespace wellsieve::kernels::stats
