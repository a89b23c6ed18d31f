#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/calibration.hpp"
#include "formats/plates/layout.hpp"
#include "pipeline/offline_samples.hpp"
#include "pipeline/plate_collection.hpp"
#include "pipeline/stages/place_wells.hpp"
#include "pipeline/stages/read_plates.hpp"
#include "workflows/config.hpp"

namespace wellsieve::workflows {

/// Everything a screen needs besides its measurements, read and checked.
struct ScreenInputs {
    std::vector<pipeline::PlateJob> jobs;               ///< in natural order of their names
    std::vector<pipeline::PlacementOptions> placement;  ///< [entry of the configuration's plates]
    std::vector<pipeline::PlateJob> offline_jobs;       ///< likewise, of analysers' files
    std::vector<pipeline::OfflineOptions> offline;      ///< [entry of the configuration's offline]
    std::map<std::string, formats::plates::Calibration> calibrations;  ///< by readout
    formats::plates::StrainTable strains;
    std::vector<pipeline::InputFile> tables;  ///< layouts, strain table, masks, plate lists, samples …
};

/// A glob that matches that name alone: what globs give a meaning is escaped.
std::string as_glob(std::string_view name);

/// The files that a glob of the configuration matches, in no particular order. Throws FormatError where a
/// folder on the way cannot be read.
std::vector<std::string> files_matching(const ScreenConfig& config, const std::string& pattern);

/// As the configuration would name it.
std::string name_of(const ScreenConfig& config, const std::string& path);

std::string bytes_of_file(const std::filesystem::path& path);

/// Finds the files and reads layouts, strain table, masks, plate lists, sample tables and calibrations. Each
/// thing that is wrong is one line in `problems`; nothing is thrown for it, but for folders that cannot be
/// read.
ScreenInputs gather_inputs(const ScreenConfig& config, std::vector<std::string>& problems);

/// Names what the layouts, masks and plate lists speak of and no file holds; not again what was set aside.
std::vector<pipeline::ScreenReject> unused_entries(const ScreenInputs& inputs,
                                                   const pipeline::PlateCollection& collection);

/// Whether it is of a whole file or plate, which is missing from the result (--keep-going).
bool sets_input_aside(const pipeline::ScreenReject& reject);

/// What was set aside, and what layouts, masks and plate lists have that files do not, and the other way
/// round: a line for each kind, with the first case and how many more there are.
std::vector<std::string> mismatch_warnings(const std::vector<pipeline::ScreenReject>& rejects);

}  // namespace wellsieve::workflows
