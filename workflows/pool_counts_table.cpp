#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "formats/reads/counts_table.hpp"
#include "formats/reads/library.hpp"
#include "formats/reads/sample_sheet.hpp"
#include "formats/results/h5ad_counts.hpp"
#include "workflows/pool_inputs_internal.hpp"

namespace wellsieve::workflows {
namespace {

namespace reads = formats::reads;

/// What a library beside the counts says of their rows, found by id, or by barcode.
void name_by_library(PoolGathering& pool) {
    if (pool.input.library.empty())
        return;
    const reads::Library library = reads::read_library(pool.config.resolve(pool.input.library).string());
    pool.add_table("library", pool.input.library);
    std::map<std::string_view, std::size_t> known;
    for (std::size_t i = 0; i < library.entries.size(); ++i) {
        known.emplace(library.entries[i].id, i);
        known.emplace(library.entries[i].barcode, i);
    }
    if (!library.places.empty())
        pool.inputs.counts.places.resize(pool.inputs.counts.features.size());
    std::size_t unknown = 0;
    for (std::size_t i = 0; i < pool.inputs.counts.features.size(); ++i) {
        pipeline::PoolFeature& feature = pool.inputs.counts.features[i];
        auto found = known.find(feature.id);
        if (found == known.end())
            found = known.find(feature.barcode);
        if (found == known.end()) {
            ++unknown;
            continue;
        }
        const reads::LibraryEntry& entry = library.entries[found->second];
        feature.barcode = entry.barcode;
        feature.first_part = entry.first_part;
        if (!entry.strain.empty())
            feature.strain = entry.strain;
        if (!entry.gene.empty())
            feature.gene = entry.gene;
        if (!library.places.empty())
            pool.inputs.counts.places[i] = {std::string(library.places[found->second].scaffold),
                                            library.places[found->second].position};
    }
    if (unknown == pool.inputs.counts.features.size())
        throw formats::FormatError(
            pool.input.library, "",
            fmt::format("knows not one of the rows of {}, neither by id nor by barcode", pool.input.counts));
    if (unknown > 0)
        pool.inputs.counts.notes.push_back(
            fmt::format("{}: {} not in {}", pool.input.counts,
                        unknown == 1 ? "1 row is" : fmt::format("{} rows are", unknown), pool.input.library));
}

using Columns = std::vector<std::pair<std::size_t, pipeline::PoolSample>>;

/// Whether an earlier row told this sample of this column, as a sheet with a row for each lane does.
bool is_told_already(const PoolGathering& pool, const Columns& columns, std::size_t column,
                     const reads::SampleRow& row) {
    for (const auto& [known, sample] : columns) {
        if (known == column && sample.name == row.sample)
            return true;
        if (known == column || sample.name == row.sample)
            throw formats::FormatError(
                pool.input.samples, fmt::format("line {}", row.line),
                fmt::format("sample '{}' and column of {} are no pair: one of them is in another row",
                            row.sample, pool.input.counts));
    }
    return false;
}

Columns columns_without_sheet(const reads::CountsTable& table) {
    Columns columns;
    for (std::size_t i = 0; i < table.samples.size(); ++i)
        columns.push_back({i, {table.samples[i], "", pipeline::not_set, "", {}}});
    return columns;
}

reads::SampleSheet read_sheet(PoolGathering& pool) {
    reads::SampleSheet sheet;
    if (pool.input.samples.empty())
        return sheet;
    sheet = reads::read_sample_sheet(pool.config.resolve(pool.input.samples).string(),
                                     reads::SampleSource::counts);
    pool.inputs.counts.sample_columns = sheet.other_columns;
    return sheet;
}

std::vector<std::string> wanted_columns(const reads::SampleSheet& sheet) {
    std::vector<std::string> out;
    for (const reads::SampleRow& row : sheet.rows)
        for (const std::string& name : {row.sample, row.file})
            if (!name.empty())
                out.push_back(name);
    return out;
}

Columns columns_of(PoolGathering& pool, const reads::CountsTable& table, const reads::SampleSheet& sheet) {
    if (sheet.rows.empty())
        return columns_without_sheet(table);
    pool.add_table("samples", pool.input.samples);
    Columns columns;
    for (const reads::SampleRow& row : sheet.rows) {
        const auto found =
            std::find_if(table.samples.begin(), table.samples.end(), [&](const std::string& name) {
                return name == row.sample || (!name.empty() && name == row.file);
            });
        if (found == table.samples.end())
            throw formats::FormatError(
                pool.input.samples, fmt::format("line {}", row.line),
                fmt::format("sample '{}' is no column of {}", row.sample, pool.input.counts));
        const auto column = static_cast<std::size_t>(found - table.samples.begin());
        if (!is_told_already(pool, columns, column, row))
            columns.push_back({column, {row.sample, row.condition, row.time_h, row.replicate, row.other}});
    }
    return columns;
}

}  // namespace

void gather_counts(PoolGathering& pool) {
    pool.trying([&] {
        const std::string path = pool.config.resolve(pool.input.counts).string();
        const reads::SampleSheet sheet = read_sheet(pool);
        const reads::CountsTable table = formats::results::is_hdf5(path)
                                             ? formats::results::read_h5ad_counts(path)
                                             : reads::read_counts_table(path, wanted_columns(sheet));
        pool.add_table("counts", pool.input.counts);
        pipeline::PoolCounts& counts = pool.inputs.counts;
        for (std::size_t i = 0; i < table.ids.size(); ++i)
            counts.features.push_back({table.ids[i], table.barcodes[i], table.strains[i], table.genes[i], 0});
        for (std::size_t i = 0; i < table.positions.size(); ++i)
            counts.places.push_back({table.scaffolds[i], table.positions[i]});
        for (const std::string& note : table.notes)
            counts.notes.push_back(fmt::format("{}: {}", pool.input.counts, note));
        name_by_library(pool);
        for (const auto& [column, sample] : columns_of(pool, table, sheet)) {
            const auto first = table.counts.begin() + static_cast<std::ptrdiff_t>(column * table.ids.size());
            counts.samples.push_back(sample);
            counts.counts.insert(counts.counts.end(), first,
                                 first + static_cast<std::ptrdiff_t>(table.ids.size()));
        }
    });
}

}  // namespace wellsieve::workflows
