#pragma once

#include "formats/results/table.hpp"
#include "pipeline/screen_result.hpp"

namespace wellsieve::pipeline {

/// The table `curves`: what each growth curve gives. Rows in the order of analyses, plates and wells.
formats::results::ResultTable curves_table(const Screen& screen);

}  // namespace wellsieve::pipeline
