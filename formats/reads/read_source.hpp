#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/reads/text_buffer.hpp"
#include "formats/results/executor.hpp"

namespace wellsieve::formats::reads {

/// A run of whole records of one file as FASTQ text: four lines each, every line ended by '\n' (or "\r\n", as
/// in the file). Records of FASTA, SAM, BAM and CRAM files are written as such text, too.
struct ReadBlock {
    TextBuffer text;
    std::uint64_t first_record = 0;  ///< of the file, from 0
    std::uint64_t byte_offset = 0;   ///< of the text, in the file after inflating
    std::uint32_t file = 0;          ///< as the opener numbers it
    std::uint32_t records = 0;
};

/// The first `records` of a block, if it has as many.
void keep_records(ReadBlock& block, std::uint32_t records);

enum class ReadFormat : std::uint8_t { fastq, fasta, sam, bam, cram };
enum class ReadPacking : std::uint8_t { plain, gzip, bgzf };

std::string_view format_name(ReadFormat format);
std::string_view packing_name(ReadPacking packing);

/// What the first bytes of a file tell.
struct ReadFileKind {
    ReadFormat format = ReadFormat::fastq;
    ReadPacking packing = ReadPacking::plain;  ///< of the text; SAM, BAM and CRAM are HTSlib's to open
    std::uint8_t phred_offset = 33;            ///< 33 or 64, from the qualities of the first records
};

struct ReadSourceOptions {
    std::uint32_t file = 0;                ///< for the blocks
    std::size_t block_bytes = 1 << 20;     ///< of text, about
    std::string reference = {};            ///< FASTA that a CRAM was written against; empty: the file's own
    bool keep_going = false;               ///< a damaged file ends at its last whole record
    results::Executor executor = nullptr;  ///< inflates the blocks of BGZF; null: one by one
};

/// One file of reads, from its first record to its last, in blocks of about `block_bytes`. Holds a few blocks
/// of it, whatever its size. Not for several threads at once, and not one after a call that threw.
class ReadSource {
  public:
    virtual ~ReadSource() = default;
    ReadSource(const ReadSource&) = delete;
    ReadSource& operator=(const ReadSource&) = delete;

    /// The next records; false at the end of the file, with `block` empty. The memory of `block` is used
    /// again. `records` asks for that many of them (fewer only at the end), 0 for a block's fill. Throws
    /// FormatError with byte offset and record for a file that is cut off or damaged.
    virtual bool next(ReadBlock& block, std::uint32_t records = 0) = 0;

    virtual const ReadFileKind& kind() const = 0;
    /// With `keep_going`, why the file ended early; empty where it did not.
    virtual const std::string& damage() const = 0;
    /// After the last record, what the user should know of the file, though all of it was read; empty:
    /// nothing.
    virtual std::string_view remark() const { return {}; }

  protected:
    ReadSource() = default;
};

/// Chooses by content, never by the file's name: FASTQ and FASTA (plain, gzip of one or many members, BGZF),
/// SAM, BAM, CRAM. "-" is the standard input. Throws FormatError for what is none of these.
std::unique_ptr<ReadSource> open_reads(const std::string& path, const ReadSourceOptions& options = {});

/// What a file seems to be, from its first bytes; nothing where it is no file of reads.
std::optional<ReadFileKind> sniff_reads(const std::string& path);

/// Files whose records belong together, read by read: R1 and R2, or reads and their index reads.
class ReadGroup {
  public:
    /// With `keep_going`, files of unequal length end with the last record that all of them have.
    explicit ReadGroup(std::vector<std::unique_ptr<ReadSource>> sources, std::vector<std::string> paths,
                       bool keep_going = false);

    /// One block of each source, of records of the same numbers. Throws FormatError, naming both files and
    /// the record, where one file ends before another.
    bool next(std::vector<ReadBlock>& blocks);
    /// With `keep_going`, which source ended before the others, or after them, and at which record; empty
    /// where all ended together.
    const std::string& damage() const { return damage_; }
    std::size_t damaged() const { return damaged_; }
    const ReadSource& source(std::size_t i) const { return *sources_[i]; }
    std::size_t size() const { return sources_.size(); }

  private:
    std::vector<std::unique_ptr<ReadSource>> sources_;
    std::vector<std::string> paths_;
    bool keep_going_;
    std::string damage_;
    std::size_t damaged_ = 0;

    void end_at(std::size_t part, std::uint64_t record, std::string_view why);
};

/// Whether two header lines name one read: equal up to the first blank, but for an ending "/1", "/2" or "/3".
bool same_read(std::string_view header, std::string_view other);

}  // namespace wellsieve::formats::reads
