#include "pipeline/curve_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <type_traits>

#include "formats/results/schema.hpp"
#include "pipeline/growth_curves.hpp"
#include "pipeline/table_columns_internal.hpp"

namespace wellsieve::pipeline {
namespace {

namespace results = formats::results;
using kernels::curve::CurveTraits;
using kernels::curve::FitOutcome;
using kernels::curve::GrowthFit;
using kernels::curve::GrowthParameter;
using kernels::curve::GrowthRate;
using kernels::curve::TraitInterval;
using kernels::curve::TraitIntervals;
using results::ResultTable;

template <typename T>
std::vector<T> column_of(const Screen& screen, auto member) {
    std::vector<T> column;
    for (const CurveColumn& curves : screen.curves)
        for (std::size_t i = 0; i < curves.wells.size(); ++i) {
            if constexpr (std::is_invocable_v<decltype(member), const GrowthRate&>)
                column.push_back(static_cast<T>(std::invoke(member, curves.rates[i])));
            else
                column.push_back(static_cast<T>(std::invoke(member, curves.found[i])));
        }
    return column;
}

/// Plate, well, readout and traits, row by row.
class Places {
  public:
    explicit Places(const Screen& screen)
        : screen_(screen),
          names_(screen.plates.plates),
          plate_{{}, plate_names(screen), false},
          well_{{}, names_.names, false} {}

    void add(const CurveColumn& curves, std::size_t i) {
        const auto after =
            std::upper_bound(screen_.well_begin.begin(), screen_.well_begin.end(), curves.wells[i]);
        const auto p = static_cast<std::size_t>(after - screen_.well_begin.begin() - 1);
        const auto index = static_cast<std::uint32_t>(curves.wells[i] - screen_.well_begin[p]);
        plate_.codes.push_back(static_cast<std::int32_t>(p));
        well_.codes.push_back(names_.code(screen_.plates.plates[p].shape, index));
        readout_.add(curves.readout);
        traits_.add(curves.traits);
    }

    void move_to(ResultTable& table) {
        table.add("plate", std::move(plate_));
        table.add("well", std::move(well_));
        table.add("readout", readout_.take());
        table.add("traits", traits_.take());
    }

