#pragma once

#include <filesystem>

#include "workflows/simulate/spec.hpp"

namespace wellsieve::workflows::simulate {

/// Writes a screen and its truth, and a `screen.toml` that runs on it. Plates: `raw` (exports, plates in the
/// vendors' layouts by turns), `layout.csv`, `strains.csv`, `truth.csv` by strain, `truth_wells.csv` by well.
/// A pool: `reads`, `library.csv`, `samples.csv`, `truth_pool.csv` by guide, `truth_genes.csv`, or
/// `truth_fitness.csv` where it holds the plates' strains. The same
/// specification gives the same bytes, with any number of threads. Throws FormatError when `out` holds a
/// screen already, and OutputError when it cannot be written.
void simulate(const SimulateSpec& spec, const std::filesystem::path& out);

}  // namespace wellsieve::workflows::simulate
