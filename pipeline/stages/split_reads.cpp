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
    return "cannot be read";
}

RecordTable split(const ReadBlock& block, const std::string& name) {
    RecordTable table;
    for (auto* column :
         {&table.name_begin, &table.name_length, &table.bases_begin, &table.quality_begin, &table.length})
        column->resize(block.records);
    const auto result = kernels::sequence::split_records(
        block.text.view(),
        {table.name_begin, table.name_length, table.bases_begin, table.quality_begin, table.length});
    if (result.records != block.records || result.defect != RecordDefect::none)
        throw formats::FormatError(name,
                                   fmt::format("record {}, byte {}", block.first_record + result.records + 1,
                                               block.byte_offset + result.bytes),
                                   why(result.defect));
    return table;
}

void check_step(const SplitBatch& split, const std::vector<std::string>& names) {
    const auto header = [&](std::size_t block, std::size_t record) {
        const RecordTable& table = split.tables[block];
        return split.batch.blocks[block].text.view().substr(table.name_begin[record],
                                                            table.name_length[record]);
    };
    for (std::size_t block = 1; block < split.tables.size(); ++block)
        for (std::size_t record = 0; record < split.records(); ++record)
            if (!formats::reads::same_read(header(0, record), header(block, record)))
                throw formats::FormatError(
                    names[block],
                    fmt::format("record {}", split.batch.blocks[block].first_record + record + 1),
                    fmt::format("is '{}' where '{}' has '{}': the two are out of step", header(block, record),
                                names[0], header(0, record)));
}

}  // namespace

std::size_t ReadBatch::bytes() const {
    std::size_t sum = 0;
    for (const ReadBlock& block : blocks)
        sum += block.text.size();
    return sum;
}

SplitBatch SplitReads::operator()(ReadBatch batch) const {
    SplitBatch out;
    const std::vector<std::string>& of_file = names[batch.file];
    for (std::size_t i = 0; i < batch.blocks.size(); ++i)
        out.tables.push_back(split(batch.blocks[i], of_file[i]));
    out.batch = std::move(batch);
    check_step(out, of_file);
    return out;
}

}  // namespace wellsieve::pipeline
