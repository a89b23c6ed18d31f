#include "formats/gzip_text.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>

namespace wellsieve::formats {
namespace {

constexpr std::size_t bgzf_text_bytes = 0xFF00;  ///< as bgzip has it: incompressible text still fits a block
constexpr std::size_t bgzf_header_bytes = 18;
constexpr std::size_t bgzf_trailer_bytes = 8;

using Compressor = std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)>;

Compressor make_compressor(int level) {
    Compressor compressor(libdeflate_alloc_compressor(level), libdeflate_free_compressor);
    if (compressor == nullptr)
        throw std::bad_alloc();
    return compressor;
}

void append_little_endian(std::string& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
        out += static_cast<char>(value >> (8 * i) & 0xFF);
}

void append_block(libdeflate_compressor* compressor, std::string_view text, std::string& out) {
    std::string deflated(libdeflate_deflate_compress_bound(compressor, text.size()), '\0');
    deflated.resize(
        libdeflate_deflate_compress(compressor, text.data(), text.size(), deflated.data(), deflated.size()));
    constexpr std::string_view header("\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0", 16);
    out += header;
    append_little_endian(out, bgzf_header_bytes + deflated.size() + bgzf_trailer_bytes - 1, 2);
    out += deflated;
    append_little_endian(out, libdeflate_crc32(0, text.data(), text.size()), 4);
    append_little_endian(out, text.size(), 4);
}

}  // namespace

std::string gzip_member(std::string_view text, int level) {
    const Compressor compressor = make_compressor(level);
    std::string out(libdeflate_gzip_compress_bound(compressor.get(), text.size()), '\0');
    out.resize(libdeflate_gzip_compress(compressor.get(), text.data(), text.size(), out.data(), out.size()));
    return out;
}

std::string bgzf_blocks(std::string_view text, int level) {
    const Compressor compressor = make_compressor(level);
    std::string out;
    for (std::size_t begin = 0; begin < text.size(); begin += bgzf_text_bytes)
        append_block(compressor.get(), text.substr(begin, bgzf_text_bytes), out);
    return out;
}

std::string_view bgzf_end() {
    return {"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0\x1b\0\x03\0\0\0\0\0\0\0\0\0", 28};
}

}  // namespace wellsieve::formats
