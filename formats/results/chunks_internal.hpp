#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "formats/results/executor.hpp"
#include "formats/results/hdf5_internal.hpp"

namespace wellsieve::formats::results {

/// A piece of a column that becomes one chunk of its dataset.
struct Chunk {
    hid_t dataset = H5I_INVALID_HID;
    std::size_t first_row = 0;  ///< a multiple of `rows`
    std::size_t rows = 0;       ///< of a whole chunk; `values` may be shorter, the rest is zero
    std::size_t element_bytes = 0;
    std::span<const std::byte> values;
    std::size_t matrix_row = 0;  ///< of a matrix whose chunks are pieces of its rows
    bool in_matrix = false;
};

/// Properties of a dataset with chunks of that many rows, shuffled and deflated.
hdf5::PropertyList chunked_properties(std::size_t rows);

/// HDF5's shuffle and deflate filters on one chunk.
std::vector<std::byte> encode_chunk(const Chunk& chunk);

/// Encodes through the executor, some at a time, and writes in the order given: the same bytes in the file
/// for any executor. The datasets have been made with `chunked_properties`. Memory: `wave` encoded chunks.
void write_chunks(std::span<const Chunk> chunks, const Executor& executor);

}  // namespace wellsieve::formats::results
