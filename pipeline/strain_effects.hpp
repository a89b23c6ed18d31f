#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/screen_result.hpp"

namespace wellsieve::pipeline {

/// What wells or barcodes say about the strains of one trait, before strains are compared. One element a
/// strain, in natural order of the names.
struct StrainEffects {
    /// An error that strains share, that of a reference's mean, and how it enters a strain's effect.
    struct Loading {
        std::uint32_t source;
        double weight;
    };

    std::string trait;
    std::string normalisation;
    Goal goal = Goal::maximize;
    std::vector<std::string> strains;
    std::vector<formats::plates::Role> roles;
    std::vector<double> n_wells, n_plates, n_features;
    std::vector<double> mean;            ///< NaN where nothing was measured
    std::vector<double> standard_error;  ///< of that, without the reference's
    std::vector<double> df;
    std::string without_parent = "the mean of all strains";  ///< the reference where no parent was measured
    double centre = 0;                                       ///< of the reference, on the scale of `mean`
    std::vector<double> shared_variance;                     ///< [source]
    std::vector<std::vector<Loading>> shared;                ///< [strain]

    double direction() const { return goal == Goal::minimize ? -1 : 1; }
};

/// From the normalised wells of a trait. What a reader must know of its errors goes to `warnings`.
StrainEffects well_effects(const Screen& screen, const TraitColumn& trait,
                           std::vector<std::string>& warnings);

/// From the barcodes of a pool that was scored. A barcode stands for the strain of the strain table whose
/// column `barcode` has its bases or id, else for the library's strain, else for its gene; where none of them
/// says anything of any barcode, for a strain of its own id. Controls are negative. Throws
/// std::invalid_argument where the pool or its condition is not there.
StrainEffects pool_effects(const Screen& screen, const PoolTraitOptions& trait,
                           std::vector<std::string>& warnings);

}  // namespace wellsieve::pipeline
