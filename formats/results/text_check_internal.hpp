#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wellsieve::formats::results {

/// UTF-8 without a NUL: what HDF5 can hold whole, and h5py can read.
bool is_storable(std::string_view text);

/// Throws std::invalid_argument naming the column and the row of the first text that is not storable.
void check_texts(std::string_view column, const std::vector<std::string>& texts);

}  // namespace wellsieve::formats::results
