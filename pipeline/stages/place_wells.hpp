#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "formats/plates/layout.hpp"
#include "pipeline/plate_data.hpp"
#include "pipeline/stages/read_plates.hpp"

namespace wellsieve::pipeline {

/// What one [[plates]] entry of the configuration says about its files' plates.
struct PlacementOptions {
    std::vector<formats::plates::Layout> layouts;  ///< none: strains are the sample names of the files
    std::vector<formats::plates::PlateListEntry> plate_list;
    std::vector<formats::plates::Mask> masks;
    std::string masks_path;
    std::string batch;
    std::string replicate;
};

/// Puts each measurement into its readout's matrix, and names what is in each well. A plate is called what
/// the plate list says; otherwise what its file calls it, or, where that is only a number, what the file
/// itself is called. Throws FormatError for a plate that no layout knows or that is too small for its layout;
/// with `keep_going` such a plate, or a file whose times run backwards, becomes a reject. What is wrong with
/// a layout or a table of masks is thrown all the same.
struct PlaceWells {
    using In = PlateFileBatch;
    using Out = PlateBatch;
    static constexpr std::string_view name = "place wells";

    std::span<const PlacementOptions> entries;  ///< one for each [[plates]]; must outlive the stage
    bool keep_going = false;

    PlateBatch operator()(const PlateFileBatch& batch) const;
};

}  // namespace wellsieve::pipeline
