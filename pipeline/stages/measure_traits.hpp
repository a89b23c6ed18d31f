#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "pipeline/growth_curves.hpp"
#include "pipeline/plate_collection.hpp"
#include "pipeline/plate_data.hpp"
#include "pipeline/screen_options.hpp"

namespace wellsieve::pipeline {

/// One trait of one plate's wells (row-major). A value is NaN where the flag says why.
struct PlateTrait {
    std::vector<double> raw;             ///< of the readout as read; NaN for features of growth curves
    std::vector<double> corrected;       ///< blank subtracted, divided by the `per` readout
    std::vector<double> standard_error;  ///< of `corrected`, from the curve alone; NaN where unknown
    std::vector<formats::plates::Flag> flags;
    std::vector<std::string_view> reasons;              ///< for `unsupported` wells; may be empty
    std::vector<std::string> with_growing_blanks = {};  ///< readouts less blanks that grow
};

/// What the traits of one plate are, and the growth curves that they were taken from.
struct PlateTraits {
    std::vector<PlateTrait> traits;    ///< [trait]
    std::vector<GrowthCurves> curves;  ///< [analysis]; without wells where the plate has no such curve
};

/// One plate, its readouts known by number.
struct NamedPlate {
    const PlateData* plate = nullptr;
    const std::vector<std::uint32_t>* readouts = nullptr;  ///< [series]
};

/// Growth curves that several traits are taken from.
struct CurveAnalysis {
    std::vector<std::size_t> traits;  ///< indices of the traits; the first one's options are those of all
};

std::vector<CurveAnalysis> curve_analyses(const std::vector<TraitOptions>& traits);

/// From a plate's readout matrices to one number per well for each trait: blank, correction, feature, ratio.
/// A trait whose readout the plate lacks is "not measured" in every well of it.
struct MeasureTraits {
    using In = NamedPlate;
    using Out = PlateTraits;
    static constexpr std::string_view name = "measure traits";

    std::vector<TraitOptions> traits;
    std::vector<NamedReadout> readouts;
    CurveOptions curves;
    GasOptions gas = {};
    FedBatchOptions fed_batch = {};
    std::vector<ReadoutSelector> selectors = {};  ///< how their readings are corrected

    const ReadoutCorrection& correction_of(const std::string& readout) const;
    PlateTraits operator()(const NamedPlate& named) const;
};

}  // namespace wellsieve::pipeline
