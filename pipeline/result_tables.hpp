#pragma once

#include <functional>

#include "formats/results/table.hpp"
#include "pipeline/screen_result.hpp"

namespace wellsieve::pipeline {

/// Calls `use` with each table of a result file but `measurements` and those of pools, in the order in which
/// they are written: one is in memory at a time.
void for_each_result_table(const Screen& screen,
                           const std::function<void(const formats::results::ResultTable&)>& use);

/// The same of one pool: `samples`, `features`, and where it was scored their scores.
void for_each_pool_table(const Screen& screen, std::size_t pool,
                         const std::function<void(const formats::results::ResultTable&)>& use);

/// Calls `use` with the rows of `measurements`, sorted by plate, readout, time, well: one plate at a time.
void for_each_measurement_table(const Screen& screen,
                                const std::function<void(const formats::results::ResultTable&)>& use);

/// How many rows of `measurements` a plate has.
std::size_t count_measurements(const PlateData& plate);

/// The ranking as a person reads it in a spreadsheet: its columns and those of the strain's score and design.
formats::results::ResultTable ranking_sheet(const Screen& screen);

}  // namespace wellsieve::pipeline
