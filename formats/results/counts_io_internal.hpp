#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/results/hdf5_internal.hpp"
#include "formats/results/result_writer.hpp"

namespace wellsieve::formats::results {

/// See ResultWriter::write. Throws hdf5::Error.
void write_counts(hid_t file, const CountMatrix& counts, const Executor& executor);
/// X alone, of an AnnData object. Throws hdf5::Error.
void write_matrix(hid_t group, const CountMatrix& counts, const Executor& executor);
std::vector<std::uint32_t> read_counts(hid_t file, std::string_view name);

}  // namespace wellsieve::formats::results
