#pragma once

#include "pipeline/screen_result.hpp"

namespace wellsieve::pipeline {

/// Fills `normalised` of each trait from `corrected`: chooses scale and normalisation where the options leave
/// them open, by what the layout supports, and says why in `choice`. A well whose value has no logarithm on
/// the log2 scale is flagged as underflow and listed as a reject. Throws FormatError where the plates lack
/// what a named normalisation needs (controls, a parent).
///
/// On the log2 scale plates are shifted, on the linear scale they are divided; `control` puts negatives at 0
/// and positives at 1. kernels/plate has the formulas.
void normalise_traits(Screen& screen);

}  // namespace wellsieve::pipeline
