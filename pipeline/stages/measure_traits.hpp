#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "pipeline/plate_collection.hpp"
#include "pipeline/plate_data.hpp"
#include "pipeline/screen_options.hpp"

namespace wellsieve::pipeline {

/// One trait of one plate's wells (row-major). A value is NaN where the flag says why.
struct PlateTrait {
    std::vector<double> raw;        ///< of the readout as read
    std::vector<double> corrected;  ///< blank subtracted, divided by the `per` readout
    std::vector<formats::plates::Flag> flags;
};

/// One plate, its readouts known by number.
struct NamedPlate {
    const PlateData* plate = nullptr;
    const std::vector<std::uint32_t>* readouts = nullptr;  ///< [series]
};

/// From a plate's readout matrices to one number per well for each trait: blank, feature, ratio. A trait
/// whose readout the plate lacks is "not measured" in every well of it.
struct MeasureTraits {
    using In = NamedPlate;
    using Out = std::vector<PlateTrait>;  ///< [trait]
    static constexpr std::string_view name = "measure traits";

    std::vector<TraitOptions> traits;
    std::vector<NamedReadout> readouts;

    std::vector<PlateTrait> operator()(const NamedPlate& named) const;
};

}  // namespace wellsieve::pipeline
