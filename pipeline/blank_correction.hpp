#pragma once

#include <vector>

#include "pipeline/plate_data.hpp"
#include "pipeline/screen_options.hpp"

namespace wellsieve::pipeline {

/// Of one value or more.
double median_of(const std::vector<double>& values);

/// What a trait subtracts from a readout of a plate, [time][well]. NaN where the trait asks for a blank and
/// there is none. Blanks that are masked or flagged do not count.
std::vector<double> blanks_of(const PlateData& plate, const ReadoutSeries& series, const TraitOptions& trait);

}  // namespace wellsieve::pipeline
