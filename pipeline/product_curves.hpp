#pragma once

#include <vector>

#include "kernels/curve/two_readouts.hpp"
#include "pipeline/growth_curves.hpp"

namespace wellsieve::pipeline {

/// What a product's curves and the biomass's give together. One entry a well.
struct ProductCurves {
    std::vector<kernels::curve::TwoReadouts> found;
    std::vector<std::uint8_t> was_read;     ///< both were
    std::vector<std::uint8_t> has_biomass;  ///< above the limit of detection at least once
    std::vector<std::uint8_t> blank_grows;  ///< of either
};

/// The product is taken at the times of the biomass, on the lines between its readings: each has a clock of
/// its own.
ProductCurves analyse_product(const CurveMatrix& product, const CurveMatrix& biomass,
                              const CurveOptions& options, const TraitOptions& trait);

double product_feature(Feature feature, const kernels::curve::TwoReadouts& found);

}  // namespace wellsieve::pipeline
