#pragma once

#include <string>
#include <string_view>

#include "formats/reads/read_source.hpp"

namespace wellsieve::formats::reads {

/// From the first bytes of a file; the PHRED offset is left to the records. Throws FormatError for what is no
/// file of reads, saying what it seems to be.
ReadFileKind read_kind(const std::string& path, std::string_view first_bytes);

/// The offset at which the qualities of some FASTQ text count: 64 where none is below, and some far above,
/// what an offset of 33 has; else 33.
std::uint8_t phred_offset(std::string_view fastq);

}  // namespace wellsieve::formats::reads
