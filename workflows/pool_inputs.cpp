#include "workflows/pool_inputs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <stdexcept>

#include "formats/error.hpp"
#include "formats/reads/library.hpp"
#include "formats/results/checksum.hpp"
#include "pipeline/plate_collection.hpp"
#include "pipeline/pool_design.hpp"
#include "pipeline/screen_options.hpp"
#include "workflows/inputs.hpp"
#include "workflows/pool_inputs_internal.hpp"

namespace wellsieve::workflows {
namespace {

namespace fs = std::filesystem;
namespace reads = formats::reads;
namespace sequence = kernels::sequence;
using pipeline::IndexPlace;
using pipeline::PoolFile;

class ReadsGatherer {
  public:
    explicit ReadsGatherer(PoolGathering& pool) : pool_(pool) {}

    void gather() {
        find_files();
        read_library();
        gather_samples(pool_);
        set_options();
        if (!pool_.has_problems())
            refuse_unused();
    }

  private:
    std::vector<std::string> files_of(std::string_view key, const std::vector<std::string>& patterns) {
        std::vector<std::string> paths;
        for (const std::string& pattern : patterns) {
            const std::vector<std::string> found =
                pattern == "-" ? std::vector<std::string>{"-"} : files_matching(pool_.config, pattern);
            if (found.empty())
                pool_.problem(fmt::format("{} = \"{}\": no such file", key, pattern));
            paths.insert(paths.end(), found.begin(), found.end());
        }
        std::sort(paths.begin(), paths.end(), pipeline::natural_less);
        std::set<fs::path> known;  // patterns may overlap, and a file is read once
        std::erase_if(paths, [&](const std::string& path) {
            return !known.insert(path == "-" ? fs::path(path) : fs::weakly_canonical(path)).second;
        });
        return paths;
    }

    void find_files() {
        const std::vector<std::string> of_reads = files_of("reads", pool_.input.reads);
        for (const std::string& path : of_reads)
            add_part(pool_.inputs.counts.files.emplace_back(), path);
        for (const auto& [key, patterns] :
             {std::pair("mates", &pool_.input.mates), std::pair("index_reads", &pool_.input.index_reads),
              std::pair("second_index_reads", &pool_.input.second_index_reads)}) {
            const std::vector<std::string> paths = files_of(key, *patterns);
            if (paths.empty())
                continue;
            if (paths.size() != of_reads.size()) {
                pool_.problem(
                    fmt::format("{}: {} files for {} files of reads", key, paths.size(), of_reads.size()));
                continue;
            }
            for (std::size_t i = 0; i < paths.size(); ++i)
                add_part(pool_.inputs.counts.files[i], paths[i]);
        }
    }

    void add_part(PoolFile& file, const std::string& path) {
        std::error_code unreadable;
        const auto bytes = path == "-" ? 0 : fs::file_size(path, unreadable);
        file.paths.push_back(path);
        file.names.push_back(path == "-" ? "-" : name_of(pool_.config, path));
        file.bytes.push_back(unreadable ? 0 : bytes);
    }

    void read_library() {
        pool_.inputs.de_novo = pool_.input.library == de_novo;
        if (pool_.inputs.de_novo && std::count(pool_.input.reads.begin(), pool_.input.reads.end(), "-") > 0)
            pool_.problem(
                "reads: the standard input is read once, and barcodes without a library take two times");
        if (pool_.input.library.empty() || pool_.inputs.de_novo)
            return;
        pool_.trying([&] {
            const reads::Library library =
                reads::read_library(pool_.config.resolve(pool_.input.library).string());
            for (const reads::LibraryEntry& entry : library.entries)
                pool_.inputs.counts.features.push_back({std::string(entry.id), std::string(entry.barcode),
                                                        std::string(entry.strain), std::string(entry.gene),
                                                        entry.first_part});
            for (const reads::LibraryPlace& place : library.places)
                pool_.inputs.counts.places.push_back({std::string(place.scaffold), place.position});
            for (const reads::LibraryNote& note : library.notes)
                pool_.inputs.counts.notes.push_back(
                    note.line == 0
                        ? fmt::format("{}: {}", pool_.input.library, note.text)
                        : fmt::format("{}: line {}: {}", pool_.input.library, note.line, note.text));
            pool_.paired_library = library.paired;
            pool_.add_table("library", pool_.input.library);
        });
    }

    void set_options() {
        pipeline::PoolOptions& options = pool_.inputs.options;
        options.name = pool_.input.name;
        options.index_at = pool_.input.index_at;
        options.index_file = pool_.input.mates.empty() ? 1 : 2;
        if (!pool_.inputs.index_sets.empty())
            options.index_place = !pool_.input.index_reads.empty() ? IndexPlace::reads
                                  : pool_.input.index == "header"  ? IndexPlace::header
                                                                   : IndexPlace::inside;
        constexpr std::array places = {"none", "reads", "mates", "index_reads", "header", "barcode"};
        options.umi = {static_cast<pipeline::UmiPlace>(
                           std::find(places.begin(), places.end(), pool_.input.umi) - places.begin()),
                       pool_.input.umi_at, pool_.input.umi_length, pool_.input.umi_mismatches};
        options.match.barcode_mismatches = pool_.input.mismatches;
        options.match.unknown_bases = pool_.input.unknown_bases;
        options.match.rescue_indels = pool_.input.rescue_indels && pool_.input.mismatches > 0;
        options.match.use_quality = pool_.input.use_quality;
        options.match.least_posterior = pool_.input.least_posterior;
        if (pool_.inputs.from_reads() && pool_.inputs.de_novo)
            options.construct =
                construct_of(pool_.input.barcode, pool_.input.longest, "barcode", pool_.inputs.detect);
        if (!pool_.inputs.from_reads() || pool_.inputs.counts.features.empty())
            return;
        options.paired = !pool_.input.mates.empty() && pool_.paired_library;
        if (!pool_.input.mates.empty() && !pool_.paired_library && pool_.input.umi != "mates")
            pool_.problem("mates: the library has no pairs of barcodes; reads alone are enough");
        const pipeline::PoolFeature& feature = pool_.inputs.counts.features.front();
        const auto whole = static_cast<std::uint32_t>(feature.barcode.size());
        options.construct = construct_of(pool_.input.barcode, options.paired ? feature.first_part : whole,
                                         "barcode", pool_.inputs.detect);
        if (options.paired) {
            BarcodePlace mate = pool_.input.mate_barcode;
            if (mate.orientation == "auto")
                mate.orientation = pool_.input.barcode.orientation;
            options.mate_construct =
                construct_of(mate, whole - feature.first_part, "mate_barcode", pool_.inputs.detect_mate);
        }
    }

