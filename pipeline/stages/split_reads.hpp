#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/reads/read_source.hpp"
#include "kernels/sequence/match_barcodes.hpp"

namespace wellsieve::pipeline {

/// Blocks of the files of one PoolFile, in step.
struct ReadBatch {
    std::uint32_t file = 0;  ///< into PoolCounts::files
    std::uint8_t phred_offset = 33;
    std::vector<formats::reads::ReadBlock> blocks;

    std::size_t bytes() const;
};

/// Where the parts of each record of a block stand in its text.
struct RecordTable {
    std::vector<std::uint32_t> name_begin;
    std::vector<std::uint32_t> name_length;
    std::vector<std::uint32_t> bases_begin;
    std::vector<std::uint32_t> quality_begin;
    std::vector<std::uint32_t> length;

    kernels::sequence::Reads reads(std::string_view text) const {
        return {text, bases_begin, quality_begin, length};
    }
};

struct SplitBatch {
    ReadBatch batch;
    std::vector<RecordTable> tables;  ///< one a block

    std::size_t records() const { return tables.front().length.size(); }
};

/// A record that is none, or is of another read than that of the first file.
struct BadRecord {
    std::size_t part = 0;      ///< which block
    std::uint32_t record = 0;  ///< in the block
    std::string place;         ///< "record 17, byte 1234"
    std::string why;
};

/// The first one of a batch; `names` of its files are for messages.
std::optional<BadRecord> find_bad_record(const ReadBatch& batch, const std::vector<std::string>& names);

/// Finds the lines of each record. Throws FormatError, naming file, record and byte, for a record that is
/// none, and for files whose records are of different reads.
struct SplitReads {
    using In = ReadBatch;
    using Out = SplitBatch;
    static constexpr std::string_view name = "split reads";

    std::vector<std::vector<std::string>> names = {};  ///< [file][block], for messages

    SplitBatch operator()(ReadBatch batch) const;
};

}  // namespace wellsieve::pipeline
