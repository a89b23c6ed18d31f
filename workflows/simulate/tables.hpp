#pragma once

#include <string>

#include "workflows/simulate/screen.hpp"

namespace wellsieve::workflows::simulate {

std::string layout_csv(const Screen& screen);       ///< plate, well, strain, role, replicate
std::string strains_csv(const Screen& screen);      ///< strain, parent, role, promoter, rbs
std::string truth_csv(const Screen& screen);        ///< strain, effect_log2, growth_log2, hit
std::string truth_wells_csv(const Screen& screen);  ///< plate, well, strain, position_log2, fault
std::string screen_toml(const SimulateSpec& spec);  ///< ready to run

}  // namespace wellsieve::workflows::simulate
