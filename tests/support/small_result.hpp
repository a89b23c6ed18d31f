#pragma once

#include <filesystem>

namespace wellsieve::tests {

/// A result with every table of the plate lane: two plates of 2 × 3 wells, invented values, text beyond
/// ASCII, missing values of every kind.
void write_small_result(const std::filesystem::path& path);

}  // namespace wellsieve::tests
