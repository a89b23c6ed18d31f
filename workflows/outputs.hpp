#pragma once

#include <filesystem>
#include <vector>

#include "pipeline/report.hpp"
#include "pipeline/screen_result.hpp"
#include "workflows/commands.hpp"
#include "workflows/config.hpp"
#include "workflows/inputs.hpp"
#include "workflows/phase_clock.hpp"

namespace wellsieve::workflows {

struct Outputs {
    std::filesystem::path result;
    std::filesystem::path ranking;              ///< empty without plates
    std::vector<std::filesystem::path> counts;  ///< of each pool
    std::filesystem::path run;
};

/// Adds the tables to the inputs, joins the strain table, the samples of analysers with their vessels, names
/// the readouts and what was configured in vain. Throws FormatError for what does not fit together.
void finish_inputs(const ScreenConfig& config, const ScreenInputs& inputs,
                   std::vector<pipeline::PlateFileBatch> offline, pipeline::Screen& screen);

/// Where the outputs go.
std::filesystem::path result_folder(const RunScreenOptions& options, const ScreenConfig& config);

/// Writes result.h5, ranking.csv, counts.csv (as MAGeCK has it; counts_NAME.csv of several pools) and
/// run.json, as there are: all under temporary names first, so that none is replaced where one of them cannot
/// be written. An existing result.h5 is replaced only with `force`, or when it has the same bytes; otherwise
/// FormatError.
Outputs write_outputs(const RunScreenOptions& options, const ScreenConfig& config,
                      const pipeline::Screen& screen, const pipeline::RunReport& report, PhaseClock& clock);

/// The ten best strains with their intervals, what became of reads, the warnings, and where the result lies,
/// on stdout.
void print_summary(const pipeline::Screen& screen, const Outputs& outputs);

}  // namespace wellsieve::workflows
