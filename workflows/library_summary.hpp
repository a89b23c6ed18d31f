#pragma once

#include <string>
#include <vector>

#include "pipeline/pool_data.hpp"

namespace wellsieve::workflows {

/// What a library's look-alikes, shifted siblings, reverse complements and homopolymers are and what they
/// cost, a line for each kind that there is, with examples; for pairs, of the first barcodes and of the
/// second ones.
std::string library_summary(const std::vector<pipeline::PoolFeature>& features);

}  // namespace wellsieve::workflows
