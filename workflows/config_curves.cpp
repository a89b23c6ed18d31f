#include "workflows/config_curves_internal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace wellsieve::workflows {
namespace {

constexpr double mm_per_cm = 10;

using kernels::curve::GrowthModel;
using pipeline::CurveOptions;
using pipeline::to_string;
using pipeline::words_of;

constexpr std::uint32_t fewest_bootstrap_draws = 20;

void require(TomlTable& table, std::string_view key, bool holds, std::string_view message) {
    if (!holds)
        table.problem(key, message);
}

/// `fit = ["logistic", "gompertz"]`, each model once.
void read_fits(TomlTable& table, CurveOptions& curves) {
    std::vector<std::string> names;
    table.read("fit", names);
    const std::vector<std::string_view> words = words_of(GrowthModel());
    for (const std::string& name : names) {
        const auto word = std::find(words.begin(), words.end(), name);
        if (word == words.end())
            table.problem("fit", fmt::format("'{}' is no growth model; one of {} is wanted", name,
                                             fmt::join(words, ", ")));
        else
            add_fit(curves, static_cast<GrowthModel>(word - words.begin()));
    }
    table.read_word("fit_scale", curves.fit_scale, words_of(curves.fit_scale));
}

/// The path is the height of a cylinder with the well's volume.
void read_path_length(TomlTable& table, pipeline::ReadoutSelector& selector) {
    double volume_ul = pipeline::not_set;
    double diameter_mm = pipeline::not_set;
    double& path_cm = selector.correction.path_length_cm;
    table.read("path_length_cm", path_cm);
    table.read("volume_ul", volume_ul);
    table.read("well_diameter_mm", diameter_mm);
    require(table, "path_length_cm", path_cm > 0, "must be above 0");
    require(table, "volume_ul", !(volume_ul <= 0), "must be above 0");
    require(table, "well_diameter_mm", !(diameter_mm <= 0), "must be above 0");
    const bool by_volume = !std::isnan(volume_ul) && !std::isnan(diameter_mm);
    if (std::isnan(volume_ul) != std::isnan(diameter_mm))
        table.problem("volume_ul", "volume_ul and well_diameter_mm give a path length together");
    if (by_volume && table.find("path_length_cm") != nullptr)
        table.problem("path_length_cm", "give it, or volume_ul and well_diameter_mm, not both");
    if (by_volume)
        path_cm = volume_ul / (std::numbers::pi / 4 * diameter_mm * diameter_mm) / mm_per_cm;
    const bool absorbs =
        selector.mode.value_or(formats::plates::Mode::absorbance) == formats::plates::Mode::absorbance;
    require(table, "mode", absorbs || path_cm == 1, "a path length is for absorbance alone");
}

}  // namespace

void read_correction(TomlTable& table, pipeline::ReadoutSelector& selector) {
    pipeline::ReadoutCorrection& correction = selector.correction;
    correction.readout = selector.name;
    table.read("polynomial", correction.polynomial);
    table.read("calibration", correction.calibration);
    require(table, "polynomial", correction.polynomial.empty() || correction.polynomial.front() > 0,
            "the first coefficient, that of the reading itself, must be above 0");
    require(table, "calibration", correction.polynomial.empty() || correction.calibration.empty(),
            "give polynomial or calibration, not both");
    read_path_length(table, selector);
}

std::string correction_text(const pipeline::ReadoutCorrection& correction) {
    std::string out;
    if (!correction.polynomial.empty())
        out += fmt::format("polynomial = [{}]\n", fmt::join(correction.polynomial, ", "));
    append_given(out, "calibration", correction.calibration);
    if (correction.path_length_cm != 1)
        append(out, "path_length_cm", correction.path_length_cm);
    return out;
}

void check_corrected(TomlTable& root, const pipeline::TraitOptions& trait,
                     const std::vector<pipeline::ReadoutSelector>& readouts) {
    if (!is_of_sensor(trait.feature))
        return;
    for (const pipeline::ReadoutSelector& selector : readouts)
        if (selector.correction.corrects() && (selector.name == trait.readout || selector.name == trait.per))
            root.problem("traits", fmt::format("trait '{}': feature = \"{}\" is of readings as they are, and "
                                               "[readouts.{}] corrects them",
                                               trait.name, to_string(trait.feature), selector.name));
}

