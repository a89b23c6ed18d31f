#include "tests/support/packed_reads.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <random>

namespace wellsieve::tests {
namespace {

void append_little_endian(std::string& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
        out += static_cast<char>(value >> (8 * i));
}

std::string deflated(std::string_view text) {
    libdeflate_compressor* const compressor = libdeflate_alloc_compressor(6);
    std::string out(libdeflate_deflate_compress_bound(compressor, text.size()), '\0');
    out.resize(libdeflate_deflate_compress(compressor, text.data(), text.size(), out.data(), out.size()));
    libdeflate_free_compressor(compressor);
    return out;
}

/// A member of gzip; with the extra field of BGZF where it is asked for.
std::string member(std::string_view text, bool bgzf) {
    const std::string body = deflated(text);
    std::string out("\x1f\x8b\x08", 3);
    out += bgzf ? '\4' : '\0';
    out += std::string("\0\0\0\0\0\xff", 6);
    if (bgzf) {
        out += std::string("\6\0BC\2\0", 6);
        append_little_endian(out, static_cast<std::uint32_t>(18 + body.size() + 8 - 1), 2);
    }
    out += body;
    append_little_endian(out, libdeflate_crc32(0, text.data(), text.size()), 4);
    append_little_endian(out, static_cast<std::uint32_t>(text.size()), 4);
    return out;
}

}  // namespace

std::string fastq_text(std::size_t count, unsigned seed, std::size_t shortest, std::size_t longest,
                       std::string_view line_end) {
    std::mt19937 random(seed);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t length = shortest + random() % (longest - shortest + 1);
        text += "@read:" + std::to_string(i) + " 1:N:0:ACGT";
        text += line_end;
        for (std::size_t k = 0; k < length; ++k)
            text += "ACGTN"[random() % 41 / 10];
        text += line_end;
        text += '+';
        text += line_end;
        for (std::size_t k = 0; k < length; ++k)
            text += static_cast<char>('!' + random() % 41);  // '@' and '+' may begin a line
        text += line_end;
    }
    return text;
}

std::string gzip_of(std::string_view text) {
    return member(text, false);
}

std::string bgzf_of(std::string_view text, std::size_t block_bytes) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += block_bytes)
        out += member(text.substr(at, block_bytes), true);
    return out + member("", true);
}

std::string write_file(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path.string();
}

}  // namespace wellsieve::tests
