#include <libdeflate.h>

#include <algorithm>
#include <bit>
#include <memory>

#include "formats/results/chunks_internal.hpp"

namespace wellsieve::formats::results {
namespace {

static_assert(std::endian::native == std::endian::little,
              "chunks hold little-endian numbers as they lie in memory");

constexpr int deflate_level = 1;
/// Enough encoded chunks at a time for all cores, few enough for 32 MiB.
constexpr std::size_t wave = 64;

using Compressor = std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)>;

libdeflate_compressor* thread_compressor() {
    thread_local const Compressor compressor(libdeflate_alloc_compressor(deflate_level),
                                             libdeflate_free_compressor);
    if (!compressor)
        throw std::bad_alloc();
    return compressor.get();
}

/// First bytes of all elements, then all second bytes, and so on, in blocks that stay in the cache.
void shuffle(std::span<const std::byte> in, std::size_t element_bytes, std::size_t rows, std::byte* out) {
    constexpr std::size_t block = 2048;
    const auto n = in.size() / element_bytes;
    for (std::size_t begin = 0; begin < n; begin += block) {
        const auto end = std::min(begin + block, n);
        for (std::size_t b = 0; b < element_bytes; ++b)
            for (std::size_t i = begin; i < end; ++i)
                out[b * rows + i] = in[i * element_bytes + b];
    }
}

}  // namespace

hdf5::PropertyList chunked_properties(std::size_t rows) {
    auto list = hdf5::dataset_properties();
    const hsize_t extent = rows;
    hdf5::check(H5Pset_chunk(list.id(), 1, &extent));
    hdf5::check(H5Pset_shuffle(list.id()));
    hdf5::check(H5Pset_deflate(list.id(), deflate_level));
    return list;
}

std::vector<std::byte> encode_chunk(const Chunk& chunk) {
    std::vector<std::byte> shuffled(chunk.rows * chunk.element_bytes);
    shuffle(chunk.values, chunk.element_bytes, chunk.rows, shuffled.data());
    auto* compressor = thread_compressor();
    std::vector<std::byte> packed(libdeflate_zlib_compress_bound(compressor, shuffled.size()));
    packed.resize(
        libdeflate_zlib_compress(compressor, shuffled.data(), shuffled.size(), packed.data(), packed.size()));
    return packed;
}

void write_chunks(std::span<const Chunk> chunks, const Executor& executor) {
    std::vector<std::vector<std::byte>> packed(std::min(wave, chunks.size()));
    for (std::size_t begin = 0; begin < chunks.size(); begin += wave) {
        const auto now = chunks.subspan(begin, std::min(wave, chunks.size() - begin));
        executor(now.size(), [&](std::size_t i) { packed[i] = encode_chunk(now[i]); });
        for (std::size_t i = 0; i < now.size(); ++i) {
            const hsize_t offset = now[i].first_row;
            hdf5::check(
                H5Dwrite_chunk(now[i].dataset, H5P_DEFAULT, 0, &offset, packed[i].size(), packed[i].data()));
        }
    }
}

}  // namespace wellsieve::formats::results
