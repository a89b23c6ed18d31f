#pragma once

#include <optional>

#include "pipeline/plate_data.hpp"

namespace wellsieve::pipeline {

/// Where a reader writes the time of each well, a row of the matrix holds one well. This puts the readings
/// into rounds: one row a pass over the plate, at the mean time of its readings. Nothing where rows are
/// rounds already, which is where a row holds most of the wells that were ever read, and for sensors that
/// report when they please. What a reading's own time is off its round's is less than the round takes.
std::optional<ReadoutSeries> in_rounds(const ReadoutSeries& series, std::size_t wells);

}  // namespace wellsieve::pipeline
