#pragma once

#include <string>
#include <vector>

#include "pipeline/screen_options.hpp"
#include "workflows/toml_table_internal.hpp"

// The keys of growth curves, and of what is corrected before them, in screen.toml, and how the effective
// configuration writes them.
namespace wellsieve::workflows {

/// polynomial, calibration, path_length_cm or volume_ul and well_diameter_mm of a readout.
void read_correction(TomlTable& table, pipeline::ReadoutSelector& selector);
std::string correction_text(const pipeline::ReadoutCorrection& correction);
/// A feature of a sensor's track is of its readings as they are.
void check_corrected(TomlTable& root, const pipeline::TraitOptions& trait,
                     const std::vector<pipeline::ReadoutSelector>& readouts);

/// `fit = "gompertz"` of a trait: its feature is that of the fitted model.
void read_fit(TomlTable& table, pipeline::TraitOptions& trait);

/// Adds a growth model to those that are fitted, once.
void add_fit(pipeline::CurveOptions& curves, kernels::curve::GrowthModel model);

/// [curves]
void read_curves(TomlTable& table, pipeline::CurveOptions& curves);
std::string curves_text(const pipeline::CurveOptions& curves);

}  // namespace wellsieve::workflows