  private:
    const Screen& screen_;
    WellNames names_;
    Categorical plate_, well_;
    TextColumn readout_, traits_;
};

void add_places_and_verdicts(const Screen& screen, ResultTable& table) {
    Places places(screen);
    TextColumn verdict;
    TextColumn verdicts;
    TextColumn outliers;
    for (const CurveColumn& curves : screen.curves)
        for (std::size_t i = 0; i < curves.wells.size(); ++i) {
            places.add(curves, i);
            verdict.add(std::string(verdict_name(curves.found[i].verdicts)));
            verdicts.add(verdict_list(curves.found[i].verdicts));
            outliers.add(curves.outliers.empty() ? "" : curves.outliers[i]);
        }
    places.move_to(table);
    table.add("verdict", verdict.take());
    table.add("verdicts", verdicts.take());
    table.add("outliers_h", outliers.take());
}

/// `row(curves, model, well)` of each fitted curve, in the order of the table.
void for_each_fit(const Screen& screen, auto row) {
    for (const CurveColumn& curves : screen.curves)
        for (std::size_t model = 0; model < curves.fits.size(); ++model)
            for (std::size_t i = 0; i < curves.wells.size(); ++i)
                if (!std::isnan(curves.rates[i].rate_per_h))
                    row(curves, model, i);
}

std::string_view outcome_name(FitOutcome outcome) {
    switch (outcome) {
        case FitOutcome::converged:
            return "converged";
        case FitOutcome::undetermined:
            return "undetermined";
        case FitOutcome::iterations_exhausted:
            return "iterations_exhausted";
        case FitOutcome::too_few_points:
            return "too_few_points";
        case FitOutcome::no_signal:
            return "no_signal";
    }
    return "";
}

std::string parameters_at_bound(const GrowthFit& fit) {
    constexpr std::array names{"initial_biomass", "carrying_capacity", "growth_rate", "lag", "shape"};
    std::string list;
    for (std::size_t p = 0; p < names.size(); ++p)
        if (fit.is_at_bound(static_cast<GrowthParameter>(p)))
            list += (list.empty() ? "" : ", ") + std::string(names[p]);
    return list;
}

void add_places_and_outcomes(const Screen& screen, ResultTable& table) {
    const CurveOptions& options = screen.options.curves;
    Places places(screen);
    std::array<TextColumn, 4> texts;
    for_each_fit(screen, [&](const CurveColumn& curves, std::size_t model, std::size_t i) {
        places.add(curves, i);
        texts[0].add(std::string(to_string(options.fits[model])));
        texts[1].add(std::string(to_string(options.fit_scale)));
        texts[2].add(std::string(outcome_name(curves.fits[model][i].outcome)));
        texts[3].add(parameters_at_bound(curves.fits[model][i]));
    });
    places.move_to(table);
    for (std::size_t k = 0; const char* name : {"model", "scale", "outcome", "at_bound"})
        table.add(name, texts[k++].take());
}

/// The ends of a trait's interval beside it, where there was a bootstrap.
void add_interval(const Screen& screen, ResultTable& table, const char* low, const char* high,
                  TraitInterval TraitIntervals::*trait) {
    if (screen.options.curves.bootstrap == 0)
        return;
    const std::string units = table.columns.back().units;
    const auto add = [&](const char* name, double TraitInterval::*end, const char* which) {
        std::vector<double> column;
        for (const CurveColumn& curves : screen.curves)
            for (const TraitIntervals& well : curves.intervals)
                column.push_back(well.*trait.*end);
        table.add(name, std::move(column), units, fmt::format("{} end of its 90 % interval", which));
    };
    add(low, &TraitInterval::lower, "lower");
    add(high, &TraitInterval::upper, "upper");
}

}  // namespace

ResultTable curves_table(const Screen& screen) {
    ResultTable table = results::make_table(results::table_name::curves);
    add_places_and_verdicts(screen, table);
    const auto number = [&](const char* name, auto member) {
        table.add(name, column_of<double>(screen, member));
    };
    const auto count = [&](const char* name, auto member) {
        table.add(name, column_of<std::int32_t>(screen, member));
    };
    const auto interval = [&](const char* low, const char* high, TraitInterval TraitIntervals::*trait) {
        add_interval(screen, table, low, high, trait);
    };
    number("growth_rate_per_h", &GrowthRate::rate_per_h);
    number("growth_rate_se_per_h", &GrowthRate::standard_error_per_h);
    number("growth_rate_low_per_h", &GrowthRate::lower_per_h);
    number("growth_rate_high_per_h", &GrowthRate::upper_per_h);
    number("doubling_time_h", &CurveTraits::doubling_time_h);
    interval("doubling_time_low_h", "doubling_time_high_h", &TraitIntervals::doubling_time_h);
    number("window_start_h", &GrowthRate::window_start_h);
    number("window_end_h", &GrowthRate::window_end_h);
    count("window_points", &GrowthRate::window_points);
    number("r_squared", &GrowthRate::r_squared);
    number("time_of_max_rate_h", &GrowthRate::time_h);
    number("noise_sd", &GrowthRate::noise_sd);
    number("initial_biomass", &CurveTraits::initial);
    interval("initial_biomass_low", "initial_biomass_high", &TraitIntervals::initial);
    number("lag_h", &CurveTraits::lag_h);
    interval("lag_low_h", "lag_high_h", &TraitIntervals::lag_h);
    number("carrying_capacity", &CurveTraits::capacity);
    interval("carrying_capacity_low", "carrying_capacity_high", &TraitIntervals::capacity);
    number("yield", &CurveTraits::yield);
    interval("yield_low", "yield_high", &TraitIntervals::yield);
    number("maximum", &CurveTraits::maximum);
    interval("maximum_low", "maximum_high", &TraitIntervals::maximum);
    number("time_of_maximum_h", &CurveTraits::time_of_maximum_h);
    number("saturation_h", &CurveTraits::saturation_h);
    interval("saturation_low_h", "saturation_high_h", &TraitIntervals::saturation_h);
    number("auc", &CurveTraits::auc);
    interval("auc_low", "auc_high", &TraitIntervals::auc);
    number("log_auc", &CurveTraits::ln_auc);
    interval("log_auc_low", "log_auc_high", &TraitIntervals::ln_auc);
    number("time_to_threshold_h", &CurveTraits::time_to_threshold_h);
    interval("time_to_threshold_low_h", "time_to_threshold_high_h", &TraitIntervals::time_to_threshold_h);
    number("death_rate_per_h", &CurveTraits::death_rate_per_h);
    interval("death_rate_low_per_h", "death_rate_high_per_h", &TraitIntervals::death_rate_per_h);
    count("growth_phases", &CurveTraits::phases);
    count("points_used", &CurveTraits::usable_points);
    return table;
}

ResultTable fits_table(const Screen& screen) {
    ResultTable table = results::make_table(results::table_name::fits);
    add_places_and_outcomes(screen, table);
    const auto column = [&]<typename T>(const char* name, auto number, T) {
        std::vector<T> numbers;
        for_each_fit(screen, [&](const CurveColumn& curves, std::size_t model, std::size_t i) {
            numbers.push_back(static_cast<T>(number(curves.fits[model][i])));
        });
        table.add(name, std::move(numbers));
    };
    const auto parameter = [&](const char* name, const char* error_name, GrowthParameter p) {
        column(
            name, [p](const GrowthFit& fit) { return fit[p]; }, double());
        column(
            error_name, [p](const GrowthFit& fit) { return fit.error(p); }, double());
    };
    parameter("initial_biomass", "initial_biomass_se", GrowthParameter::initial);
    parameter("carrying_capacity", "carrying_capacity_se", GrowthParameter::capacity);
    parameter("growth_rate_per_h", "growth_rate_se_per_h", GrowthParameter::rate_per_h);
    parameter("lag_h", "lag_se_h", GrowthParameter::lag_h);
    parameter("shape", "shape_se", GrowthParameter::shape);
    column(
        "residual_sum_of_squares", [](const GrowthFit& fit) { return fit.residual_sum_of_squares; },
        double());
    column(
        "aic", [](const GrowthFit& fit) { return fit.akaike; }, double());
    column(
        "points_used", [](const GrowthFit& fit) { return fit.points; }, std::int32_t());
    return table;
}

}  // namespace wellsieve::pipeline
