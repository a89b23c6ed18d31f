#include "workflows/outputs.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "formats/atomic_file.hpp"
#include "formats/counted.hpp"
#include "formats/error.hpp"
#include "formats/results/checksum.hpp"
#include "formats/results/csv.hpp"
#include "formats/results/result_writer.hpp"
#include "formats/results/run_record.hpp"
#include "formats/results/schema.hpp"
#include "kernels/target.hpp"
#include "pipeline/parallel.hpp"
#include "pipeline/pool_tables.hpp"
#include "pipeline/result_tables.hpp"
#include "workflows/pool_summary.hpp"

namespace wellsieve::workflows {

using formats::counted;
namespace {

namespace fs = std::filesystem;
namespace results = formats::results;
using pipeline::Screen;
using pipeline::StrainScore;

constexpr std::string_view curves_prefix = "curves_";

results::ResultWriter write_result(const fs::path& path, const std::string& config, const Screen& screen) {
    results::ResultWriter writer(path, std::string("wellsieve ") + WELLSIEVE_VERSION, config,
                                 pipeline::parallel_for_index);
    pipeline::for_each_result_table(screen, [&](const results::ResultTable& table) { writer.write(table); });
    for (std::size_t i = 0; i < screen.pools.size(); ++i) {
        const pipeline::PoolCounts& pool = screen.pools[i];
        pipeline::for_each_pool_table(
            screen, i, [&](const results::ResultTable& table) { writer.write(table, screen.pool_name(i)); });
        writer.write(results::CountMatrix{pool.counts, pool.samples.size(), pool.features.size()},
                     screen.pool_name(i));
    }
    if (!screen.plates.plates.empty()) {
        results::TableStream measurements = writer.stream(results::table_name::measurements);
        pipeline::for_each_measurement_table(
            screen, [&](const results::ResultTable& rows) { measurements.append(rows); });
        measurements.finish();
    }
    writer.finish();
    return writer;
}

/// Block by block: results may be larger than memory.
bool same_bytes(const fs::path& a, const fs::path& b) {
    std::error_code unknown;
    if (fs::file_size(a, unknown) != fs::file_size(b, unknown))
        return false;
    std::ifstream first(a, std::ios::binary);
    std::ifstream second(b, std::ios::binary);
    std::vector<char> block(1 << 20);
    std::vector<char> other(block.size());
    while (first && second) {
        first.read(block.data(), static_cast<std::streamsize>(block.size()));
        second.read(other.data(), static_cast<std::streamsize>(other.size()));
        if (first.gcount() != second.gcount() ||
            !std::equal(block.begin(), block.begin() + first.gcount(), other.begin()))
            return false;
    }
    return first.eof() && second.eof();
}

/// A new result, under its temporary name; none where the old one is the same: work done twice is no error.
std::optional<results::ResultWriter> new_result(const RunScreenOptions& options, const fs::path& path,
                                                const std::string& config, const Screen& screen) {
    results::ResultWriter writer = write_result(path, config, screen);
    if (options.force || !fs::exists(path))
        return writer;
    if (!same_bytes(writer.temporary(), path))
        throw formats::FormatError(path.string(), "",
                                   "is there already and differs; --force replaces it, -o writes elsewhere");
    return std::nullopt;
}

void add_text(std::vector<formats::AtomicFile>& files, const fs::path& target, std::string_view text) {
    files.emplace_back(target);
    files.back().write(text);
    files.back().sync();
}

std::string csv_of(const results::ResultTable& table) {
    std::ostringstream text;
    results::write_csv(table, text);
    return text.str();
}

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::uint64_t largest_resident_bytes() {
    constexpr std::uint64_t unit = 1024;  // of ru_maxrss on Linux
    rusage usage{};
    return ::getrusage(RUSAGE_SELF, &usage) == 0 ? static_cast<std::uint64_t>(usage.ru_maxrss) * unit : 0;
}

results::RunRecord record_of(const RunScreenOptions& options, const Screen& screen,
                             const pipeline::RunReport& report) {
    results::RunRecord record;
    record.program = std::string("wellsieve ") + WELLSIEVE_VERSION;
    record.simd_target = kernels::active_target();
    record.threads = report.threads;
    record.memory_bytes = options.common.memory_bytes;
    record.host = host_name();
    record.largest_resident_bytes = largest_resident_bytes();
    record.seed = screen.options.rank.seed;
    for (const pipeline::LaneReport& lane : report.lanes)
        for (const pipeline::StageReport& stage : lane.stages)
            record.stages.push_back({stage.name, stage.batches, stage.seconds});
    for (const pipeline::InputFile& input : screen.plates.inputs) {
        record.bytes += input.bytes;
        if (input.kind == "reads") {
            record.reads_in += input.cells_in;
            record.reads_counted += input.cells_used;
            continue;
        }
        record.cells_in += input.cells_in;
        record.cells_rejected += input.cells_rejected;
    }
    for (const pipeline::PlateData& plate : screen.plates.plates)
        record.cells_used += pipeline::count_measurements(plate);
    record.files = screen.plates.inputs.size();
    record.plates = screen.plates.plates.size();
    record.rejects = screen.plates.rejects.size();
    for (const pipeline::TraitColumn& trait : screen.traits)
        if (!trait.choice.empty())
            record.choices.push_back(trait.options.name + ": " + trait.choice);
    for (const pipeline::PoolCounts& pool : screen.pools) {
        record.choices.insert(record.choices.end(), pool.choices.begin(), pool.choices.end());
        record.notes.insert(record.notes.end(), pool.notes.begin(), pool.notes.end());
    }
    record.warnings = screen.warnings;
    return record;
}

/// A dash where nothing is known: without replicates there are no intervals and no probabilities.
std::string number_or_dash(double value, int width) {
    return std::isfinite(value) ? fmt::format("{:>{}.3f}", value, width) : fmt::format("{:>{}}", "-", width);
}

void print_strain(const pipeline::RankedStrain& ranked, const StrainScore& score, int width) {
    std::string replicates;
    if (score.n_wells > 0 || score.n_features == 0)
        replicates += fmt::format("  {:>5}", score.n_wells);
    if (score.n_features > 0)
        replicates += fmt::format("  {:>8}", score.n_features);
    fmt::print("{:>4}  {:<{}}  {:>8.3f}  [{}, {}]  {}  {}{}{}\n", ranked.rank, score.strain, width,
               score.shrunken, number_or_dash(score.ci_low, 7), number_or_dash(score.ci_high, 7),
               number_or_dash(score.p_better, 8), number_or_dash(score.p_top, 8), replicates,
               ranked.picked ? "  picked" : "");
}

/// One line a readout: how many curves of cultures there are of each verdict, the most frequent first.
void print_verdicts(const Screen& screen) {
    for (const pipeline::CurveColumn& curves : screen.curves) {
        std::map<std::string_view, double> counts;
        for (const pipeline::QcMetric& metric : screen.qc)
            if (metric.subject == curves.readout && metric.metric.starts_with(curves_prefix))
                counts[std::string_view(metric.metric).substr(curves_prefix.size())] += metric.value;
        std::vector<std::pair<double, std::string_view>> order;
        for (const auto& [verdict, count] : counts)
            order.emplace_back(-count, verdict);
        std::sort(order.begin(), order.end());
        std::string line;
        for (const auto& [count, verdict] : order)
            line += fmt::format("{}{:.0f} {}", line.empty() ? "" : ", ", -count, verdict);
        fmt::print("curves of {} for {}: {}\n", curves.readout, curves.traits, line);
    }
}

void print_best(const Screen& screen) {
    constexpr std::size_t shown = 10;
    const pipeline::TraitScores& scores = screen.deciding();
    const std::size_t count = std::min(shown, screen.ranking.size());
    if (count == 0)
        return fmt::print("no strain can be ranked by {}\n", scores.trait);
    std::size_t width = 6;
    for (std::size_t i = 0; i < count; ++i)
        width = std::max(width, scores.strains[screen.ranking[i].strain].strain.size());
    fmt::print("The best {} of {} strains by {} ({}; interval {:.0f} %)\n", count, screen.ranking.size(),
               scores.trait, scores.normalisation, screen.options.rank.interval * 100);
    const StrainScore& first = scores.strains[screen.ranking.front().strain];
    const std::string replicates = std::string(first.n_wells > 0 || first.n_features == 0 ? "  wells" : "") +
                                   (first.n_features > 0 ? "  barcodes" : "");
    fmt::print("rank  {:<{}}    effect  {:<18}  P(better)  P(top {}){}\n", "strain", width, "interval",
               screen.options.rank.top, replicates);
    for (std::size_t i = 0; i < count; ++i)
        print_strain(screen.ranking[i], scores.strains[screen.ranking[i].strain], static_cast<int>(width));
}

/// Reads and what became of them, a line a sample.
void print_pool(const pipeline::PoolCounts& pool) {
    fmt::print("{} in {}\n", counted(pool.features.size(), "barcode"),
               counted(pool.samples.size(), "sample"));
    for (const std::string& choice : pool.choices)
        fmt::print("  {}\n", choice);
    for (std::size_t s = 0; s < pool.tallies.size(); ++s) {
        const pipeline::ReadTally& tally = pool.tallies[s];
        fmt::print("  {}: {}, {} counted ({:.1f} %)", pool.samples[s].name, counted(tally.total(), "read"),
                   tally.counted(),
                   100.0 * static_cast<double>(tally.counted()) /
                       static_cast<double>(std::max<std::uint64_t>(tally.total(), 1)));
        for (std::size_t fate = 0; fate < pipeline::read_fates; ++fate)
            if (tally.of[fate] > 0)
                fmt::print(", {} {}", tally.of[fate], fate_name(static_cast<pipeline::ReadFate>(fate)));
        fmt::print("\n");
    }
    if (!pool.unmatched.empty())
        fmt::print("commonest sequence that the library lacks: {}, {} of the first {} reads\n",
                   pool.unmatched.front().bases, pool.unmatched.front().reads, pool.searched_reads);
    constexpr std::size_t shown = 3;
    for (std::size_t i = 0; i < std::min(shown, pool.notes.size()); ++i)
        fmt::print("note: {}\n", pool.notes[i]);
    if (pool.notes.size() > shown)
        fmt::print("{} more, listed in run.json\n", counted(pool.notes.size() - shown, "note"));
}

/// Without a layout wells have the strains that files name, and most files name none.
void warn_without_strains(const std::vector<pipeline::PlateData>& plates,
                          std::vector<std::string>& warnings) {
    std::vector<std::string> without;
    for (const pipeline::PlateData& plate : plates)
        if (std::all_of(plate.wells.begin(), plate.wells.end(), [](const pipeline::WellAnnotation& well) {
                return well.strain.empty() && well.role == formats::plates::Role::empty;
            }))
            without.push_back(plate.name);
    if (without.empty())
        return;
    warnings.push_back(fmt::format(
        "{}: no well has a strain, so none is ranked; layout = \"layout.csv\" in [[plates]] names a table "
        "with the columns plate, well, strain, role",
        without.size() == 1 ? fmt::format("plate '{}'", without.front())
                            : fmt::format("{} plates, '{}' the first", without.size(), without.front())));
}

std::string why_no_plate(const std::vector<pipeline::ScreenReject>& rejects) {
    const auto first = std::find_if(rejects.begin(), rejects.end(), sets_input_aside);
    return first == rejects.end()
               ? "no plate could be read"
               : fmt::format("no plate could be read; {}: {}", first->input, first->reason);
}

/// The layout says what the vessels of a run hold, and nobody is to wonder which of two is right.
void refuse_strains(const std::vector<pipeline::OfflineOptions>& offline) {
    for (const pipeline::OfflineOptions& entry : offline)
        for (const formats::plates::TakenSample& sample : entry.table)
            if (!sample.strain.empty())
                throw formats::FormatError(
                    entry.table_path, sample.place,
                    "names a strain, but the vessels are those of [[plates]], whose layout says "
                    "what they hold: leave the column out");
}

}  // namespace

void finish_inputs(const ScreenConfig& config, const ScreenInputs& inputs,
                   std::vector<pipeline::PlateFileBatch> offline, Screen& screen) {
    for (pipeline::ReadoutSelector& readout : screen.options.readouts)
        if (const auto found = inputs.calibrations.find(readout.name); found != inputs.calibrations.end()) {
            readout.correction.measured = found->second.measured;
            readout.correction.truth = found->second.truth;
        }
    pipeline::PlateCollection& collection = screen.plates;
    collection.inputs.insert(collection.inputs.end(), inputs.tables.begin(), inputs.tables.end());
    for (pipeline::ScreenReject& reject : unused_entries(inputs, collection))
        collection.rejects.push_back(std::move(reject));
    if (config.plates.empty())
        collection.plates = pipeline::plates_of_samples(offline, inputs.offline);
    else
        refuse_strains(inputs.offline);
    collection.finish(config.strain_table.empty() ? nullptr : &screen.strains, config.strain_table);
    if (collection.plates.empty() && config.has_wells())
        throw formats::FormatError(config.file.string(), "", why_no_plate(collection.rejects));
    for (std::string& warning : pipeline::place_samples(std::move(offline), inputs.offline, collection))
        screen.warnings.push_back(std::move(warning));
    collection.report_mismatches();
    screen.readouts =
        pipeline::name_readouts(config.options.readouts, collection.plates, screen.readout_index);
    warn_without_strains(collection.plates, screen.warnings);
}

std::filesystem::path result_folder(const RunScreenOptions& options, const ScreenConfig& config) {
    return options.out.empty() ? config.resolve("results") : options.out;
}

Outputs write_outputs(const RunScreenOptions& options, const ScreenConfig& config, const Screen& screen,
                      const pipeline::RunReport& report, PhaseClock& clock) {
    const fs::path folder = result_folder(options, config);
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed)
        throw formats::OutputError(folder, fmt::format("cannot be made: {}", failed.message()));
    Outputs outputs{folder / "result.h5",
                    screen.scores.empty() ? fs::path() : folder / "ranking.csv",
                    {},
                    folder / "run.json"};
    auto result = new_result(options, outputs.result, to_toml(config), screen);
    std::vector<formats::AtomicFile> texts;
    if (!outputs.ranking.empty())
        add_text(texts, outputs.ranking, csv_of(pipeline::ranking_sheet(screen)));
    for (std::size_t i = 0; i < screen.pools.size(); ++i) {
        const std::string_view name = screen.pool_name(i);
        outputs.counts.push_back(folder / (name.empty() ? "counts.csv" : fmt::format("counts_{}.csv", name)));
        add_text(texts, outputs.counts.back(), pipeline::mageck_table(screen.pools[i]));
    }
    clock.end_of("write");
    results::RunRecord record = record_of(options, screen, report);
    record.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                                 fmt::gmtime(std::chrono::system_clock::to_time_t(clock.started)));
    record.phases = clock.phases();
    add_text(texts, outputs.run, results::to_json(record));
    if (result)
        result->commit();
    for (formats::AtomicFile& text : texts)
        text.commit();
    return outputs;
}

void print_summary(const Screen& screen, const Outputs& outputs) {
    if (!screen.scores.empty())
        print_best(screen);
    for (std::size_t i = 0; i < screen.pools.size(); ++i) {
        if (!screen.pool_name(i).empty())
            fmt::print("pool {}\n", screen.pool_name(i));
        print_pool(screen.pools[i]);
        fmt::print("{}", pool_summary(screen.pool_scores[i]));
    }
    for (const pipeline::TraitColumn& trait : screen.traits)
        if (!trait.choice.empty())
            fmt::print("{}: {}\n", trait.options.name, trait.choice);
    print_verdicts(screen);
    for (const std::string& warning : screen.warnings)
        fmt::print("warning: {}\n", warning);
    if (!screen.plates.rejects.empty())
        fmt::print("{}, listed in the result's table 'rejects'\n",
                   counted(screen.plates.rejects.size(), "reject"));
    fmt::print("result: {}\n", outputs.result.string());
    if (!outputs.ranking.empty())
        fmt::print("ranking: {}\n", outputs.ranking.string());
    for (const fs::path& counts : outputs.counts)
        fmt::print("counts: {}\n", counts.string());
}

}  // namespace wellsieve::workflows
