#include "pipeline/curve_table.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <type_traits>

#include "formats/results/schema.hpp"
#include "pipeline/growth_curves.hpp"
#include "pipeline/table_columns_internal.hpp"

namespace wellsieve::pipeline {
namespace {

namespace results = formats::results;
using kernels::curve::CurveTraits;
using kernels::curve::GrowthRate;
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

/// Plate, well, readout, traits and verdicts.
void add_places(const Screen& screen, ResultTable& table) {
    const WellNames names(screen.plates.plates);
    Categorical plate{{}, plate_names(screen), false};
    Categorical well{{}, names.names, false};
    std::array<TextColumn, 4> texts;
    for (const CurveColumn& curves : screen.curves)
        for (std::size_t i = 0; i < curves.wells.size(); ++i) {
            const auto after =
                std::upper_bound(screen.well_begin.begin(), screen.well_begin.end(), curves.wells[i]);
            const auto p = static_cast<std::size_t>(after - screen.well_begin.begin() - 1);
            const auto index = static_cast<std::uint32_t>(curves.wells[i] - screen.well_begin[p]);
            plate.codes.push_back(static_cast<std::int32_t>(p));
            well.codes.push_back(names.code(screen.plates.plates[p].shape, index));
            texts[0].add(curves.readout);
            texts[1].add(curves.traits);
            texts[2].add(std::string(verdict_name(curves.found[i].verdicts)));
            texts[3].add(verdict_list(curves.found[i].verdicts));
        }
    table.add("plate", std::move(plate));
    table.add("well", std::move(well));
    table.add("readout", texts[0].take());
    table.add("traits", texts[1].take());
    table.add("verdict", texts[2].take());
    table.add("verdicts", texts[3].take());
}

}  // namespace

ResultTable curves_table(const Screen& screen) {
    ResultTable table = results::make_table(results::table_name::curves);
    add_places(screen, table);
    const auto number = [&](const char* name, auto member) {
        table.add(name, column_of<double>(screen, member));
    };
    const auto count = [&](const char* name, auto member) {
        table.add(name, column_of<std::int32_t>(screen, member));
    };
    number("growth_rate_per_h", &GrowthRate::rate_per_h);
    number("growth_rate_se_per_h", &GrowthRate::standard_error_per_h);
    number("growth_rate_low_per_h", &GrowthRate::lower_per_h);
    number("growth_rate_high_per_h", &GrowthRate::upper_per_h);
    number("doubling_time_h", &CurveTraits::doubling_time_h);
    number("window_start_h", &GrowthRate::window_start_h);
    number("window_end_h", &GrowthRate::window_end_h);
    count("window_points", &GrowthRate::window_points);
    number("r_squared", &GrowthRate::r_squared);
    number("time_of_max_rate_h", &GrowthRate::time_h);
    number("noise_sd", &GrowthRate::noise_sd);
    number("initial_biomass", &CurveTraits::initial);
    number("lag_h", &CurveTraits::lag_h);
    number("carrying_capacity", &CurveTraits::capacity);
    number("yield", &CurveTraits::yield);
    number("maximum", &CurveTraits::maximum);
    number("time_of_maximum_h", &CurveTraits::time_of_maximum_h);
    number("saturation_h", &CurveTraits::saturation_h);
    number("auc", &CurveTraits::auc);
    number("log_auc", &CurveTraits::ln_auc);
    number("time_to_threshold_h", &CurveTraits::time_to_threshold_h);
    number("death_rate_per_h", &CurveTraits::death_rate_per_h);
    count("growth_phases", &CurveTraits::phases);
    count("points_used", &CurveTraits::usable_points);
    return table;
}

}  // namespace wellsieve::pipeline
