#include "pipeline/pool_tables.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <numeric>

#include "formats/results/schema.hpp"

namespace wellsieve::pipeline {
namespace {

namespace results = formats::results;
using results::ResultTable;

/// Text of few kinds; empty text is not available.
template <typename Rows, typename Text>
results::Categorical text_column(const Rows& rows, Text text) {
    std::vector<std::string> texts;
    for (const auto& row : rows)
        texts.push_back(text(row));
    results::Categorical column = results::categorical_of(texts);
    for (std::int32_t& code : column.codes)
        if (column.categories[static_cast<std::size_t>(code)].empty())
            code = results::Categorical::not_available;
    return column;
}

template <typename T, typename Rows, typename Value>
std::vector<T> column_of(const Rows& rows, Value value) {
    std::vector<T> column;
    for (const auto& row : rows)
        column.push_back(static_cast<T>(value(row)));
    return column;
}

/// The two of a pair parted by ';'.
std::string barcode_text(const PoolFeature& feature) {
    std::string text = feature.barcode;
    if (feature.first_part > 0)
        text.insert(feature.first_part, 1, ';');
    return text;
}

}  // namespace

std::string_view reason_of(ReadFate fate) {
    switch (fate) {
        case ReadFate::ambiguous:
            return "several barcodes explain them too equally";
        case ReadFate::no_match:
            return "the library lacks the sequence at the barcode's place";
        case ReadFate::no_anchor:
            return "without the constant bases around a barcode, or too short";
        case ReadFate::low_quality:
            return "the barcode was read too badly";
        case ReadFate::duplicate:
            return "of molecules that were counted already";
        case ReadFate::no_pair:
            return "the two barcodes are no pair of the library";
        case ReadFate::no_sample:
            return "the index is of no sample";
        default:
            return {};
    }
}

ResultTable samples_table(const PoolCounts& counts) {
    const auto& rows = counts.samples;
    ResultTable table = results::make_table(results::table_name::samples);
    table.add("sample", column_of<std::string>(rows, [](const auto& s) { return s.name; }));
    table.add("condition", text_column(rows, [](const auto& s) { return s.condition; }));
    table.add("time_h", column_of<double>(rows, [](const auto& s) { return s.time_h; }));
    table.add("replicate", text_column(rows, [](const auto& s) { return s.replicate; }));
    std::vector<std::int64_t> counted;
    for (std::size_t s = 0; s < rows.size(); ++s) {
        const auto first = counts.counts.begin() + static_cast<std::ptrdiff_t>(counts.at(s, 0));
        counted.push_back(std::accumulate(first, first + static_cast<std::ptrdiff_t>(counts.features.size()),
                                          std::int64_t{0}));
    }
    const bool from_reads = !counts.tallies.empty();
    table.add("reads", from_reads
                           ? column_of<std::int64_t>(counts.tallies, [](const auto& t) { return t.total(); })
                           : counted);
    table.add("counted", counted);
    for (std::size_t fate = 0; fate < read_fates; ++fate) {
        if (static_cast<ReadFate>(fate) == ReadFate::no_sample)
            continue;
        std::vector<std::int64_t> column(rows.size());
        for (std::size_t s = 0; from_reads && s < rows.size(); ++s)
            column[s] = static_cast<std::int64_t>(counts.tallies[s].of[fate]);
        table.add(std::string(fate_name(static_cast<ReadFate>(fate))), std::move(column));
    }
    for (std::size_t i = 0; i < counts.sample_columns.size(); ++i) {
        const bool taken = table.find(counts.sample_columns[i]) != nullptr;
        table.add(taken ? "sheet_" + counts.sample_columns[i] : counts.sample_columns[i],
                  text_column(rows, [&](const auto& s) { return s.other[i]; }));
    }
    return table;
}

ResultTable features_table(const PoolCounts& counts) {
    const auto& rows = counts.features;
    ResultTable table = results::make_table(results::table_name::features);
    table.add("feature", column_of<std::string>(rows, [](const auto& f) { return f.id; }));
    table.add("barcode", column_of<std::string>(rows, [](const auto& f) { return barcode_text(f); }));
    table.add("strain", text_column(rows, [](const auto& f) { return f.strain; }));
    table.add("gene", text_column(rows, [](const auto& f) { return f.gene; }));
    return table;
}

ResultTable suspects_table(const PoolCounts& counts) {
    const auto& rows = counts.suspects;
    ResultTable table = results::make_table(results::table_name::suspects);
    table.add("kind", text_column(rows, [](const auto& s) { return s.kind; }));
    table.add("sample", text_column(rows, [](const auto& s) { return s.sample; }));
    table.add("feature", column_of<std::string>(rows, [](const auto& s) { return s.feature; }));
    table.add("other", column_of<std::string>(rows, [](const auto& s) { return s.other; }));
    table.add("bases", column_of<std::string>(rows, [](const auto& s) { return s.bases; }));
    table.add("reads", column_of<std::int64_t>(rows, [](const auto& s) { return s.reads; }));
    table.add("other_reads", column_of<std::int64_t>(rows, [](const auto& s) { return s.other_reads; }));
    return table;
}

std::vector<InputFile> read_inputs(const PoolCounts& counts) {
    std::vector<InputFile> inputs;
    for (const PoolFile& file : counts.files)
        for (std::size_t part = 0; part < file.names.size(); ++part) {
            InputFile input{file.names[part], file.bytes[part], {}, "reads", file.reader, 0, 0, 0};
            if (part == 0) {
                input.cells_in = file.tally.total();
                input.cells_used = file.tally.counted();
                input.cells_rejected = input.cells_in - input.cells_used;
            }
            inputs.push_back(std::move(input));
        }
    return inputs;
}

std::vector<ScreenReject> read_rejects(const PoolCounts& counts) {
    std::vector<ScreenReject> rejects;
    for (const PoolFile& file : counts.files)
        for (std::size_t i = 0; i < read_fates; ++i) {
            const auto fate = static_cast<ReadFate>(i);
            if (!is_counted(fate) && file.tally.of[i] > 0)
                rejects.push_back({"reads", file.names.front(), fmt::format("{} reads", file.tally.of[i]),
                                   fmt::format("{}: {}", fate_name(fate), reason_of(fate))});
        }
    for (const UnmatchedSequence& sequence : counts.unmatched)
        rejects.push_back({"sequence", "", sequence.bases,
                           fmt::format("{}: {} of the first {} reads", fate_name(sequence.fate),
                                       sequence.reads, counts.searched_reads)});
    return rejects;
}

std::string mageck_table(const PoolCounts& counts) {
    std::string text = "sgRNA\tGene";
    for (const PoolSample& sample : counts.samples)
        text += "\t" + sample.name;
    text += '\n';
    for (std::size_t f = 0; f < counts.features.size(); ++f) {
        const PoolFeature& feature = counts.features[f];
        text += feature.id;
        text += '\t';
        text += !feature.gene.empty() ? feature.gene : !feature.strain.empty() ? feature.strain : feature.id;
        for (std::size_t s = 0; s < counts.samples.size(); ++s)
            fmt::format_to(std::back_inserter(text), "\t{}", counts.counts[counts.at(s, f)]);
        text += '\n';
    }
    return text;
}

}  // namespace wellsieve::pipeline
