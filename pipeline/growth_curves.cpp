#include "pipeline/growth_curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "kernels/curve/outliers.hpp"
#include "pipeline/blank_correction.hpp"
#include "pipeline/growth_fits.hpp"
#include "pipeline/median.hpp"
#include "pipeline/rate_methods.hpp"
#include "pipeline/readout_correction.hpp"

namespace wellsieve::pipeline {
namespace {

namespace curve = kernels::curve;
using curve::Verdict;
using curve::Verdicts;
using formats::plates::Flag;

constexpr std::string_view not_reached = "not_reached";

/// How far the readings of a blank well are from the blank, root mean square over time: the median of the
/// plate's blank wells, so that one that grows does not count. NaN where there is none.
double scatter_of_blanks(const CurveMatrix& curves) {
    std::vector<double> of_wells;
    for (std::size_t well = 0; well < curves.wells; ++well) {
        double squares = 0;
        double count = 0;
        for (std::size_t cell = well; cell < curves.values.size(); cell += curves.wells)
            if (curves.is_blank[well] != 0 && std::isfinite(curves.values[cell])) {
                squares += curves.values[cell] * curves.values[cell];
                ++count;
            }
        if (count > 0)
            of_wells.push_back(std::sqrt(squares / count));
    }
    return median_of(of_wells);
}

/// One a well, or none where nothing is known.
std::vector<double> limits_of(const CurveMatrix& curves, double limit) {
    return std::isfinite(limit) && limit > 0 ? std::vector<double>(curves.wells, limit)
                                             : std::vector<double>();
}

double detection_level(const CurveMatrix& curves, const CurveOptions& options) {
    return std::isnan(options.detection_limit) ? options.detection_sd * scatter_of_blanks(curves)
                                               : options.detection_limit;
}

/// A rate that comes with an interval keeps it, one that does not gets the bootstrap's; the doubling time
/// follows.
void take_known_intervals(GrowthCurves& curves) {
    for (std::size_t well = 0; well < curves.rates.size(); ++well) {
        curve::GrowthRate& rate = curves.rates[well];
        if (std::isnan(rate.lower_per_h)) {
            rate.lower_per_h = curves.intervals[well].rate_per_h.lower;
            rate.upper_per_h = curves.intervals[well].rate_per_h.upper;
        } else if (rate.of_logarithm) {
            curve::TraitInterval& time = curves.intervals[well].doubling_time_h;
            time.lower = std::numbers::ln2 / rate.upper_per_h;
            time.upper = rate.lower_per_h > 0 ? std::numbers::ln2 / rate.lower_per_h
                                              : std::numeric_limits<double>::infinity();
        }
    }
}

/// Empties the cells that Hampel's filter finds; by well, the hours of those cells. The noise of the whole
/// curve is the least that the filter takes for noise.
std::vector<std::string> take_outliers(CurveMatrix& matrix, double limit_sd) {
    const curve::Curves curves{matrix.values, matrix.times_h, matrix.wells};
    std::vector<curve::GrowthRate> rates(matrix.wells);
    curve::growth_rates(curves, {}, {}, rates);
    std::vector<double> noise;
    for (const curve::GrowthRate& rate : rates)
        noise.push_back(rate.noise_sd);
    std::vector<std::uint8_t> marks(matrix.values.size());
    curve::find_outliers(curves, noise, limit_sd, marks);
    std::vector<std::string> hours(matrix.wells);
    for (std::size_t cell = 0; cell < marks.size(); ++cell)
        if (marks[cell] != 0) {
            std::string& of_well = hours[cell % matrix.wells];
            of_well +=
                fmt::format("{}{:.6g}", of_well.empty() ? "" : ", ", matrix.times_h[cell / matrix.wells]);
            matrix.values[cell] = curve::undefined;
        }
    return hours;
}

curve::StartLevel start_level_of(LagLevel level) {
    switch (level) {
        case LagLevel::first:
            return curve::StartLevel::first;
        case LagLevel::minimum:
            return curve::StartLevel::minimum;
        default:
            return curve::StartLevel::mean_of_first;
    }
}

/// What rules a feature out, the gravest first.
std::vector<Verdict> verdicts_against(Feature feature) {
    std::vector<Verdict> against{Verdict::blank_grows, Verdict::no_data, Verdict::too_few_points,
                                 Verdict::below_detection, Verdict::no_growth};
    if (feature == Feature::lag)
        against.push_back(Verdict::negative_lag);
    if (feature == Feature::carrying_capacity || feature == Feature::saturation_time ||
        feature == Feature::yield) {
        against.push_back(Verdict::saturated);
        against.push_back(Verdict::still_growing);
    }
    return against;
}

/// What lies beyond the reader's range is higher than all that was read, by how much nobody knows.
void cut_off_by_the_reader(const CurveMatrix& curves, std::vector<curve::CurveTraits>& traits) {
    for (std::size_t well = 0; well < curves.wells; ++well)
        if (curves.overflowed[well] != 0) {
            traits[well].verdicts.add(Verdict::saturated);
            traits[well].capacity = traits[well].yield = traits[well].saturation_h = curve::undefined;
        }
}

}  // namespace

CurveMatrix curve_matrix(const PlateData& plate, const ReadoutSeries& series, const TraitOptions& trait,
                         const ReadoutCorrection& correction) {
    const std::size_t wells = plate.shape.wells();
    const std::vector<double> corrected = corrected_values(plate, series, trait, correction);
    CurveMatrix curves;
    curves.wells = wells;
    curves.was_read.resize(wells);
    curves.overflowed.resize(wells);
    curves.blank_grows = wells_whose_blank_grows(plate, series, trait);
    for (const WellAnnotation& well : plate.wells)
        curves.is_blank.push_back(well.role == formats::plates::Role::blank && well.mask_reason.empty() ? 1
                                                                                                        : 0);
    for (std::size_t cell = 0; cell < series.flags.size(); ++cell) {
        if (series.flags[cell] != absent && series.flags[cell] != Flag::not_measured)
            curves.was_read[cell % wells] = 1;
        if (series.flags[cell] == Flag::overflow || std::isinf(corrected[cell]))
            curves.overflowed[cell % wells] = 1;
    }
    for (std::size_t time = 0; time < series.times_s.size(); ++time) {
        if (std::isnan(series.times_s[time]))
            continue;
        curves.times_h.push_back(series.times_s[time] / formats::plates::hour_s);
        for (std::size_t cell = time * wells; cell < (time + 1) * wells; ++cell)
            curves.values.push_back(std::isfinite(corrected[cell]) && curves.blank_grows[cell % wells] == 0
                                        ? corrected[cell]
                                        : curve::undefined);
    }
    return curves;
}

std::vector<double> detection_limits(const CurveMatrix& curves, const CurveOptions& options) {
    return limits_of(curves, detection_level(curves, options));
}

GrowthCurves analyse_growth(CurveMatrix matrix, const CurveOptions& options, const TraitOptions& trait) {
    std::vector<std::string> outliers;
    if (options.outliers == Outliers::hampel)
        outliers = take_outliers(matrix, options.outlier_sd);
    const curve::Curves curves{matrix.values, matrix.times_h, matrix.wells};
    curve::CurveTraitOptions traits;
    traits.start_level = start_level_of(options.lag_level);
    traits.first_points = options.first_points;
    traits.from_h = trait.from_h;
    traits.to_h = trait.to_h;
    traits.threshold = trait.threshold;
    traits.min_fold_change = options.min_fold_change;
    traits.lysis_share = options.lysis_share;
    traits.phase_share = options.phase_share;
    const double detection = detection_level(matrix, options);
    const double quantification = std::fmax(detection, options.quantification_sd * scatter_of_blanks(matrix));
    const std::vector<double> limits = limits_of(matrix, detection);
    const std::vector<double> clear = limits_of(matrix, quantification);
    GrowthCurves found{matrix.was_read, rates_by_method(curves, clear, options),
                       std::vector<curve::CurveTraits>(matrix.wells)};
    curve::curve_traits(curves, limits, traits, found.rates, found.traits);
    cut_off_by_the_reader(matrix, found.traits);
    found.fits = fits_by_model(curves, clear, found.rates, options);
    for (const std::vector<curve::GrowthFit>& fits : found.fits)
        for (std::size_t well = 0; well < fits.size(); ++well)
            if (fits[well].at_bound != 0)
                found.traits[well].verdicts.add(Verdict::fit_at_bound);
    if (options.bootstrap > 0) {
        found.intervals.resize(matrix.wells);
        curve::bootstrap_traits(curves, limits, traits, rates_of_draws(clear, options), found.rates,
                                found.traits, {options.bootstrap, options.seed}, found.intervals);
        take_known_intervals(found);
    }
    for (std::size_t well = 0; well < outliers.size(); ++well)
        if (!outliers[well].empty())
            found.traits[well].verdicts.add(Verdict::outliers_removed);
    found.outliers = std::move(outliers);
    for (std::size_t well = 0; well < matrix.wells; ++well)
        if (matrix.blank_grows[well] != 0 && matrix.was_read[well] != 0) {
            found.traits[well].verdicts = {};
            found.traits[well].verdicts.add(Verdict::blank_grows);
        }
    return found;
}

bool same_analysis(const TraitOptions& a, const TraitOptions& b) {
    const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    return a.readout == b.readout && a.blank == b.blank && same(a.blank_value, b.blank_value) &&
           same(a.blank_span, b.blank_span) && same(a.from_h, b.from_h) && same(a.to_h, b.to_h) &&
           same(a.threshold, b.threshold);
}

GrowthFeature growth_feature(Feature feature, const curve::GrowthRate& rate, const curve::CurveTraits& traits,
                             const curve::TraitIntervals& intervals) {
    switch (feature) {
        case Feature::growth_rate:
            return {rate.rate_per_h, rate.standard_error_per_h};
        case Feature::doubling_time:
            return {traits.doubling_time_h,
                    traits.doubling_time_h * rate.standard_error_per_h / rate.rate_per_h};
        case Feature::lag:
            return {traits.lag_h, intervals.lag_h.standard_error};
        case Feature::carrying_capacity:
            return {traits.capacity, intervals.capacity.standard_error};
        case Feature::yield:
            return {traits.yield, intervals.yield.standard_error};
        case Feature::log_auc:
            return {traits.ln_auc, intervals.ln_auc.standard_error};
        case Feature::time_of_max_rate:
            return {rate.time_h};
        case Feature::time_to_threshold:
            return {traits.time_to_threshold_h, intervals.time_to_threshold_h.standard_error};
        case Feature::saturation_time:
            return {traits.saturation_h, intervals.saturation_h.standard_error};
        case Feature::death_rate:
            return {traits.death_rate_per_h, intervals.death_rate_per_h.standard_error};
        case Feature::initial_biomass:
            return {traits.initial, intervals.initial.standard_error};
        case Feature::growth_phases:
            return {traits.usable_points == 0 ? not_set : static_cast<double>(traits.phases)};
        default:
            return {};
    }
}

GrowthFeature fitted_feature(Feature feature, const curve::GrowthFit& fit) {
    const std::optional<curve::GrowthParameter> parameter = fitted_parameter(feature);
    if (!parameter || !fit.usable())
        return {};
    const double value = fit[*parameter];
    const double error = fit.error(*parameter);
    if (feature == Feature::doubling_time)
        return {std::numbers::ln2 / value, std::numbers::ln2 / value * error / value};
    return {value, error};
}

std::string_view reason_against(const curve::GrowthFit& fit) {
    if (fit.at_bound != 0)
        return verdict_name(Verdict::fit_at_bound);
    switch (fit.outcome) {
        case curve::FitOutcome::undetermined:
            return "fit_undetermined";
        case curve::FitOutcome::iterations_exhausted:
            return "fit_not_converged";
        case curve::FitOutcome::too_few_points:
            return verdict_name(Verdict::too_few_points);
        default:
            return not_reached;
    }
}

std::string_view reason_against(Feature feature, Verdicts verdicts) {
    for (Verdict verdict : verdicts_against(feature))
        if (verdicts.has(verdict))
            return verdict_name(verdict);
    return not_reached;
}

bool is_ruled_out(Feature feature, Verdicts verdicts) {
    return reason_against(feature, verdicts) != not_reached;
}

std::string verdict_list(Verdicts verdicts) {
    std::string list;
    for (Verdict verdict : curve::all_verdicts)
        if (verdicts.has(verdict))
            list += fmt::format("{}{}", list.empty() ? "" : ", ", verdict_name(verdict));
    return list;
}

}  // namespace wellsieve::pipeline
