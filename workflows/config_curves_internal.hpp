#pragma once

#include <string>

#include "pipeline/screen_options.hpp"
#include "workflows/toml_table_internal.hpp"

// The keys of growth curves in screen.toml, and how the effective configuration writes them.
namespace wellsieve::workflows {

/// `fit = "gompertz"` of a trait: its feature is that of the fitted model.
void read_fit(TomlTable& table, pipeline::TraitOptions& trait);

/// Adds a growth model to those that are fitted, once.
void add_fit(pipeline::CurveOptions& curves, kernels::curve::GrowthModel model);

/// [curves]
void read_curves(TomlTable& table, pipeline::CurveOptions& curves);
std::string curves_text(const pipeline::CurveOptions& curves);

}  // namespace wellsieve::workflows
