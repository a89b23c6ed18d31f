#pragma once

#include <string>

#include "workflows/simulate/screen.hpp"

namespace wellsieve::workflows::simulate {

std::string layout_csv(const Screen& screen);   ///< plate, well, strain, role, replicate
std::string strains_csv(const Screen& screen);  ///< strain, parent, role, promoter, rbs
std::string truth_csv(const Screen& screen);    ///< strain, effects on product, growth, yield and lag, hit
/// plate, well, strain, position_log2, fault, and of the curve its growth rate, lag and yield
std::string truth_wells_csv(const SimulateSpec& spec, const Screen& screen);
/// Ready to run, with so many plates.
std::string screen_toml(const SimulateSpec& spec, std::size_t plates);

}  // namespace wellsieve::workflows::simulate
