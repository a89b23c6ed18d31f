#pragma once

#include "formats/plates/reader.hpp"

namespace wellsieve::formats::plates {

// One function a reader family, each in its own file; the registry lists them.
Reader bmg_reader();
Reader tecan_icontrol_reader();
Reader tecan_magellan_reader();
Reader tecan_spark_reader();
Reader tecan_sunrise_reader();

Match sniff_list(const Document& document);
PlateFile read_list(const Document& document);

Match sniff_gen5(const Document& document);
PlateFile read_gen5(const Document& document);

}  // namespace wellsieve::formats::plates
