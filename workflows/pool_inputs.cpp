#include "workflows/pool_inputs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>

#include "formats/error.hpp"
#include "formats/reads/counts_table.hpp"
#include "formats/reads/library.hpp"
#include "formats/reads/sample_sheet.hpp"
#include "formats/results/checksum.hpp"
#include "formats/results/h5ad_counts.hpp"
#include "pipeline/plate_collection.hpp"
#include "pipeline/pool_design.hpp"
#include "pipeline/screen_options.hpp"
#include "workflows/inputs.hpp"

namespace wellsieve::workflows {
namespace {

namespace fs = std::filesystem;
namespace reads = formats::reads;
namespace sequence = kernels::sequence;
using pipeline::IndexPlace;
using pipeline::PoolFile;

/// "S1_L001_R1_001.fastq.gz" → "S1": lanes of a sample come together when no sheet says otherwise.
std::string sample_of_file(const std::string& name) {
    static const std::regex endings(R"((\.(gz|bgz|bz2|fastq|fq|fasta|fa|fna|sam|bam|cram|txt))+$)");
    static const std::regex lane(R"((_L00\d)?(_R?1)?(_001)?$)");
    const std::string stem = std::regex_replace(fs::path(name).filename().string(), endings, "");
    const std::string sample = std::regex_replace(stem, lane, "");
    return sample.empty() ? stem : sample;
}

class PoolGatherer {
  public:
    PoolGatherer(const ScreenConfig& config, const PoolsInput& input, std::vector<std::string>& problems)
        : config_(config), input_(input), problems_(problems) {}

    PoolInputs gather() {
        inputs_.counts.name = input_.name;
        inputs_.reference = input_.reference.empty() ? "" : config_.resolve(input_.reference).string();
        if (!input_.counts.empty()) {
            read_counts();
            return std::move(inputs_);
        }
        find_files();
        read_library();
        read_samples();
        set_options();
        if (problems_.empty())
            refuse_unused();
        return std::move(inputs_);
    }

