#pragma once

#include <memory>
#include <string>

#include "formats/reads/raw_input_internal.hpp"
#include "formats/reads/read_source.hpp"
#include "formats/reads/text_input_internal.hpp"

namespace wellsieve::formats::reads {

/// What every kind of source has.
class SourceBase : public ReadSource {
  public:
    SourceBase(std::string path, ReadFileKind kind, const ReadSourceOptions& options)
        : path_(std::move(path)), kind_(kind), options_(options) {}

    const ReadFileKind& kind() const override { return kind_; }
    const std::string& damage() const override { return damage_; }

  protected:
    /// Empties the block and says where it stands.
    void begin(ReadBlock& block) const;
    /// A file that ends or breaks within a record: thrown, or kept with `keep_going`.
    void stop(std::uint64_t record, std::uint64_t byte, std::string_view why);

    std::string path_;
    ReadFileKind kind_;
    ReadSourceOptions options_;
    std::string damage_;
    std::uint64_t records_ = 0;  ///< given so far
    std::uint64_t bytes_ = 0;    ///< of text, given so far
};

std::unique_ptr<ReadSource> fastq_source(std::string path, ReadFileKind kind,
                                         const ReadSourceOptions& options, std::unique_ptr<TextInput> text);
std::unique_ptr<ReadSource> fasta_source(std::string path, ReadFileKind kind,
                                         const ReadSourceOptions& options, std::unique_ptr<TextInput> text);
std::unique_ptr<ReadSource> hts_source(RawInput input, ReadFileKind kind, const ReadSourceOptions& options);

/// Appends a record as four lines. Bases without quality get `assumed_quality`.
void append_record(TextBuffer& text, std::string_view name, std::string_view bases,
                   std::string_view qualities);

/// Q40: what stands where a file tells no qualities.
inline constexpr char assumed_quality = 'I';

}  // namespace wellsieve::formats::reads
