#include "formats/reads/read_kind_internal.hpp"

#include <fmt/format.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <vector>

#include "formats/error.hpp"

namespace wellsieve::formats::reads {
namespace {

struct Magic {
    std::string_view bytes;
    std::string_view what;
};

constexpr std::array not_reads = {
    Magic{std::string_view("\x28\xb5\x2f\xfd", 4),
          "is compressed by zstd; write it again as .gz: zstdcat | bgzip"},
    Magic{std::string_view("\xfd"
                           "7zXZ",
                           5),
          "is compressed by xz; write it again as .gz: xzcat | bgzip"},
    Magic{std::string_view("BZh", 3), "is compressed by bzip2; write it again as .gz: bzcat | bgzip"},
    Magic{std::string_view("PK\x03\x04", 4), "is a ZIP archive; unpack it first"},
    Magic{std::string_view("\x89HDF", 4),
          "is an HDF5 file; a count table of that kind goes to counts = \"…\""},
    Magic{std::string_view(".sra", 4), "is an SRA archive; unpack it with fasterq-dump"},
    Magic{std::string_view("NCBI.sra", 8), "is an SRA archive; unpack it with fasterq-dump"},
};

/// The first text of some gzip; short or empty where it does not inflate.
std::string inflate_start(std::string_view packed) {
    std::string text(4096, '\0');
    auto state = std::make_unique<inflate_state>();
    isal_inflate_init(state.get());
    state->crc_flag = ISAL_GZIP;
    state->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(packed.data()));
    state->avail_in = static_cast<std::uint32_t>(packed.size());
    state->next_out = reinterpret_cast<std::uint8_t*>(text.data());
    state->avail_out = static_cast<std::uint32_t>(text.size());
    isal_inflate(state.get());
    text.resize(text.size() - state->avail_out);
    return text;
}

bool is_gzip(std::string_view bytes) {
    return bytes.starts_with("\x1f\x8b\x08");
}

bool is_bgzf(std::string_view bytes) {
    return bytes.size() >= 18 && is_gzip(bytes) && (bytes[3] & 4) != 0 && bytes.substr(12, 2) == "BC";
}

/// A line of SAM without header: name, flag, reference, position, quality, CIGAR …
bool is_alignment(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t at = 0; at <= line.size();) {
        const std::size_t end = std::min(line.find('\t', at), line.size());
        fields.push_back(line.substr(at, end - at));
        at = end + 1;
    }
    const auto is_number = [](std::string_view field) {
        return !field.empty() && field.find_first_not_of("0123456789") == field.npos;
    };
    return fields.size() >= 11 && is_number(fields[1]) && is_number(fields[3]) && is_number(fields[4]) &&
           fields[5].find_first_not_of("0123456789MIDNSHP=X*") == std::string_view::npos;
}

bool is_sam(std::string_view text) {
    for (const auto* tag : {"@HD\t", "@SQ\t", "@RG\t", "@PG\t", "@CO\t"})
        if (text.starts_with(tag))
            return true;
    return is_alignment(text.substr(0, text.find_first_of("\r\n")));
}

[[noreturn]] void refuse(const std::string& path, std::string_view bytes, std::string_view text) {
    for (const Magic& magic : not_reads)
        if (bytes.starts_with(magic.bytes))
            throw FormatError(path, "", magic.what);
    std::string seen(text.substr(0, std::min<std::size_t>(text.find_first_of("\r\n"), 40)));
    for (char& c : seen)
        if (c < ' ' || c > '~')
            c = '.';
    throw FormatError(path, "",
                      fmt::format("is no FASTQ, FASTA, SAM, BAM or CRAM file: it begins with '{}'", seen));
}

}  // namespace

std::string_view format_name(ReadFormat format) {
    constexpr std::array names = {"FASTQ", "FASTA", "SAM", "BAM", "CRAM"};
    return names[static_cast<std::size_t>(format)];
}

std::string_view packing_name(ReadPacking packing) {
    constexpr std::array names = {"plain", "gzip", "BGZF"};
    return names[static_cast<std::size_t>(packing)];
}

ReadFileKind read_kind(const std::string& path, std::string_view bytes) {
    ReadFileKind kind;
    if (is_bgzf(bytes))
        kind.packing = ReadPacking::bgzf;
    else if (is_gzip(bytes))
        kind.packing = ReadPacking::gzip;
    const std::string text = kind.packing == ReadPacking::plain ? std::string(bytes) : inflate_start(bytes);
    if (text.starts_with("BAM\1"))
        kind.format = ReadFormat::bam;
    else if (text.starts_with("CRAM"))
        kind.format = ReadFormat::cram;
    else if (is_sam(text))
        kind.format = ReadFormat::sam;
    else if (text.starts_with('>'))
        kind.format = ReadFormat::fasta;
    else if (!text.starts_with('@') && !text.empty())
        refuse(path, bytes, text);
    else if (text.find('\r') != text.npos && text.find('\n') == text.npos)
        throw FormatError(path, "",
                          "has lines that end in carriage returns alone; write it again with mac2unix");
    return kind;
}

std::uint8_t phred_offset(std::string_view fastq) {
    constexpr std::size_t enough_records = 4000;
    constexpr unsigned char least_of_64 = 59;  // Solexa went down to -5
    constexpr unsigned char more_than_33 = 88;
    constexpr unsigned char most_of_64 = 64 + 45;
    unsigned char low = 255;
    unsigned char high = 0;
    std::size_t at = 0;
    for (std::size_t line = 0; line < 4 * enough_records && at < fastq.size(); ++line) {
        const std::size_t end = std::min(fastq.find('\n', at), fastq.size());
        if (line % 4 == 3)
            for (const char c : fastq.substr(at, end - at))
                if (c > ' ') {
                    low = std::min(low, static_cast<unsigned char>(c));
                    high = std::max(high, static_cast<unsigned char>(c));
                }
        at = end + 1;
    }
    return low >= least_of_64 && high > more_than_33 && high <= most_of_64 ? 64 : 33;
}

}  // namespace wellsieve::formats::reads
