#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <stdexcept>

#include "formats/reads/sample_sheet.hpp"
#include "workflows/pool_inputs_internal.hpp"

namespace wellsieve::workflows {
namespace {

namespace fs = std::filesystem;
namespace reads = formats::reads;
namespace sequence = kernels::sequence;
using pipeline::PoolFile;

/// "S1_L001_R1_001.fastq.gz" → "S1": lanes of a sample come together when no sheet says otherwise.
std::string sample_of_file(const std::string& name) {
    static const std::regex endings(R"((\.(gz|bgz|bz2|fastq|fq|fasta|fa|fna|sam|bam|cram|txt))+$)");
    static const std::regex lane(R"((_L00\d)?(_R?1)?(_001)?$)");
    const std::string stem = std::regex_replace(fs::path(name).filename().string(), endings, "");
    const std::string sample = std::regex_replace(stem, lane, "");
    return sample.empty() ? stem : sample;
}

class SampleAssignment {
  public:
    explicit SampleAssignment(PoolGathering& pool) : pool_(pool) {}

    void assign() {
        if (pool_.inputs.counts.files.empty())
            return;
        if (pool_.input.samples.empty())
            return name_samples_by_file();
        pool_.trying([&] {
            const reads::SampleSheet sheet =
                reads::read_sample_sheet(pool_.config.resolve(pool_.input.samples).string());
            pool_.add_table("samples", pool_.input.samples);
            pool_.inputs.counts.sample_columns = sheet.other_columns;
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
            if (by_file || pool_.input.index == "file")
                require_rows(rows_of_file);
            if (by_index && pool_.input.index != "file")
                assign_by_index(rows_of_file, by_file);
            else
                assign_by_file(rows_of_file);
            if (!by_index && pool_.input.index != "file" && pool_.input.index != "auto")
                pool_.problem(fmt::format("pools.index: \"{}\", but {} has no column 'index'",
                                          pool_.input.index, pool_.input.samples));
        });
    }

  private:
    void name_samples_by_file() {
        for (PoolFile& file : pool_.inputs.counts.files) {
            reads::SampleRow row;
            row.sample = sample_of_file(file.names.front());
            file.sample = add_sample(row);
        }
    }

    std::int32_t add_sample(const reads::SampleRow& row) {
        auto& samples = pool_.inputs.counts.samples;
        const auto [known, is_new] =
            samples_.try_emplace(row.sample, static_cast<std::int32_t>(samples.size()));
        if (is_new) {
            samples.push_back({row.sample, row.condition, row.time_h, row.replicate, row.other});
            samples.back().other.resize(pool_.inputs.counts.sample_columns.size());
        }
        return known->second;
    }

    /// The file that a row of the sheet names: as the configuration calls it, or by its last part. Sheets
    /// that were written on Windows part folders by '\\'.
    std::size_t file_of(const reads::SampleRow& row) const {
        std::string parted = row.file;
        std::replace(parted.begin(), parted.end(), '\\', '/');
        const fs::path wanted(parted);
        const auto& files = pool_.inputs.counts.files;
        std::size_t found = files.size();
        for (std::size_t i = 0; i < files.size(); ++i) {
            const fs::path name(files[i].names.front());
            if (name == fs::path(row.file).lexically_normal() || name == wanted.lexically_normal())
                return i;
            if (name.filename() == wanted.filename())
                found = i;
        }
        if (found == files.size())
            throw formats::FormatError(pool_.input.samples, fmt::format("line {}", row.line),
                                       fmt::format("file '{}' is not among reads = \"{}\"{}", row.file,
                                                   fmt::join(pool_.input.reads, "\", \""),
                                                   is_there(row.file) ? "" : ", and there is no such file"));
        return found;
    }

    /// Under the screen's folder, or beside one of the files of reads.
    bool is_there(const std::string& file) const {
        std::error_code ignored;
        bool found = fs::exists(pool_.config.resolve(file), ignored);
        for (const PoolFile& of_reads : pool_.inputs.counts.files)
            found = found || fs::exists(fs::path(of_reads.paths.front()).parent_path() / file, ignored);
        return found;
    }

    using RowsOfFile = std::map<std::size_t, std::vector<const reads::SampleRow*>>;

    void require_rows(const RowsOfFile& rows_of_file) {
        for (std::size_t i = 0; i < pool_.inputs.counts.files.size(); ++i)
            if (rows_of_file.count(i) == 0)
                pool_.problem(fmt::format("reads: '{}' is in no row of {}",
                                          pool_.inputs.counts.files[i].names.front(), pool_.input.samples));
    }

    void assign_by_file(const RowsOfFile& rows_of_file) {
        for (const auto& [number, rows] : rows_of_file) {
            PoolFile& file = pool_.inputs.counts.files[number];
            if (rows.size() > 1)
                pool_.problem(fmt::format("{}: line {}: file '{}' is in line {} already", pool_.input.samples,
                                          rows[1]->line, file.names.front(), rows[0]->line));
            else
                file.sample = samples_.at(rows.front()->sample);
        }
    }

    void assign_by_index(const RowsOfFile& rows_of_file, bool by_file) {
        for (const auto& [file, rows] : rows_of_file) {
            if (by_file)
                pool_.inputs.counts.files[file].index_set = pool_.inputs.index_sets.size();
            try {
                pool_.inputs.index_sets.push_back(
                    rows.front()->second_index.empty() ? single_indices(rows) : pairs_of_indices(rows));
            } catch (const std::invalid_argument& error) {
                throw formats::FormatError(pool_.input.samples, "", error.what());
            }
        }
        const bool pairs = !pool_.inputs.counts.index_pairs.empty();
        if (pairs && pool_.input.index == "inside")
            pool_.problem("pools.index: pairs of indices are looked for in headers or in index reads");
        if (pairs && !pool_.input.index_reads.empty() && pool_.input.second_index_reads.empty())
            pool_.problem("pools.second_index_reads: is missing: the sample sheet has pairs of indices");
        if (!pairs && !pool_.input.second_index_reads.empty())
            pool_.problem("second_index_reads would be ignored: the sample sheet has no second index");
        if (pool_.input.index == "auto" && pool_.input.index_reads.empty())
            pool_.problem(
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
        return {sequence::SampleIndex(indices, {pool_.input.index_mismatches, pool_.input.index_margin}),
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
                                         {pool_.input.index_mismatches, pool_.input.index_margin});
        };
        pipeline::IndexSet set{index_of(pairs.first), pairs.samples, index_of(pairs.second)};
        pool_.inputs.counts.index_pairs.push_back(std::move(pairs));
        return set;
    }

    PoolGathering& pool_;
    std::map<std::string, std::int32_t> samples_;
};

}  // namespace

void gather_samples(PoolGathering& pool) {
    SampleAssignment(pool).assign();
}

}  // namespace wellsieve::workflows