  private:
    std::vector<std::string> files_of(std::string_view key, const std::vector<std::string>& patterns) {
        std::vector<std::string> paths;
        for (const std::string& pattern : patterns) {
            const std::vector<std::string> found =
                pattern == "-" ? std::vector<std::string>{"-"} : files_matching(config_, pattern);
            if (found.empty())
                problem(fmt::format("{} = \"{}\": no such file", key, pattern));
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
        const std::vector<std::string> of_reads = files_of("reads", input_.reads);
        for (const std::string& path : of_reads)
            add_part(inputs_.counts.files.emplace_back(), path);
        for (const auto& [key, patterns] :
             {std::pair("mates", &input_.mates), std::pair("index_reads", &input_.index_reads),
              std::pair("second_index_reads", &input_.second_index_reads)}) {
            const std::vector<std::string> paths = files_of(key, *patterns);
            if (paths.empty())
                continue;
            if (paths.size() != of_reads.size()) {
                problem(
                    fmt::format("{}: {} files for {} files of reads", key, paths.size(), of_reads.size()));
                continue;
            }
            for (std::size_t i = 0; i < paths.size(); ++i)
                add_part(inputs_.counts.files[i], paths[i]);
        }
    }

    void add_part(PoolFile& file, const std::string& path) {
        std::error_code unreadable;
        const auto bytes = path == "-" ? 0 : fs::file_size(path, unreadable);
        file.paths.push_back(path);
        file.names.push_back(path == "-" ? "-" : name_of(config_, path));
        file.bytes.push_back(unreadable ? 0 : bytes);
    }

    void read_library() {
        inputs_.de_novo = input_.library == de_novo;
        if (inputs_.de_novo && std::count(input_.reads.begin(), input_.reads.end(), "-") > 0)
            problem("reads: the standard input is read once, and barcodes without a library take two times");
        if (input_.library.empty() || inputs_.de_novo)
            return;
        trying([&] {
            const reads::Library library = reads::read_library(config_.resolve(input_.library).string());
            for (const reads::LibraryEntry& entry : library.entries)
                inputs_.counts.features.push_back({std::string(entry.id), std::string(entry.barcode),
                                                   std::string(entry.strain), std::string(entry.gene),
                                                   entry.first_part});
            for (const reads::LibraryNote& note : library.notes)
                inputs_.counts.notes.push_back(
                    note.line == 0 ? fmt::format("{}: {}", input_.library, note.text)
                                   : fmt::format("{}: line {}: {}", input_.library, note.line, note.text));
            paired_library_ = library.paired;
            add_table("library", input_.library);
        });
    }

    /// A table in the place of reads. A sample sheet tells more of its columns, and which of them to take.
    void read_counts() {
        trying([&] {
            const std::string path = config_.resolve(input_.counts).string();
            const reads::CountsTable table = formats::results::is_hdf5(path)
                                                 ? formats::results::read_h5ad_counts(path)
                                                 : reads::read_counts_table(path);
            add_table("counts", input_.counts);
            pipeline::PoolCounts& counts = inputs_.counts;
            for (std::size_t i = 0; i < table.ids.size(); ++i)
                counts.features.push_back(
                    {table.ids[i], table.barcodes[i], table.strains[i], table.genes[i], 0});
            for (const std::string& note : table.notes)
                counts.notes.push_back(fmt::format("{}: {}", input_.counts, note));
            name_by_library();
            for (const auto& [column, sample] : columns_of(table)) {
                const auto first =
                    table.counts.begin() + static_cast<std::ptrdiff_t>(column * table.ids.size());
                counts.samples.push_back(sample);
                counts.counts.insert(counts.counts.end(), first,
                                     first + static_cast<std::ptrdiff_t>(table.ids.size()));
            }
        });
    }

    /// What a library beside the counts says of their rows, found by id, or by barcode.
    void name_by_library() {
        if (input_.library.empty())
            return;
        const reads::Library library = reads::read_library(config_.resolve(input_.library).string());
        add_table("library", input_.library);
        std::map<std::string_view, const reads::LibraryEntry*> known;
        for (const reads::LibraryEntry& entry : library.entries) {
            known.emplace(entry.id, &entry);
            known.emplace(entry.barcode, &entry);
        }
        std::size_t unknown = 0;
        for (pipeline::PoolFeature& feature : inputs_.counts.features) {
            auto found = known.find(feature.id);
            if (found == known.end())
                found = known.find(feature.barcode);
            if (found == known.end()) {
                ++unknown;
                continue;
            }
            const reads::LibraryEntry& entry = *found->second;
            feature.barcode = entry.barcode;
            feature.first_part = entry.first_part;
            if (!entry.strain.empty())
                feature.strain = entry.strain;
            if (!entry.gene.empty())
                feature.gene = entry.gene;
        }
        if (unknown == inputs_.counts.features.size())
            throw formats::FormatError(
                input_.library, "",
                fmt::format("knows not one of the rows of {}, neither by id nor by barcode", input_.counts));
        if (unknown > 0)
            inputs_.counts.notes.push_back(
                fmt::format("{}: {} not in {}", input_.counts,
                            unknown == 1 ? "1 row is" : fmt::format("{} rows are", unknown), input_.library));
    }

    using Columns = std::vector<std::pair<std::size_t, pipeline::PoolSample>>;

    Columns columns_of(const reads::CountsTable& table) {
        Columns columns;
        if (input_.samples.empty()) {
            for (std::size_t i = 0; i < table.samples.size(); ++i)
                columns.push_back({i, {table.samples[i], "", pipeline::not_set, "", {}}});
            return columns;
        }
        const reads::SampleSheet sheet =
            reads::read_sample_sheet(config_.resolve(input_.samples).string(), reads::SampleSource::counts);
        add_table("samples", input_.samples);
        inputs_.counts.sample_columns = sheet.other_columns;
        for (const reads::SampleRow& row : sheet.rows) {
            const auto found =
                std::find_if(table.samples.begin(), table.samples.end(),
                             [&](const std::string& name) { return name == row.sample || name == row.file; });
            if (found == table.samples.end())
                throw formats::FormatError(
                    input_.samples, fmt::format("line {}", row.line),
                    fmt::format("sample '{}' is no column of {}", row.sample, input_.counts));
            const auto column = static_cast<std::size_t>(found - table.samples.begin());
            if (!is_told_already(columns, column, row))
                columns.push_back(
                    {column, {row.sample, row.condition, row.time_h, row.replicate, row.other}});
        }
        return columns;
    }

    /// Whether an earlier row told this sample of this column, as a sheet with a row for each lane does.
    bool is_told_already(const Columns& columns, std::size_t column, const reads::SampleRow& row) const {
        for (const auto& [known, sample] : columns) {
            if (known == column && sample.name == row.sample)
                return true;
            if (known == column || sample.name == row.sample)
                throw formats::FormatError(
                    input_.samples, fmt::format("line {}", row.line),
                    fmt::format("sample '{}' and column of {} are no pair: one of them is in another row",
                                row.sample, input_.counts));
        }
        return false;
    }

    void read_samples() {
        if (inputs_.counts.files.empty())
            return;
        if (input_.samples.empty())
            return name_samples_by_file();
        trying([&] {
            const reads::SampleSheet sheet =
                reads::read_sample_sheet(config_.resolve(input_.samples).string());
            add_table("samples", input_.samples);
            inputs_.counts.sample_columns = sheet.other_columns;
            const bool by_file = std::any_of(sheet.rows.begin(), sheet.rows.end(),
                                             [](const reads::SampleRow& row) { return !row.file.empty(); });
            const bool by_index = std::any_of(sheet.rows.begin(), sheet.rows.end(),
                                              [](const reads::SampleRow& row) { return !row.index.empty(); });
            RowsOfFile rows_of_file;
            for (const reads::SampleRow& row : sheet.rows) {
                add_sample(row);
                if (by_file)
                    rows_of_file[file_of(row)].push_back(&row);
                else
                    rows_of_file[0].push_back(&row);
            }
            if (by_file || input_.index == "file")
                require_rows(rows_of_file);
            if (by_index && input_.index != "file")
                assign_by_index(rows_of_file, by_file);
            else
                assign_by_file(rows_of_file);
            if (!by_index && input_.index != "file" && input_.index != "auto")
                problem(fmt::format("pools.index: \"{}\", but {} has no column 'index'", input_.index,
                                    input_.samples));
        });
    }

    void name_samples_by_file() {
        for (PoolFile& file : inputs_.counts.files) {
            reads::SampleRow row;
            row.sample = sample_of_file(file.names.front());
            file.sample = add_sample(row);
        }
    }

    std::int32_t add_sample(const reads::SampleRow& row) {
        auto& samples = inputs_.counts.samples;
        const auto [known, is_new] =
            samples_.try_emplace(row.sample, static_cast<std::int32_t>(samples.size()));
        if (is_new) {
            samples.push_back({row.sample, row.condition, row.time_h, row.replicate, row.other});
            samples.back().other.resize(inputs_.counts.sample_columns.size());
        }
        return known->second;
    }

    /// The file that a row of the sheet names: as the configuration calls it, or by its last part.
    std::size_t file_of(const reads::SampleRow& row) const {
        const auto& files = inputs_.counts.files;
        std::size_t found = files.size();
        for (std::size_t i = 0; i < files.size(); ++i) {
            const fs::path name(files[i].names.front());
            if (name == fs::path(row.file).lexically_normal())
                return i;
            if (name.filename() == fs::path(row.file).filename())
                found = i;
        }
        if (found == files.size())
            throw formats::FormatError(input_.samples, fmt::format("line {}", row.line),
                                       fmt::format("file '{}' is not among reads = \"{}\"{}", row.file,
                                                   fmt::join(input_.reads, "\", \""),
                                                   is_there(row.file) ? "" : ", and there is no such file"));
        return found;
    }

    /// Under the screen's folder, or beside one of the files of reads.
    bool is_there(const std::string& file) const {
        std::error_code ignored;
        bool found = fs::exists(config_.resolve(file), ignored);
        for (const PoolFile& of_reads : inputs_.counts.files)
            found = found || fs::exists(fs::path(of_reads.paths.front()).parent_path() / file, ignored);
        return found;
    }

    using RowsOfFile = std::map<std::size_t, std::vector<const reads::SampleRow*>>;

    void require_rows(const RowsOfFile& rows_of_file) {
        for (std::size_t i = 0; i < inputs_.counts.files.size(); ++i)
            if (rows_of_file.count(i) == 0)
                problem(fmt::format("reads: '{}' is in no row of {}", inputs_.counts.files[i].names.front(),
                                    input_.samples));
    }

    void assign_by_file(const RowsOfFile& rows_of_file) {
        for (const auto& [number, rows] : rows_of_file) {
            PoolFile& file = inputs_.counts.files[number];
            if (rows.size() > 1)
                problem(fmt::format("{}: line {}: file '{}' is in line {} already", input_.samples,
                                    rows[1]->line, file.names.front(), rows[0]->line));
            else
                file.sample = samples_.at(rows.front()->sample);
        }
    }

    void assign_by_index(const RowsOfFile& rows_of_file, bool by_file) {
        for (const auto& [file, rows] : rows_of_file) {
            if (by_file)
                inputs_.counts.files[file].index_set = inputs_.index_sets.size();
            try {
                inputs_.index_sets.push_back(rows.front()->second_index.empty() ? single_indices(rows)
                                                                                : pairs_of_indices(rows));
            } catch (const std::invalid_argument& error) {
                throw formats::FormatError(input_.samples, "", error.what());
            }
        }
        const bool pairs = !inputs_.counts.index_pairs.empty();
        if (pairs && input_.index == "inside")
            problem("pools.index: pairs of indices are looked for in headers or in index reads");
        if (pairs && !input_.index_reads.empty() && input_.second_index_reads.empty())
            problem("pools.second_index_reads: is missing: the sample sheet has pairs of indices");
        if (!pairs && !input_.second_index_reads.empty())
            problem("second_index_reads would be ignored: the sample sheet has no second index");
        if (input_.index == "auto" && input_.index_reads.empty())
            problem(
                "pools.index: the sample sheet tells samples by index: \"inside\" (the reads, at index_at), "
                "\"header\" or \"reads\" with index_reads is wanted");
    }

    pipeline::IndexSet single_indices(const std::vector<const reads::SampleRow*>& rows) const {
        std::vector<std::string_view> indices;
        std::vector<std::int32_t> samples;
        for (const reads::SampleRow* row : rows) {
            indices.emplace_back(row->index);
            samples.push_back(samples_.at(row->sample));
        }
        return {sequence::SampleIndex(indices, {input_.index_mismatches, input_.index_margin}),
                std::move(samples)};
    }

    /// Each index is told by itself, so that pairs are seen that no sample has.
    pipeline::IndexSet pairs_of_indices(const std::vector<const reads::SampleRow*>& rows) {
        pipeline::IndexPairs pairs;
        for (const reads::SampleRow* row : rows) {
            pairs.first.push_back(row->index);
            pairs.second.push_back(row->second_index);
        }
        for (std::vector<std::string>* indices : {&pairs.first, &pairs.second}) {
            std::sort(indices->begin(), indices->end());
            indices->erase(std::unique(indices->begin(), indices->end()), indices->end());
        }
        pairs.samples.assign(pairs.first.size() * pairs.second.size(), -1);
        pairs.reads.assign(pairs.samples.size(), 0);
        const auto number = [](const std::vector<std::string>& indices, const std::string& index) {
            return static_cast<std::size_t>(std::lower_bound(indices.begin(), indices.end(), index) -
                                            indices.begin());
        };
        for (const reads::SampleRow* row : rows)
            pairs
                .samples[pairs.at(number(pairs.first, row->index), number(pairs.second, row->second_index))] =
                samples_.at(row->sample);
        const auto index_of = [&](const std::vector<std::string>& texts) {
            return sequence::SampleIndex(std::vector<std::string_view>(texts.begin(), texts.end()),
                                         {input_.index_mismatches, input_.index_margin});
        };
        pipeline::IndexSet set{index_of(pairs.first), pairs.samples, index_of(pairs.second)};
        inputs_.counts.index_pairs.push_back(std::move(pairs));
        return set;
    }

    void set_options() {
        pipeline::PoolOptions& options = inputs_.options;
        options.name = input_.name;
        options.index_at = input_.index_at;
        options.index_file = input_.mates.empty() ? 1 : 2;
        if (!inputs_.index_sets.empty())
            options.index_place = !input_.index_reads.empty() ? IndexPlace::reads
                                  : input_.index == "header"  ? IndexPlace::header
                                                              : IndexPlace::inside;
        constexpr std::array places = {"none", "reads", "mates", "index_reads", "header", "barcode"};
        options.umi = {static_cast<pipeline::UmiPlace>(std::find(places.begin(), places.end(), input_.umi) -
                                                       places.begin()),
                       input_.umi_at, input_.umi_length, input_.umi_mismatches};
        options.match.barcode_mismatches = input_.mismatches;
        options.match.unknown_bases = input_.unknown_bases;
        options.match.rescue_indels = input_.rescue_indels && input_.mismatches > 0;
        options.match.use_quality = input_.use_quality;
        options.match.least_posterior = input_.least_posterior;
        if (inputs_.from_reads() && inputs_.de_novo)
            options.construct = construct_of(input_.barcode, input_.longest, "barcode", inputs_.detect);
        if (!inputs_.from_reads() || inputs_.counts.features.empty())
            return;
        options.paired = !input_.mates.empty() && paired_library_;
        if (!input_.mates.empty() && !paired_library_ && input_.umi != "mates")
            problem("mates: the library has no pairs of barcodes; reads alone are enough");
        const pipeline::PoolFeature& feature = inputs_.counts.features.front();
        const auto whole = static_cast<std::uint32_t>(feature.barcode.size());
        options.construct = construct_of(input_.barcode, options.paired ? feature.first_part : whole,
                                         "barcode", inputs_.detect);
        if (options.paired) {
            BarcodePlace mate = input_.mate_barcode;
            if (mate.orientation == "auto")
                mate.orientation = input_.barcode.orientation;
            options.mate_construct =
                construct_of(mate, whole - feature.first_part, "mate_barcode", inputs_.detect_mate);
        }
    }

    /// What was given, and nothing would look at as the library and the sample sheet are.
    void refuse_unused() {
        if (!input_.mates.empty() && !paired_library_ && input_.mate_barcode != BarcodePlace{})
            problem("mate_… keys would be ignored: the library has no pairs of barcodes");
        if (!inputs_.index_sets.empty())
            return;
        const PoolsInput unset;
        const auto refuse = [&](bool given, std::string_view key) {
            if (given)
                problem(fmt::format("{} would be ignored: no sample is told by an index", key));
        };
        refuse(!input_.index_reads.empty() && input_.umi != "index_reads", "index_reads");
        refuse(input_.index_at != unset.index_at, "index_at");
        refuse(input_.index_mismatches != unset.index_mismatches, "index_mismatches");
        refuse(input_.index_margin != unset.index_margin, "index_margin");
    }

    sequence::Construct construct_of(const BarcodePlace& place, std::uint32_t length, std::string_view key,
                                     bool& detect) {
        sequence::Construct construct;
        if (place.policy != "auto") {
            const auto parsed = sequence::parse_poolq_policy(place.policy, length);
            if (!parsed)
                problem(fmt::format("pools.{}: '{}' is no place for barcodes of {} bases", key, place.policy,
                                    length));
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

    void add_table(std::string_view kind, const std::string& name) {
        const std::string path = config_.resolve(name).string();
        inputs_.counts.inputs.push_back({name_of(config_, path), fs::file_size(path),
                                         formats::results::sha256_hex(bytes_of_file(path)), std::string(kind),
                                         "", 0, 0, 0});
    }

    template <typename Use>
    void trying(Use use) {
        try {
            use();
        } catch (const formats::FormatError& error) {
            problems_.emplace_back(error.what());
        }
    }

    void problem(const std::string& message) {
        problems_.push_back(
            fmt::format("{}: {}{}", config_.file.string(),
                        config_.pools.size() > 1 ? fmt::format("pool '{}': ", input_.name) : "", message));
    }

    const ScreenConfig& config_;
    const PoolsInput& input_;
    std::vector<std::string>& problems_;
    PoolInputs inputs_;
    bool paired_library_ = false;
    std::map<std::string, std::int32_t> samples_;
};

}  // namespace

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
    PoolInputs pool = PoolGatherer(config, input, problems).gather();
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
