#include "formats/reads/read_source.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "formats/error.hpp"
#include "formats/reads/read_kind_internal.hpp"
#include "formats/reads/sources_internal.hpp"

namespace wellsieve::formats::reads {
namespace {

std::unique_ptr<TextInput> text_of(RawInput input, ReadPacking packing, const results::Executor& executor) {
    switch (packing) {
        case ReadPacking::plain:
            return plain_text(std::move(input));
        case ReadPacking::gzip:
            return gzip_text(std::move(input));
        case ReadPacking::bgzf:
            return bgzf_text(std::move(input), executor);
    }
    return nullptr;
}

std::string_view read_name(std::string_view header) {
    if (!header.empty() && (header.front() == '@' || header.front() == '>'))
        header.remove_prefix(1);
    std::string_view name = header.substr(0, header.find_first_of(" \t\r\n"));
    if (name.size() >= 2 && name[name.size() - 2] == '/' && name.back() >= '1' && name.back() <= '3')
        name.remove_suffix(2);
    return name;
}

}  // namespace

void keep_records(ReadBlock& block, std::uint32_t records) {
    if (block.records <= records)
        return;
    const std::string_view text = block.text.view();
    std::size_t end = 0;
    for (std::uint32_t line = 0; line < 4 * records; ++line)
        end = text.find('\n', end) + 1;
    block.text.resize(end);
    block.records = records;
}

void SourceBase::begin(ReadBlock& block) const {
    block.first_record = records_;
    block.byte_offset = bytes_;
    block.file = options_.file;
    block.records = 0;
}

void SourceBase::stop(std::uint64_t record, std::uint64_t byte, std::string_view why) {
    damage_ = fmt::format("record {}, byte {}: {}", record + 1, byte, why);
    if (!options_.keep_going)
        throw FormatError(path_, fmt::format("record {}, byte {}", record + 1, byte),
                          fmt::format("{}; with --keep-going the records before it are counted", why));
}

void append_record(TextBuffer& text, std::string_view name, std::string_view bases,
                   std::string_view qualities) {
    text.append("@");
    text.append(name);
    text.append("\n");
    text.append(bases);
    text.append("\n+\n");
    if (qualities.empty())
        text.append(bases.size(), assumed_quality);
    else
        text.append(qualities);
    text.append("\n");
}

std::unique_ptr<ReadSource> open_reads(const std::string& path, const ReadSourceOptions& options) {
    RawInput input(path);
    const ReadFileKind kind = read_kind(path, input.peek());
    switch (kind.format) {
        case ReadFormat::fastq:
            return fastq_source(path, kind, options,
                                text_of(std::move(input), kind.packing, options.executor));
        case ReadFormat::fasta:
            return fasta_source(path, kind, options,
                                text_of(std::move(input), kind.packing, options.executor));
        case ReadFormat::sam:
        case ReadFormat::bam:
        case ReadFormat::cram:
            break;
    }
    return hts_source(std::move(input), kind, options);
}

std::optional<ReadFileKind> sniff_reads(const std::string& path) {
    try {
        RawInput input(path);
        const std::string_view first_bytes = input.peek();
        return first_bytes.empty() ? std::nullopt : std::optional(read_kind(path, first_bytes));
    } catch (const FormatError&) {
        return std::nullopt;
    }
}

bool same_read(std::string_view header, std::string_view other) {
    return read_name(header) == read_name(other);
}

ReadGroup::ReadGroup(std::vector<std::unique_ptr<ReadSource>> sources, std::vector<std::string> paths,
                     bool keep_going)
    : sources_(std::move(sources)), paths_(std::move(paths)), keep_going_(keep_going) {}

void ReadGroup::end_at(std::size_t part, std::uint64_t record, std::string_view why) {
    const std::string place = fmt::format("record {}", record + 1);
    if (!keep_going_)
        throw FormatError(paths_[part], place, std::string(why));
    damage_ = fmt::format("{}: {}", place, why);
    damaged_ = part;
}

bool ReadGroup::next(std::vector<ReadBlock>& blocks) {
    if (!damage_.empty())
        return false;
    blocks.resize(sources_.size());
    const bool more = sources_.front()->next(blocks.front());
    std::uint32_t of_all = blocks.front().records;
    for (std::size_t i = 1; i < sources_.size(); ++i) {
        const bool has = sources_[i]->next(blocks[i], more ? blocks.front().records : 1);
        const std::uint64_t here = blocks.front().first_record + blocks.front().records;
        const std::uint64_t there = blocks[i].first_record + blocks[i].records;
        if (has != more || here != there)
            end_at(i, std::min(here, there),
                   fmt::format("{} '{}' at this record: the two do not belong together, or one is cut off",
                               here > there ? "ends before" : "goes on after", paths_.front()));
        of_all = std::min(of_all, blocks[i].records);
    }
    for (ReadBlock& block : blocks)
        keep_records(block, of_all);
    return of_all > 0;
}

}  // namespace wellsieve::formats::reads
