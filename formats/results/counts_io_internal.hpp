#pragma once

#include <cstdint>
#include <vector>

#include "formats/results/hdf5_internal.hpp"
#include "formats/results/result_writer.hpp"

namespace wellsieve::formats::results {

/// See ResultWriter::write. Throws hdf5::Error.
void write_counts(hid_t file, const CountMatrix& counts, const Executor& executor);
/// X alone. Throws hdf5::Error.
std::vector<std::uint32_t> read_counts(hid_t file);

}  // namespace wellsieve::formats::results
