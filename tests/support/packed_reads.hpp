#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace wellsieve::tests {

/// `count` records of FASTQ, made from the seed; lengths from `shortest` to `longest`.
std::string fastq_text(std::size_t count, unsigned seed, std::size_t shortest = 30, std::size_t longest = 80,
                       std::string_view line_end = "\n");

/// One member of gzip.
std::string gzip_of(std::string_view text);

/// BGZF whose blocks hold `block_bytes` of text each, with the empty block at the end.
std::string bgzf_of(std::string_view text, std::size_t block_bytes = 65280);

/// Writes the bytes; the path, as text.
std::string write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace wellsieve::tests
