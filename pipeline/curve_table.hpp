#pragma once

#include "formats/results/table.hpp"
#include "pipeline/screen_result.hpp"

namespace wellsieve::pipeline {

/// The table `curves`: what each growth curve gives. Rows in the order of analyses, plates and wells.
formats::results::ResultTable curves_table(const Screen& screen);

/// The table `fits`: the growth models that were asked for. Rows in the order of analyses, models, plates and
/// wells; curves that do not grow are fitted by none and have no row.
formats::results::ResultTable fits_table(const Screen& screen);

}  // namespace wellsieve::pipeline
