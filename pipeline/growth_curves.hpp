#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/curve/curve_bootstrap.hpp"
#include "kernels/curve/curve_traits.hpp"
#include "kernels/curve/growth_rate.hpp"
#include "kernels/curve/parametric_fit.hpp"
#include "pipeline/plate_data.hpp"
#include "pipeline/screen_options.hpp"

namespace wellsieve::pipeline {

/// One readout of a plate as the kernels take it: corrected for its blank, NaN where not usable.
struct CurveMatrix {
    std::vector<std::uint8_t> was_read;     ///< [well]
    std::vector<std::uint8_t> is_blank;     ///< [well]
    std::vector<std::uint8_t> blank_grows;  ///< [well]; 1: there is no blank, and no usable value
    std::vector<std::uint8_t> overflowed;   ///< [well]; 1: a reading is beyond the reader's range
    std::vector<double> times_h;            ///< ascending
    std::vector<double> values;             ///< [time][well]
    std::size_t wells = 0;
};

/// Without rows that have no time: an endpoint is no curve. Where each well has a clock of its own, a row is
/// one round of readings at its mean time.
CurveMatrix curve_matrix(const PlateData& plate, const ReadoutSeries& series, const TraitOptions& trait,
                         const ReadoutCorrection& correction);

/// What the growth curves of one readout of a plate give. One entry a well.
struct GrowthCurves {
    std::vector<std::uint8_t> was_read;  ///< 1: the well has a reading, flagged or not
    std::vector<kernels::curve::GrowthRate> rates;
    std::vector<kernels::curve::CurveTraits> traits;
    std::vector<std::vector<kernels::curve::GrowthFit>> fits = {};  ///< [model of CurveOptions::fits][well]
    std::vector<kernels::curve::TraitIntervals> intervals = {};     ///< empty without a bootstrap
    std::vector<std::string> outliers =
        {};  ///< hours of the readings that were left out; empty: none asked for
};

/// The level that is above the plate's blanks in every well, or no levels where none is known.
std::vector<double> detection_limits(const CurveMatrix& curves, const CurveOptions& options);

GrowthCurves analyse_growth(CurveMatrix curves, const CurveOptions& options, const TraitOptions& trait);

/// Whether one analysis serves both traits.
bool same_analysis(const TraitOptions& a, const TraitOptions& b);

/// A feature of one well's growth curve with the standard error that the curve alone gives it; NaN where
/// unknown.
struct GrowthFeature {
    double value = not_set;
    double standard_error = not_set;
};

GrowthFeature growth_feature(Feature feature, const kernels::curve::GrowthRate& rate,
                             const kernels::curve::CurveTraits& traits,
                             const kernels::curve::TraitIntervals& intervals);

/// A feature of a well's fitted model; NaN where the fit has failed.
GrowthFeature fitted_feature(Feature feature, const kernels::curve::GrowthFit& fit);

/// Why a fit gives no number: "fit_at_bound", "fit_undetermined" and so on.
std::string_view reason_against(const kernels::curve::GrowthFit& fit);

/// Why a curve does not support a feature: the verdict that rules it out, or "not_reached".
std::string_view reason_against(Feature feature, kernels::curve::Verdicts verdicts);

/// Whether a verdict rules it out.
bool is_ruled_out(Feature feature, kernels::curve::Verdicts verdicts);

/// All verdicts of a set, separated by ", "; empty where there is none.
std::string verdict_list(kernels::curve::Verdicts verdicts);

}  // namespace wellsieve::pipeline
