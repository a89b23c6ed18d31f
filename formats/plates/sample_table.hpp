#pragma once

#include <string>
#include <vector>

#include "formats/plates/document.hpp"
#include "formats/plates/measurement.hpp"

namespace wellsieve::formats::plates {

/// Where and when a sample that an offline analyser measured was taken.
struct TakenSample {
    std::string sample;  ///< as the analyser's file calls it
    std::string plate;   ///< empty where the table has no such column
    std::string vessel;
    double time_h = missing;   ///< on the clock of the run
    double taken_s = missing;  ///< or on the calendar, in seconds of it
    std::string place;         ///< "line 12"
    double dilution = 1;       ///< how many times it was diluted before it was measured
    std::string strain = {};   ///< that the vessel holds; empty where the table has no such column
};

/// Columns `sample` (or `sample_id`) and `vessel` (or `well`, `reactor`), and where there are any `plate` (or
/// `run`), `time_h` (or `hours`), `date_time` (or `taken`), `dilution` and `strain`. Throws FormatError: a
/// column or a cell of the first two is missing, a sample twice, a time that is none, a dilution below 1. A
/// day and month that could be either are read month first.
std::vector<TakenSample> read_sample_table(const Document& document);

}  // namespace wellsieve::formats::plates
