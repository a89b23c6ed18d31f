#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/sample_table.hpp"
#include "pipeline/plate_collection.hpp"
#include "pipeline/screen_options.hpp"
#include "pipeline/stages/read_plates.hpp"

namespace wellsieve::pipeline {

/// [[offline]]: which vessel, and when, the samples of an analyser's files were taken from.
struct OfflineOptions {
    std::vector<formats::plates::TakenSample> table;
    std::string table_path;  ///< empty: there is no table
    std::string pattern;     ///< of the samples' names, such as "{vessel}_{hours}"; empty: none
    std::string plate;       ///< where neither says it
    double start_s =
        not_set;  ///< of the run, in seconds of the calendar: where dates and times are counted from
};

/// What a sample is called says where it is from.
struct SampleName {
    std::string plate;
    std::string vessel;
    double time_h = not_set;
};

/// The name taken apart: {plate}, {vessel}, {hours}, {minutes} and {days} stand for themselves, all else for
/// its letters in either case. "{vessel}_{hours}" makes of "R1_24.5" vessel R1 at 24.5 h. Nothing for another
/// name.
std::optional<SampleName> parse_sample_name(std::string_view name, std::string_view pattern);

/// What is wrong with a pattern; empty where nothing is.
std::string problem_with_pattern(std::string_view pattern);

/// Plates of the vessels that samples are from, for a run that nothing but analysers has measured: a vessel
/// that is called as a well stands there, others in the order of their names. A vessel holds the strain that
/// the table says, or is one itself. Throws FormatError: a vessel with two strains.
std::vector<PlateData> plates_of_samples(std::span<const PlateFileBatch> files,
                                         std::span<const OfflineOptions> entries);

/// Makes of the readings of each analyser's file readouts of the plates whose vessels the samples are from: a
/// vessel by its name in the run's file, or by its well. Without table and pattern a sample is called as its
/// vessel, unless its row names one. A sample that is of no vessel or of no known time is a reject; so is a
/// reading that another one of the same vessel, time and quantity precedes, where a number precedes what is
/// out of range. Amounts per volume are those before the sample was diluted. `collection` is finished. What
/// must be told of is returned.
std::vector<std::string> place_samples(std::vector<PlateFileBatch> files,
                                       std::span<const OfflineOptions> entries, PlateCollection& collection);

}  // namespace wellsieve::pipeline
