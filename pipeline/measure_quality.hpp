#pragma once

#include "pipeline/screen_result.hpp"

namespace wellsieve::pipeline {

/// Quality of each plate and trait, from `corrected` values: before any control-based normalisation, which
/// would make Z' perfect. A metric that the plate cannot support is left out.
void measure_quality(Screen& screen);

/// How well two wells of a strain agree, over all strains, from `normalised` values; and the drift of the
/// plates' sample medians over their order, from `corrected` ones. Adds to what measure_quality found.
void measure_agreement(Screen& screen);

}  // namespace wellsieve::pipeline
