#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <filesystem>

#include "formats/error.hpp"
#include "pipeline/flow.hpp"
#include "pipeline/interrupt.hpp"
#include "pipeline/parallel.hpp"
#include "pipeline/plate_screen.hpp"
#include "pipeline/stages/read_plates.hpp"
#include "workflows/commands.hpp"
#include "workflows/config.hpp"
#include "workflows/inputs.hpp"
#include "workflows/outputs.hpp"
#include "workflows/progress.hpp"

namespace wellsieve::workflows {
namespace {

namespace fs = std::filesystem;
using pipeline::PlateBatch;
using pipeline::PlateJob;
using pipeline::Screen;

/// Parsing an export and holding its matrices takes this much memory for each of its bytes.
constexpr std::size_t memory_per_file_byte = 24;

/// The plate lane: files → read → place → collect.
pipeline::Flow::Outlet<PlateBatch> plate_lane(pipeline::Flow& flow, const ScreenInputs& inputs,
                                              bool keep_going) {
    auto next = [jobs = inputs.jobs, at = std::size_t{0}]() mutable -> std::optional<PlateJob> {
        return at < jobs.size() ? std::optional(jobs[at++]) : std::nullopt;
    };
    auto files = flow.source<PlateJob>("plate exports", std::move(next),
                                       [](const PlateJob& job) { return job.bytes * memory_per_file_byte; });
    auto read = flow.stage(files, pipeline::ReadPlates{keep_going});
    return flow.stage(read, inputs.placement);
}

pipeline::RunReport collect_plates(const RunScreenOptions& options, const ScreenInputs& inputs,
                                   pipeline::PlateCollection& collection,
                                   const pipeline::InterruptGuard& interrupt) {
    pipeline::Flow flow("plate screen");
    flow.sink(
        plate_lane(flow, inputs, options.keep_going), "collect plates",
        [&](PlateBatch batch) { collection.add(std::move(batch)); }, pipeline::InOrder::yes);
    std::uint64_t input_bytes = 0;
    for (const PlateJob& job : inputs.jobs)
        input_bytes += job.bytes;
    Progress progress(options.common, input_bytes, memory_per_file_byte);
    pipeline::RunOptions run;
    run.threads = options.common.threads;
    run.memory_bytes = options.common.memory_bytes;
    run.stop = &interrupt.flag();
    run.on_progress = [&](auto lanes) { progress.show(lanes); };
    return flow.run(run);
}

ScreenInputs checked_inputs(const ScreenConfig& config) {
    std::vector<std::string> problems;
    ScreenInputs inputs = gather_inputs(config, problems);
    if (!problems.empty())
        throw ConfigError(std::move(problems));
    return inputs;
}

void describe_flow(const ScreenInputs& inputs) {
    pipeline::Flow flow("plate screen");
    flow.sink(
        plate_lane(flow, inputs, false), "collect plates", [](const PlateBatch&) {}, pipeline::InOrder::yes);
    flow.check();
    fmt::print("{}", flow.describe());
    fmt::print(
        "then: join strains -> measure traits -> normalise -> quality -> score -> rank -> result.h5\n");
    fmt::print("{} files, nothing was read\n", inputs.jobs.size());
}

}  // namespace

Exit run_screen(const RunScreenOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    ScreenConfig config = read_config(options.config);
    config.options.rank.seed = options.seed.value_or(config.options.rank.seed);
    const ScreenInputs inputs = checked_inputs(config);
    if (options.dry_run) {
        describe_flow(inputs);
        return Exit::done;
    }
    const pipeline::ThreadLimit limit(options.common.threads);
    const pipeline::InterruptGuard interrupt;
    Screen screen;
    screen.options = config.options;
    screen.strains = inputs.strains;
    spdlog::info("reading {} files with {} threads", inputs.jobs.size(), pipeline::usable_threads());
    const pipeline::RunReport report = collect_plates(options, inputs, screen.plates, interrupt);
    finish_inputs(config, inputs, screen);
    spdlog::info("{} plates, {} readouts, {} rejects", screen.plates.plates.size(), screen.readouts.size(),
                 screen.plates.rejects.size());
    pipeline::compute_screen(screen, interrupt.flag());
    for (const std::string& warning : screen.warnings)
        spdlog::info("{}", warning);
    const std::chrono::duration<double> computed = std::chrono::steady_clock::now() - start;
    const Outputs outputs = write_outputs(options, config, screen, report, computed.count());
    print_summary(screen, outputs);
    const bool set_aside =
        std::any_of(screen.plates.rejects.begin(), screen.plates.rejects.end(),
                    [](const pipeline::ScreenReject& reject) { return reject.kind == "file"; });
    return set_aside ? Exit::inputs_set_aside : Exit::done;
}

}  // namespace wellsieve::workflows
