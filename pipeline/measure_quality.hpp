#pragma once

#include "pipeline/screen_result.hpp"

namespace wellsieve::pipeline {

/// Quality of each plate and trait, from `corrected` values: before any control-based normalisation, which
/// would make Z' perfect. A metric that the plate cannot support is left out.
void measure_quality(Screen& screen);

}  // namespace wellsieve::pipeline
