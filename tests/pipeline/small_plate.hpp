#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/plate_data.hpp"

namespace wellsieve::tests {

/// A plate of six wells (2 x 3) whose wells are all samples, without readings.
inline pipeline::PlateData six_wells(const std::string& name) {
    pipeline::PlateData plate;
    plate.name = plate.layout_plate = name;
    plate.shape = {2, 3};
    plate.wells.resize(plate.shape.wells());
    for (pipeline::WellAnnotation& well : plate.wells)
        well.role = formats::plates::Role::sample;
    return plate;
}

/// A readout with values[time][well], NaN becoming overflow.
inline pipeline::ReadoutSeries series_of(std::vector<double> times_s, std::vector<double> values) {
    pipeline::ReadoutSeries series;
    series.source = "made up";
    series.times_s = std::move(times_s);
    series.temperature_c.assign(series.times_s.size(), 30);
    for (double value : values)
        series.flags.push_back(value == value ? formats::plates::Flag::none
                                              : formats::plates::Flag::overflow);
    series.values = std::move(values);
    return series;
}

}  // namespace wellsieve::tests
