#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <stdexcept>

#include "formats/counted.hpp"
#include "formats/error.hpp"
#include "pipeline/detect_pool.hpp"
#include "pipeline/flow.hpp"
#include "pipeline/interrupt.hpp"
#include "pipeline/parallel.hpp"
#include "pipeline/plate_screen.hpp"
#include "pipeline/pool_lane.hpp"
#include "pipeline/pool_tables.hpp"
#include "pipeline/score_pools.hpp"
#include "pipeline/score_strains.hpp"
#include "pipeline/stages/read_plates.hpp"
#include "workflows/commands.hpp"
#include "workflows/config.hpp"
#include "workflows/inputs.hpp"
#include "workflows/outputs.hpp"
#include "workflows/pool_inputs.hpp"
#include "workflows/progress.hpp"

namespace wellsieve::workflows {

using formats::counted;
namespace {

namespace fs = std::filesystem;
using pipeline::PlateBatch;
using pipeline::PlateFileBatch;
using pipeline::PlateJob;
using pipeline::Screen;

/// Parsing an export and holding its matrices takes this much memory for each of its bytes.
constexpr std::size_t memory_per_file_byte = 24;

/// This part of the memory may be taken by readings, whole plates that wait for the last one.
constexpr std::size_t share_of_readings = 4;

/// Files → read.
pipeline::Flow::Outlet<PlateFileBatch> read_lane(pipeline::Flow& flow, std::string name,
                                                 const std::vector<PlateJob>& files, bool keep_going) {
    auto next = [files, at = std::size_t{0}]() mutable -> std::optional<PlateJob> {
        return at < files.size() ? std::optional(files[at++]) : std::nullopt;
    };
    auto source = flow.source<PlateJob>(std::move(name), std::move(next),
                                        [](const PlateJob& job) { return job.bytes * memory_per_file_byte; });
    return flow.stage(source, pipeline::ReadPlates{keep_going});
}

/// Lanes of plates (files → read → place → collect) and of analysers' files (files → read → collect), as
/// there are.
void add_plate_lanes(pipeline::Flow& flow, const ScreenInputs& inputs, bool keep_going,
                     pipeline::PlateCollection& collection, std::vector<PlateFileBatch>& offline) {
    if (!inputs.jobs.empty())
        flow.sink(
            flow.stage(read_lane(flow, "plate exports", inputs.jobs, keep_going),
                       pipeline::PlaceWells{inputs.placement, keep_going}),
            "collect plates", [&](PlateBatch batch) { collection.add(std::move(batch)); },
            pipeline::InOrder::yes);
    if (!inputs.offline_jobs.empty())
        flow.sink(
            read_lane(flow, "offline analysers", inputs.offline_jobs, keep_going), "collect samples",
            [&](PlateFileBatch batch) { offline.push_back(std::move(batch)); }, pipeline::InOrder::yes);
}

pipeline::PoolLaneOptions lane_options(const RunScreenOptions& options, const ScreenConfig& config,
                                       const PoolInputs& pool) {
    pipeline::PoolLaneOptions lane;
    lane.keep_going = options.keep_going;
    lane.reference = pool.reference;
    lane.umi_bytes = options.common.memory_bytes / 4;
    lane.scratch_folder = result_folder(options, config);
    return lane;
}

/// What messages call a pool.
std::string place_of(const ScreenConfig& config, const PoolsInput& pool) {
    return config.pools.size() > 1 ? fmt::format("pool '{}'", pool.name) : "pools";
}

/// Files of reads are decoded side by side: as many at once as there are threads.
std::size_t lane_width(const PoolInputs& pool) {
    return std::min<std::size_t>(pool.counts.files.size(), pipeline::usable_threads());
}

/// Reads plates and reads in one flow, each into its place.
pipeline::RunReport collect(const RunScreenOptions& options, const ScreenConfig& config,
                            const ScreenInputs& inputs, std::vector<PoolInputs>& pools,
                            pipeline::PlateCollection& collection, std::vector<PlateFileBatch>& offline,
                            const pipeline::InterruptGuard& interrupt) {
    pipeline::Flow flow("screen");
    std::uint64_t input_bytes = 0;
    for (const auto* jobs : {&inputs.jobs, &inputs.offline_jobs})
        for (const PlateJob& job : *jobs)
            input_bytes += job.bytes;
    add_plate_lanes(flow, inputs, options.keep_going, collection, offline);
    std::vector<std::unique_ptr<pipeline::PoolLane>> lanes;
    for (PoolInputs& pool : pools) {
        if (!pool.from_reads())
            continue;
        lanes.push_back(std::make_unique<pipeline::PoolLane>(
            pool.counts, pool.options, std::move(pool.index_sets), lane_options(options, config, pool)));
        lanes.back()->add_to(flow, lane_width(pool));
    }
    if (inputs.jobs.empty() && inputs.offline_jobs.empty() && lanes.empty())
        return {};
    Progress progress(options.common, input_bytes, memory_per_file_byte);
    pipeline::RunOptions run;
    run.threads = options.common.threads;
    run.memory_bytes = options.common.memory_bytes;
    run.stop = &interrupt.flag();
    run.on_progress = [&](auto lanes_now) { progress.show(lanes_now); };
    pipeline::RunReport report = flow.run(run);
    for (auto& lane : lanes)
        lane->finish();
    return report;
}

/// What the reads of a pool without a count have in place of its barcodes, where that can be told.
std::string why_nothing_is_found(const PoolInputs& pool) {
    const pipeline::PoolCounts& counts = pool.counts;
    if (pool.de_novo || pool.options.paired || counts.files.front().paths.front() == "-")
        return {};
    std::vector<std::string_view> barcodes;
    for (const pipeline::PoolFeature& feature : counts.features)
        barcodes.emplace_back(feature.barcode);
    const std::string cut = pipeline::explain_cut_barcodes(counts, 0, barcodes, pool.reference);
    return cut.empty() ? "" : "; " + cut;
}

/// No zeros are passed off as counts.
void refuse_empty(const ScreenConfig& config, const PoolsInput& input, const PoolInputs& pool) {
    const pipeline::PoolCounts& counts = pool.counts;
    pipeline::ReadTally all;
    for (const pipeline::PoolFile& file : counts.files)
        all.add(file.tally);
    if (counts.files.empty() || all.counted() > 0)
        return;
    std::string seen;
    for (std::size_t fate = 0; fate < pipeline::read_fates; ++fate)
        if (all.of[fate] > 0)
            seen += fmt::format("{}{} {} ({})", seen.empty() ? "" : ", ", all.of[fate],
                                fate_name(static_cast<pipeline::ReadFate>(fate)),
                                pipeline::reason_of(static_cast<pipeline::ReadFate>(fate)));
    if (!counts.unmatched.empty())
        seen += fmt::format("; the commonest sequence is {}", counts.unmatched.front().bases);
    throw formats::FormatError(config.file.string(), place_of(config, input),
                               all.total() == 0
                                   ? "the files hold no read"
                                   : fmt::format("not one of {} reads has a barcode of the library: {}{}",
                                                 all.total(), seen, why_nothing_is_found(pool)));
}

/// Samples whose counts are all zero, which says nothing of their barcodes.
void warn_of_empty(const ScreenConfig& config, const PoolsInput& input, const pipeline::PoolCounts& counts,
                   std::vector<std::string>& warnings) {
    for (std::size_t s = 0; s < counts.samples.size(); ++s) {
        const auto first = counts.counts.begin() + static_cast<std::ptrdiff_t>(counts.at(s, 0));
        if (std::any_of(first, first + static_cast<std::ptrdiff_t>(counts.features.size()),
                        [](std::uint32_t count) { return count > 0; }))
            continue;
        const std::uint64_t reads = counts.tallies.empty() ? 0 : counts.tallies[s].total();
        warnings.push_back(
            fmt::format("{}: not one barcode was counted in sample '{}'{}; its zeros are no "
                        "measurement",
                        place_of(config, input), counts.samples[s].name,
                        counts.tallies.empty() ? "" : fmt::format(", of {}", counted(reads, "read"))));
    }
}

/// What pools read and set aside joins what plates did.
void add_pools(const ScreenConfig& config, std::vector<PoolInputs>& pools, Screen& screen) {
    for (std::size_t i = 0; i < pools.size(); ++i) {
        pipeline::PoolCounts& counts = pools[i].counts;
        refuse_empty(config, config.pools[i], pools[i]);
        warn_of_empty(config, config.pools[i], counts, screen.warnings);
        for (pipeline::InputFile& input : pipeline::read_inputs(counts))
            screen.plates.inputs.push_back(std::move(input));
        std::move(counts.inputs.begin(), counts.inputs.end(), std::back_inserter(screen.plates.inputs));
        std::move(counts.rejects.begin(), counts.rejects.end(), std::back_inserter(screen.plates.rejects));
        for (pipeline::ScreenReject& reject : pipeline::read_rejects(counts))
            screen.plates.rejects.push_back(std::move(reject));
        screen.pools.push_back(std::move(counts));
    }
}

void score_pools(const ScreenConfig& config, Screen& screen) {
    for (std::size_t i = 0; i < screen.pools.size(); ++i) {
        const pipeline::PoolCounts& counts = screen.pools[i];
        const std::string_view pool = screen.pool_name(i);
        const auto add_metrics = [&](std::vector<pipeline::QcMetric> found) {
            for (pipeline::QcMetric& metric : found) {
                if (!pool.empty())
                    metric.subject = fmt::format("{}/{}", pool, metric.subject);
                screen.qc.push_back(std::move(metric));
            }
        };
        screen.pool_scores.emplace_back();
        const pipeline::PoolScoreOptions& scoring = config.pools[i].scoring;
        const std::size_t told = screen.warnings.size();
        try {
            add_metrics(pipeline::pool_quality(counts, scoring));
            if (scoring.control.empty())
                continue;
            screen.pool_scores.back() = pipeline::score_pool(counts, scoring, screen.warnings);
            add_metrics(screen.pool_scores.back().qc);
            for (std::size_t w = told; w < screen.warnings.size() && !pool.empty(); ++w)
                screen.warnings[w] = fmt::format("pool '{}': {}", pool, screen.warnings[w]);
            const auto& traits = config.options.pool_traits;
            if (config.has_wells() && std::none_of(traits.begin(), traits.end(), [&](const auto& trait) {
                    return trait.pool == counts.name;
                }))
                screen.warnings.push_back(
                    fmt::format("no trait is of pool '{0}', so it stands beside the ranking: [[traits]] with "
                                "pool = \"{0}\" "
                                "takes it in",
                                counts.name));
        } catch (const std::invalid_argument& problem) {
            throw formats::FormatError(config.file.string(), place_of(config, config.pools[i]),
                                       problem.what());
        }
    }
}

ScreenInputs checked_inputs(const ScreenConfig& config, std::vector<PoolInputs>& pools) {
    std::vector<std::string> problems;
    ScreenInputs inputs = gather_inputs(config, problems);
    for (const PoolsInput& input : config.pools)
        pools.push_back(gather_pool(config, input, problems));
    if (!problems.empty())
        throw ConfigError(std::move(problems));
    return inputs;
}

void describe_flow(const ScreenInputs& inputs, std::vector<PoolInputs>& pools) {
    pipeline::Flow flow("screen");
    std::size_t files = inputs.jobs.size() + inputs.offline_jobs.size();
    pipeline::PlateCollection collection;
    std::vector<PlateFileBatch> offline;
    add_plate_lanes(flow, inputs, false, collection, offline);
    std::vector<std::unique_ptr<pipeline::PoolLane>> lanes;
    for (PoolInputs& pool : pools) {
        files += pool.counts.files.size();
        if (!pool.from_reads() || pool.de_novo)  // its lane is made for the barcodes that the reads will show
            continue;
        lanes.push_back(std::make_unique<pipeline::PoolLane>(
            pool.counts, pool.options, std::move(pool.index_sets), pipeline::PoolLaneOptions{}));
        lanes.back()->add_to(flow, lane_width(pool));
    }
    if (!inputs.jobs.empty() || !inputs.offline_jobs.empty() || !lanes.empty())
        flow.check();
    fmt::print("{}", flow.describe());
    if (!inputs.jobs.empty() || !inputs.offline_jobs.empty())
        fmt::print(
            "then: join strains{} -> measure traits -> normalise -> quality -> score -> rank -> result.h5\n",
            inputs.offline_jobs.empty() ? "" : " -> join samples with vessels");
    for (const PoolInputs& pool : pools)
        if (pool.de_novo)
            fmt::print("then: {} of reads -> barcodes -> counts in {} -> score -> result.h5, counts.csv\n",
                       counted(pool.counts.files.size(), "file"),
                       counted(pool.counts.samples.size(), "sample"));
        else
            fmt::print("then: counts of {} in {} -> score -> result.h5, counts.csv\n",
                       counted(pool.counts.features.size(), "barcode"),
                       counted(pool.counts.samples.size(), "sample"));
    fmt::print("{}, nothing was read\n", counted(files, "file"));
}

}  // namespace

Exit run_screen(const RunScreenOptions& options) {
    PhaseClock clock;
    ScreenConfig config = read_config(options.config);
    config.options.rank.seed = options.common.seed.value_or(config.options.rank.seed);
    std::vector<PoolInputs> pools;
    ScreenInputs inputs = checked_inputs(config, pools);
    if (options.dry_run) {
        describe_flow(inputs, pools);
        return Exit::done;
    }
    for (std::size_t i = 0; i < pools.size(); ++i) {
        detect_places(pools[i], config.pools[i], options.keep_going);
        take_barcodes(pools[i], config.pools[i], options.keep_going);
    }
    clock.end_of("prepare");
    const pipeline::InterruptGuard interrupt;
    Screen screen;
    screen.options = config.options;
    screen.strains = std::move(inputs.strains);
    screen.plates.limit_memory(options.common.memory_bytes / share_of_readings,
                               result_folder(options, config));
    spdlog::info("reading {} with {}", counted(inputs.jobs.size() + inputs.offline_jobs.size(), "file"),
                 counted(pipeline::usable_threads(), "thread"));
    std::vector<PlateFileBatch> offline;
    const pipeline::RunReport report =
        collect(options, config, inputs, pools, screen.plates, offline, interrupt);
    clock.end_of("read");
    finish_inputs(config, inputs, std::move(offline), screen);
    for (std::string& warning : mismatch_warnings(screen.plates.rejects))
        screen.warnings.push_back(std::move(warning));
    inputs.placement = std::vector<pipeline::PlacementOptions>();  // what they say is in the plates now
    spdlog::info("{}, {}, {}", counted(screen.plates.plates.size(), "plate"),
                 counted(screen.readouts.size(), "readout"), counted(screen.plates.rejects.size(), "reject"));
    if (config.has_wells())
        pipeline::compute_screen(screen, interrupt.flag());
    clock.end_of("traits");
    add_pools(config, pools, screen);
    score_pools(config, screen);
    clock.end_of("pools");
    if (!config.options.traits.empty() || !config.options.pool_traits.empty())
        pipeline::score_strains(screen);
    clock.end_of("rank");
    for (const std::string& warning : screen.warnings)
        spdlog::info("{}", warning);
    const Outputs outputs = write_outputs(options, config, screen, report, clock);
    print_summary(screen, outputs);
    const bool set_aside =
        std::any_of(screen.plates.rejects.begin(), screen.plates.rejects.end(), sets_input_aside);
    return set_aside ? Exit::inputs_set_aside : Exit::done;
}

}  // namespace wellsieve::workflows
