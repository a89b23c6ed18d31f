#pragma once

#include <vector>

#include "pipeline/plate_data.hpp"
#include "pipeline/screen_options.hpp"

namespace wellsieve::pipeline {

/// A readout of a plate as a trait takes it, [time][well]: less its blank, then what the reader would have
/// shown if it answered in proportion, then for a path of 1 cm. NaN where the reading is flagged or has no
/// blank; infinity where it is beyond the calibration. FormatError where a well that is not set aside reads
/// more than where the polynomial of the response turns down.
std::vector<double> corrected_values(const PlateData& plate, const ReadoutSeries& series,
                                     const TraitOptions& trait, const ReadoutCorrection& correction);

}  // namespace wellsieve::pipeline
