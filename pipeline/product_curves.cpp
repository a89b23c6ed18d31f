#include "pipeline/product_curves.hpp"

#include "kernels/curve/interpolate.hpp"

namespace wellsieve::pipeline {

namespace curve = kernels::curve;

ProductCurves analyse_product(const CurveMatrix& product, const CurveMatrix& biomass,
                              const CurveOptions& options, const TraitOptions& trait) {
    std::vector<double> matched(biomass.values.size());
    curve::interpolate({product.values, product.times_h, product.wells}, biomass.times_h, matched);
    const std::vector<double> limits = detection_limits(biomass, options);
    curve::TwoReadoutOptions two;
    two.from_h = trait.from_h;
    two.to_h = trait.to_h;
    two.at_biomass = trait.at_biomass;
    two.slope_window_h = trait.slope_window_h;
    ProductCurves curves{std::vector<curve::TwoReadouts>(biomass.wells), biomass.was_read,
                         std::vector<std::uint8_t>(biomass.wells), biomass.blank_grows};
    curve::two_readouts({matched, biomass.times_h, biomass.wells},
                        {biomass.values, biomass.times_h, biomass.wells}, limits, two, curves.found);
    for (std::size_t cell = 0; cell < biomass.values.size(); ++cell) {
        const std::size_t well = cell % biomass.wells;
        if (biomass.values[cell] > (limits.empty() ? 0 : limits[well]))
            curves.has_biomass[well] = 1;
    }
    for (std::size_t well = 0; well < biomass.wells; ++well) {
        if (product.was_read[well] == 0)
            curves.was_read[well] = 0;
        if (product.blank_grows[well] != 0)
            curves.blank_grows[well] = 1;
    }
    return curves;
}

double product_feature(Feature feature, const curve::TwoReadouts& found) {
    switch (feature) {
        case Feature::mean_ratio:
            return found.mean_ratio;
        case Feature::ratio_at_biomass:
            return found.ratio_at_biomass;
        case Feature::promoter_activity:
            return found.mean_activity;
        case Feature::max_promoter_activity:
            return found.maximum_activity;
        default:
            return not_set;
    }
}

}  // namespace wellsieve::pipeline
