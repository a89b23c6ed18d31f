#pragma once

#include <filesystem>
#include <string_view>

#include "formats/results/hdf5_internal.hpp"
#include "formats/results/result_writer.hpp"

namespace wellsieve::formats::results {

/// `file` must outlive the stream. Throws as ResultWriter::stream does.
TableStream make_stream(const std::filesystem::path& path, hid_t file, std::string_view table,
                        const Executor& executor);

}  // namespace wellsieve::formats::results
