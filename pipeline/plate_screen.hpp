#pragma once

#include <atomic>

#include "pipeline/screen_result.hpp"

namespace wellsieve::pipeline {

/// From collected plates with named readouts to what is scored: traits, quality, normalisation. The
/// result does not depend on the number of threads. Throws Interrupted when `stop` becomes true, and
/// FormatError for a trait whose readout no file has.
void compute_screen(Screen& screen, const std::atomic<bool>& stop);

/// What of the screen became of its cells: each was used or rejected. Throws InternalError when they do not
/// add up.
void verify_accounting(const Screen& screen);

}  // namespace wellsieve::pipeline
