#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <bit>
#include <memory>

#include "formats/results/chunks_internal.hpp"

namespace wellsieve::formats::results {
namespace {

static_assert(std::endian::native == std::endian::little,
              "chunks hold little-endian numbers as they lie in memory");

/// With shuffled columns as fast as level 1, and tighter: most byte planes are runs, which level 1 is slow
/// on.
constexpr int deflate_level = 4;
/// Enough encoded chunks at a time for all cores, few enough for 32 MiB.
constexpr std::size_t wave = 64;

/// What a thread needs to encode chunks, kept because fresh pages cost more than the encoding.
struct Scratch {
    std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor{
        libdeflate_alloc_compressor(deflate_level), libdeflate_free_compressor};
    std::vector<std::byte> shuffled;
    std::vector<std::byte> packed;
};

Scratch& scratch_for(std::size_t chunk_bytes) {
    thread_local Scratch scratch;
    if (!scratch.compressor)
        throw std::bad_alloc();
    scratch.shuffled.resize(chunk_bytes);
    const auto bound = libdeflate_zlib_compress_bound(scratch.compressor.get(), chunk_bytes);
    scratch.packed.resize(std::max(scratch.packed.size(), bound));
    return scratch;
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
    auto& [compressor, shuffled, packed] = scratch_for(chunk.rows * chunk.element_bytes);
    if (chunk.values.size() < shuffled.size())
        std::ranges::fill(shuffled, std::byte{0});
    shuffle(chunk.values, chunk.element_bytes, chunk.rows, shuffled.data());
    const auto n = libdeflate_zlib_compress(compressor.get(), shuffled.data(), shuffled.size(), packed.data(),
                                            packed.size());
    return {packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(n)};
}

void write_chunks(std::span<const Chunk> chunks, const Executor& executor) {
    std::vector<std::vector<std::byte>> packed(std::min(wave, chunks.size()));
    for (std::size_t begin = 0; begin < chunks.size(); begin += wave) {
        const auto now = chunks.subspan(begin, std::min(wave, chunks.size() - begin));
        executor(now.size(), [&](std::size_t i) { packed[i] = encode_chunk(now[i]); });
        for (std::size_t i = 0; i < now.size(); ++i) {
            const std::array<hsize_t, 2> offset = {now[i].matrix_row, now[i].first_row};
            hdf5::check(H5Dwrite_chunk(now[i].dataset, H5P_DEFAULT, 0,
                                       offset.data() + (now[i].in_matrix ? 0 : 1), packed[i].size(),
                                       packed[i].data()));
        }
    }
}

}  // namespace wellsieve::formats::results
