#pragma once

#include <string>
#include <vector>

#include "pipeline/screen_options.hpp"
#include "workflows/toml_table_internal.hpp"

// The [[traits]] of screen.toml, and how the effective configuration writes them.
namespace wellsieve::workflows {

/// A trait of plates has a readout, one of a pool has the pool's name. Its name joins `names`.
void read_trait(TomlTable& table, pipeline::ScreenOptions& options, std::vector<std::string>& names);

/// What ranks: the trait that [rank] names, else the sum of those with weights, else the first of `traits`.
void choose_ranking(TomlTable& root, const std::vector<std::string>& traits,
                    pipeline::ScreenOptions& options);

std::string trait_text(const pipeline::TraitOptions& trait);
std::string trait_text(const pipeline::PoolTraitOptions& trait);

}  // namespace wellsieve::workflows
