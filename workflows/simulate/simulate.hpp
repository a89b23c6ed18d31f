#pragma once

#include <filesystem>

#include "workflows/simulate/spec.hpp"

namespace wellsieve::workflows::simulate {

/// Writes `out/raw` (exports, plates in the vendors' layouts by turns), `layout.csv`, `strains.csv`, the
/// truth
/// (`truth.csv` by strain, `truth_wells.csv` by well) and a `screen.toml` that runs on them. The same
/// specification gives the same bytes, with any number of threads. Throws FormatError when `out` holds a
/// screen already, and OutputError when it cannot be written.
void simulate(const SimulateSpec& spec, const std::filesystem::path& out);

}  // namespace wellsieve::workflows::simulate
