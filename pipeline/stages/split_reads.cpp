#include "pipeline/stages/split_reads.hpp"

#include <fmt/format.h>

#include "formats/error.hpp"
#include "kernels/sequence/records.hpp"

namespace wellsieve::pipeline {
namespace {

using formats::reads::ReadBlock;
using kernels::sequence::RecordDefect;

std::string_view why(RecordDefect defect) {
    switch (defect) {
        case RecordDefect::no_at_sign:
            return "does not begin with '@'; FASTQ of four lines a record is wanted";
        case RecordDefect::no_plus_sign:
            return "has no '+' in its third line; FASTQ of four lines a record is wanted";
        case RecordDefect::unequal_lengths:
            return "has not as many qualities as bases";
        case RecordDefect::truncated:
            return "is cut off";
        case RecordDefect::none:
            break;
    }
    return "is of blank lines";
}

std::optional<BadRecord> earlier(std::optional<BadRecord> a, std::optional<BadRecord> b) {
    return a && (!b || a->record <= b->record) ? std::move(a) : std::move(b);
}

/// The records of a block before its first bad one.
RecordTable split_block(const ReadBatch& batch, std::size_t part, std::optional<BadRecord>& bad) {
    const ReadBlock& block = batch.blocks[part];
    RecordTable table;
    for (auto* column :
         {&table.name_begin, &table.name_length, &table.bases_begin, &table.quality_begin, &table.length})
        column->resize(block.records);
    const auto result = kernels::sequence::split_records(
        block.text.view(),
        {table.name_begin, table.name_length, table.bases_begin, table.quality_begin, table.length});
    if (result.records != block.records || result.defect != RecordDefect::none)
        bad = earlier(std::move(bad),
                      BadRecord{part, static_cast<std::uint32_t>(result.records),
                                fmt::format("record {}, byte {}", block.first_record + result.records + 1,
                                            block.byte_offset + result.bytes),
                                std::string(why(result.defect))});
    return table;
}

/// Looks at the first `records`.
std::optional<BadRecord> find_out_of_step(const ReadBatch& batch, const std::vector<RecordTable>& tables,
                                          const std::vector<std::string>& names, std::uint32_t records) {
    const auto header = [&](std::size_t part, std::size_t record) {
        return batch.blocks[part].text.view().substr(tables[part].name_begin[record],
                                                     tables[part].name_length[record]);
    };
    if (tables.size() == 1)
        return std::nullopt;
    for (std::uint32_t record = 0; record < records; ++record)
        for (std::size_t part = 1; part < tables.size(); ++part)
            if (!formats::reads::same_read(header(0, record), header(part, record)))
                return BadRecord{part, record,
                                 fmt::format("record {}", batch.blocks[part].first_record + record + 1),
                                 fmt::format("is '{}' where '{}' has '{}': the two are out of step",
                                             header(part, record), names[0], header(0, record))};
    return std::nullopt;
}

std::vector<RecordTable> split(const ReadBatch& batch, const std::vector<std::string>& names,
                               std::optional<BadRecord>& bad) {
    std::vector<RecordTable> tables;
    for (std::size_t part = 0; part < batch.blocks.size(); ++part)
        tables.push_back(split_block(batch, part, bad));
    bad = earlier(find_out_of_step(batch, tables, names, bad ? bad->record : batch.blocks.front().records),
                  std::move(bad));
    return tables;
}

}  // namespace

std::size_t ReadBatch::bytes() const {
    std::size_t sum = 0;
    for (const ReadBlock& block : blocks)
        sum += block.text.size();
    return sum;
}

std::optional<BadRecord> find_bad_record(const ReadBatch& batch, const std::vector<std::string>& names) {
    std::optional<BadRecord> bad;
    split(batch, names, bad);
    return bad;
}

SplitBatch SplitReads::operator()(ReadBatch batch) const {
    const std::vector<std::string>& of_file = names[batch.file];
    std::optional<BadRecord> bad;
    SplitBatch out;
    out.tables = split(batch, of_file, bad);
    if (bad)
        throw formats::FormatError(of_file[bad->part], bad->place, bad->why);
    out.batch = std::move(batch);
    return out;
}

}  // namespace wellsieve::pipeline
