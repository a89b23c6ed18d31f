#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/plate_data.hpp"
#include "pipeline/screen_options.hpp"

namespace wellsieve::pipeline {

/// What a trait subtracts from a readout of a plate, [time][well]. NaN where the trait asks for a blank and
/// there is none. Blanks that are masked or flagged do not count.
std::vector<double> blanks_of(const PlateData& plate, const ReadoutSeries& series, const TraitOptions& trait);

/// 1 for each well whose blank wells grow, so that nothing true is left of its curve without them: running
/// medians of three of their median rise to 1.5 times the first and more, by 6 times their noise and by a
/// tenth of what the plate's readings span. Less is drift, and what drifts in the blanks drifts in the
/// others.
std::vector<std::uint8_t> wells_whose_blank_grows(const PlateData& plate, const ReadoutSeries& series,
                                                  const TraitOptions& trait);

}  // namespace wellsieve::pipeline
