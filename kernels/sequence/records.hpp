#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wellsieve::kernels::sequence {

/// Where the parts of each record stand in the text they were found in; one element a record. Line ends,
/// `\n` or `\r\n`, belong to no part; `name` starts behind the '@'.
struct RecordsOut {
    std::span<std::uint32_t> name_begin;
    std::span<std::uint32_t> name_length;
    std::span<std::uint32_t> bases_begin;
    std::span<std::uint32_t> quality_begin;
    std::span<std::uint32_t> length;  ///< of bases and of quality
};

enum class RecordDefect : std::uint8_t {
    none,
    no_at_sign,       ///< the first line does not start with '@'
    no_plus_sign,     ///< the third line does not start with '+'
    unequal_lengths,  ///< as many qualities as bases there must be
    truncated,        ///< the text ends within the record
};

struct SplitResult {
    std::size_t records = 0;  ///< whole and sound, and so the index of the first that is not
    std::size_t bytes = 0;    ///< of the text that they take
    RecordDefect defect = RecordDefect::none;
    bool operator==(const SplitResult&) const = default;
};

/// Splits FASTQ of four lines a record, below 4 GiB, until the first defect or until `out` is full (no defect
/// then; go on at `bytes`). The last line may lack its line end. A record may be of no bases. Allocates
/// nothing; linear in the bytes, read once.
SplitResult split_records(std::string_view text, const RecordsOut& out) noexcept;

/// The same line by line, without SIMD.
SplitResult split_records_reference(std::string_view text, const RecordsOut& out) noexcept;

}  // namespace wellsieve::kernels::sequence
