#pragma once

#include <cstddef>

#include "pipeline/screen_result.hpp"

namespace wellsieve::pipeline {

/// From so many parents on a plate on it is their median that the others are compared with: one of them that
/// did not grow would move a mean, and with it every strain of the plate.
inline constexpr std::size_t parents_for_median = 5;

/// Fills `normalised` of each trait from `corrected`: chooses scale and normalisation where the options leave
/// them open, by what the layout supports, and says why in `choice`. A well whose value has no logarithm on
/// the log2 scale is flagged as underflow and listed as a reject. Throws FormatError where the plates lack
/// what a named normalisation needs (controls, a parent).
///
/// On the log2 scale plates are shifted, on the linear scale they are divided; `control` puts negatives at 0
/// and positives at 1. kernels/plate has the formulas.
void normalise_traits(Screen& screen);

}  // namespace wellsieve::pipeline
