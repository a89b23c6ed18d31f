#include "pipeline/role_selection.hpp"

namespace wellsieve::pipeline {

std::vector<std::uint8_t> wells_with_role(const Screen& screen, formats::plates::Role role) {
    std::vector<std::uint8_t> selected;
    selected.reserve(screen.wells());
    for (const PlateData& plate : screen.plates.plates)
        for (const WellAnnotation& well : plate.wells)
            selected.push_back(well.role == role ? 1 : 0);
    return selected;
}

std::vector<PlateRun> plate_runs(const Screen& screen) {
    std::vector<PlateRun> runs;
    for (std::size_t p = 0; p < screen.plates.plates.size(); ++p) {
        const formats::plates::PlateShape shape = screen.plates.plates[p].shape;
        if (runs.empty() || runs.back().shape.rows != shape.rows ||
            runs.back().shape.columns != shape.columns)
            runs.push_back({{0, shape.rows, shape.columns}, p, screen.well_begin[p]});
        ++runs.back().shape.plates;
    }
    return runs;
}

}  // namespace wellsieve::pipeline
