#pragma once

#include <span>
#include <string>

#include "formats/plates/measurement.hpp"

namespace wellsieve::pipeline {

/// Throws FormatError where a later reading of a well has an earlier time: the clock was set back, or two
/// runs were put together, and no curve can be made of it. `reads`: number_reads of the file. Not for readers
/// whose rows may stand in any order.
void check_times_ascend(const formats::plates::PlateFile& file, std::span<const std::uint16_t> reads,
                        const std::string& name);

}  // namespace wellsieve::pipeline