    /// What was given, and nothing would look at as the library and the sample sheet are.
    void refuse_unused() {
        if (!pool_.input.mates.empty() && !pool_.paired_library && pool_.input.mate_barcode != BarcodePlace{})
            pool_.problem("mate_… keys would be ignored: the library has no pairs of barcodes");
        if (!pool_.inputs.index_sets.empty())
            return;
        const PoolsInput unset;
        const auto refuse = [&](bool given, std::string_view key) {
            if (given)
                pool_.problem(fmt::format("{} would be ignored: no sample is told by an index", key));
        };
        refuse(!pool_.input.index_reads.empty() && pool_.input.umi != "index_reads", "index_reads");
        refuse(pool_.input.index_at != unset.index_at, "index_at");
        refuse(pool_.input.index_mismatches != unset.index_mismatches, "index_mismatches");
        refuse(pool_.input.index_margin != unset.index_margin, "index_margin");
    }

    sequence::Construct construct_of(const BarcodePlace& place, std::uint32_t length, std::string_view key,
                                     bool& detect) {
        sequence::Construct construct;
        if (place.policy != "auto") {
            const auto parsed = sequence::parse_poolq_policy(place.policy, length);
            if (!parsed)
                pool_.problem(fmt::format("pools.{}: '{}' is no place for barcodes of {} bases", key,
                                          place.policy, length));
            construct = parsed.value_or(construct);
        } else {
            const bool has_flank = !place.left.empty() || !place.right.empty();
            construct.search = has_flank ? sequence::Search::flanks : sequence::Search::offsets;
            construct.left_flank = place.left;
            construct.right_flank = place.right;
            construct.offsets = place.offsets;
            if (!place.begins.empty()) {
                construct.first = place.begins.front();
                construct.last = place.begins.back();
            }
            detect = !has_flank && place.offsets.empty();
        }
        construct.orientation = orientation_of(place.orientation).value_or(sequence::Orientation::forward);
        return construct;
    }

    PoolGathering& pool_;
};

}  // namespace

void PoolGathering::add_table(std::string_view kind, const std::string& name) {
    const std::string path = config.resolve(name).string();
    inputs.counts.inputs.push_back({name_of(config, path), fs::file_size(path),
                                    formats::results::sha256_hex(bytes_of_file(path)), std::string(kind), "",
                                    0, 0, 0});
}

void PoolGathering::problem(const std::string& message) {
    problems_.push_back(fmt::format("{}: {}{}", config.file.string(),
                                    config.pools.size() > 1 ? fmt::format("pool '{}': ", input.name) : "",
                                    message));
}

std::uint64_t PoolInputs::bytes() const {
    std::uint64_t sum = 0;
    for (const PoolFile& file : counts.files)
        for (const std::uint64_t bytes : file.bytes)
            sum += bytes;
    return sum;
}

namespace {

/// A trait is of one condition of its pool.
void check_condition(const ScreenConfig& config, const pipeline::PoolTraitOptions& trait,
                     const std::vector<std::string>& conditions, std::vector<std::string>& problems) {
    const bool known = trait.condition.empty() ? conditions.size() == 1
                                               : std::find(conditions.begin(), conditions.end(),
                                                           trait.condition) != conditions.end();
    if (known)
        return;
    problems.push_back(fmt::format(
        "{}: traits: trait '{}': {}; the pool compares {}", config.file.string(), trait.name,
        trait.condition.empty() ? "condition is missing"
                                : fmt::format("no sample has the condition '{}'", trait.condition),
        fmt::join(conditions, ", ")));
}

}  // namespace

PoolInputs gather_pool(const ScreenConfig& config, const PoolsInput& input,
                       std::vector<std::string>& problems) {
    PoolGathering gathering(config, input, problems);
    gathering.inputs.counts.name = input.name;
    gathering.inputs.reference = input.reference.empty() ? "" : config.resolve(input.reference).string();
    if (input.counts.empty())
        ReadsGatherer(gathering).gather();
    else
        gather_counts(gathering);
    PoolInputs pool = std::move(gathering.inputs);
    if (input.scoring.control.empty() || pool.counts.samples.empty())
        return pool;
    try {
        const std::vector<std::string> conditions =
            pipeline::lay_out_pool(pool.counts, input.scoring).compared();
        for (const pipeline::PoolTraitOptions& trait : config.options.pool_traits)
            if (trait.pool == input.name)
                check_condition(config, trait, conditions, problems);
    } catch (const std::invalid_argument& error) {
        problems.push_back(fmt::format("{}: pools: {}", config.file.string(), error.what()));
    }
    return pool;
}

}  // namespace wellsieve::workflows