void read_fit(TomlTable& table, pipeline::TraitOptions& trait) {
    if (table.find("fit") == nullptr)
        return;
    GrowthModel model{};
    table.read_word("fit", model, words_of(model));
    trait.fit = model;
    const auto parameter = fitted_parameter(trait.feature);
    if (!parameter)
        table.problem("fit", fmt::format("feature = \"{}\" is no parameter of a growth model",
                                         to_string(trait.feature)));
    else if (!has_parameter(model, *parameter))
        table.problem("fit",
                      fmt::format("the model {} has no {}", to_string(model), to_string(trait.feature)));
}

void add_fit(CurveOptions& curves, GrowthModel model) {
    if (std::find(curves.fits.begin(), curves.fits.end(), model) == curves.fits.end())
        curves.fits.push_back(model);
}

void read_curves(TomlTable& table, CurveOptions& curves) {
    read_fits(table, curves);
    table.read_word("method", curves.method);
    table.read("window_h", curves.window_h);
    table.read("window_doublings", curves.window_doublings);
    table.read("points", curves.points);
    table.read("quota", curves.quota);
    table.read("smoothness", curves.smoothness);
    table.read("detection_limit", curves.detection_limit);
    table.read("detection_sd", curves.detection_sd);
    table.read("quantification_sd", curves.quantification_sd);
    table.read_word("outliers", curves.outliers);
    table.read("outlier_sd", curves.outlier_sd);
    table.read_word("lag_level", curves.lag_level);
    table.read("first_points", curves.first_points);
    table.read("min_fold_change", curves.min_fold_change);
    table.read("lysis_share", curves.lysis_share);
    table.read("phase_share", curves.phase_share);
    table.read("bootstrap", curves.bootstrap);
    const bool both = !std::isnan(curves.window_h) && !std::isnan(curves.window_doublings);
    require(table, "window_h", !both, "give window_h or window_doublings, not both");
    require(table, "window_h", !(curves.window_h <= 0), "must be above 0");
    require(table, "window_doublings", !(curves.window_doublings <= 0), "must be above 0");
    require(table, "bootstrap", curves.bootstrap == 0 || curves.bootstrap >= fewest_bootstrap_draws,
            fmt::format("must be {} or more, or 0", fewest_bootstrap_draws));
    require(table, "points", curves.points >= 3, "must be 3 or more");
    require(table, "quota", curves.quota > 0 && curves.quota <= 1, "must lie between 0 and 1");
    require(table, "smoothness", curves.smoothness >= 0 && curves.smoothness <= 1,
            "must lie between 0 and 1");
    require(table, "detection_limit", !(curves.detection_limit < 0), "cannot be below 0");
    require(table, "detection_sd", curves.detection_sd >= 0, "cannot be below 0");
    require(table, "quantification_sd", curves.quantification_sd >= 0, "cannot be below 0");
    require(table, "outlier_sd", curves.outlier_sd > 0, "must be above 0");
    require(table, "first_points", curves.first_points >= 1, "must be 1 or more");
    require(table, "min_fold_change", curves.min_fold_change >= 1, "must be 1 or more");
    require(table, "lysis_share", curves.lysis_share > 0 && curves.lysis_share <= 1,
            "must lie between 0 and 1");
    require(table, "phase_share", curves.phase_share > 0 && curves.phase_share <= 1,
            "must lie between 0 and 1");
    table.finish();
}

std::string curves_text(const CurveOptions& curves) {
    std::string out = "\n[curves]\n";
    append(out, "method", to_string(curves.method));
    append(out, "window_h", curves.window_h);
    append(out, "window_doublings", curves.window_doublings);
    out += fmt::format("points = {}\n", curves.points);
    append(out, "quota", curves.quota);
    append(out, "smoothness", curves.smoothness);
    if (!curves.fits.empty()) {
        std::vector<std::string> models;
        for (const GrowthModel model : curves.fits)
            models.emplace_back(to_string(model));
        append(out, "fit", models);
        append(out, "fit_scale", to_string(curves.fit_scale));
    }
    append(out, "detection_limit", curves.detection_limit);
    append(out, "detection_sd", curves.detection_sd);
    append(out, "quantification_sd", curves.quantification_sd);
    append(out, "outliers", to_string(curves.outliers));
    append(out, "outlier_sd", curves.outlier_sd);
    append(out, "lag_level", to_string(curves.lag_level));
    out += fmt::format("first_points = {}\n", curves.first_points);
    append(out, "min_fold_change", curves.min_fold_change);
    append(out, "lysis_share", curves.lysis_share);
    append(out, "phase_share", curves.phase_share);
    out += fmt::format("bootstrap = {}\n", curves.bootstrap);
    return out;
}

}  // namespace wellsieve::workflows
