#include <fmt/format.h>

#include <algorithm>

#include "formats/counted.hpp"
#include "formats/error.hpp"
#include "formats/reads/read_source.hpp"
#include "pipeline/parallel.hpp"
#include "workflows/commands.hpp"
#include "workflows/config.hpp"
#include "workflows/inputs.hpp"
#include "workflows/library_summary.hpp"
#include "workflows/outputs.hpp"
#include "workflows/pool_inputs.hpp"

namespace wellsieve::workflows {

using formats::counted;
namespace {

/// Nothing is computed from them.
void drop_cells(pipeline::ReadoutSeries& series) {
    series.values = std::vector<double>();
    series.flags = std::vector<formats::plates::Flag>();
}

/// Reads and places every file, each for itself, so that one bad file does not hide the next.
std::vector<std::string> problems_of_files(const ScreenInputs& inputs,
                                           pipeline::PlateCollection& collection) {
    std::vector<std::string> problems(inputs.jobs.size());
    std::vector<pipeline::PlateBatch> batches(inputs.jobs.size());
    pipeline::parallel_for_index(inputs.jobs.size(), [&](std::size_t i) {
        try {
            batches[i] = pipeline::PlaceWells{inputs.placement}(pipeline::ReadPlates{}(inputs.jobs[i]));
            for (pipeline::PlateData& plate : batches[i].plates)
                for (pipeline::ReadoutSeries& series : plate.series)
                    drop_cells(series);
        } catch (const formats::FormatError& error) {
            problems[i] = error.what();
        }
    });
    for (pipeline::PlateBatch& batch : batches)
        collection.add(std::move(batch));
    std::erase(problems, std::string());
    return problems;
}

/// Reads the files of analysers, each for itself.
std::vector<pipeline::PlateFileBatch> read_offline(const ScreenInputs& inputs,
                                                   std::vector<std::string>& problems) {
    std::vector<pipeline::PlateFileBatch> batches;
    for (const pipeline::PlateJob& job : inputs.offline_jobs) {
        try {
            batches.push_back(pipeline::ReadPlates{}(job));
        } catch (const formats::FormatError& error) {
            problems.emplace_back(error.what());
        }
    }
    return batches;
}

void print_counts(const ScreenInputs& inputs, const pipeline::Screen& screen) {
    std::size_t measurements = 0;
    for (const pipeline::InputFile& input : screen.plates.inputs)
        measurements += input.cells_used;
    fmt::print("{}, {}, {}, {}\n", counted(inputs.jobs.size() + inputs.offline_jobs.size(), "file"),
               counted(screen.plates.plates.size(), "plate"), counted(screen.readouts.size(), "readout"),
               counted(measurements, "measurement"));
    for (const pipeline::ScreenReject& reject : screen.plates.rejects)
        fmt::print("not used: {}: {}: {}\n", reject.input, reject.place, reject.reason);
    for (const std::string& warning : screen.warnings)
        fmt::print("warning: {}\n", warning);
}

/// Whether each file of reads is one, by its first bytes.
void look_into_files(const PoolInputs& pool, std::vector<std::string>& problems) {
    for (const pipeline::PoolFile& file : pool.counts.files)
        for (const std::string& path : file.paths) {
            formats::reads::ReadSourceOptions options;
            options.reference = pool.reference;
            try {
                if (path != "-")
                    formats::reads::open_reads(path, options);
            } catch (const formats::FormatError& error) {
                problems.emplace_back(error.what());
            }
        }
}

/// What the pools read before their first read, and where their barcodes are.
std::vector<PoolInputs> check_pools(const ScreenConfig& config, std::vector<std::string>& problems) {
    std::vector<PoolInputs> pools;
    for (PoolsInput input : config.pools) {
        const std::size_t problems_before = problems.size();
        pools.push_back(gather_pool(config, input, problems));
        look_into_files(pools.back(), problems);
        try {
            if (problems.size() == problems_before)
                detect_places(pools.back(), input, false);
        } catch (const formats::FormatError& error) {
            problems.emplace_back(error.what());
        }
    }
    return pools;
}

void print_counts(const PoolInputs& pool) {
    fmt::print("{} of reads, {}, {}\n", counted(pool.counts.files.size(), "file"),
               counted(pool.counts.features.size(), "barcode"),
               counted(pool.counts.samples.size(), "sample"));
    for (const std::string& choice : pool.counts.choices)
        fmt::print("  {}\n", choice);
    if (pool.de_novo)
        fmt::print("  no library: the barcodes will be taken from the reads\n");
    if (pool.from_reads())
        fmt::print("{}", library_summary(pool.counts.features));
    for (const std::string& note : pool.counts.notes)
        fmt::print("note: {}\n", note);
}

}  // namespace

Exit check_screen(const std::filesystem::path& config_file) {
    const ScreenConfig config = read_config(config_file);
    std::vector<std::string> problems;
    const ScreenInputs inputs = gather_inputs(config, problems);
    pipeline::Screen screen;
    screen.options = config.options;
    screen.strains = inputs.strains;
    const std::vector<std::string> of_files = problems_of_files(inputs, screen.plates);
    problems.insert(problems.end(), of_files.begin(), of_files.end());
    std::vector<pipeline::PlateFileBatch> offline = read_offline(inputs, problems);
    if (problems.empty()) {
        try {
            finish_inputs(config, inputs, std::move(offline), screen);
        } catch (const formats::FormatError& error) {
            problems.emplace_back(error.what());
        }
    }
    std::vector<PoolInputs> pools = check_pools(config, problems);
    if (!problems.empty())
        throw ConfigError(std::move(problems));
    if (config.has_wells())
        print_counts(inputs, screen);
    for (const PoolInputs& pool : pools)
        print_counts(pool);
    return Exit::done;
}

}  // namespace wellsieve::workflows
