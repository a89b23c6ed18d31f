#include "pipeline/blank_correction.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string_view>

#include "kernels/curve/interpolate.hpp"
#include "kernels/plate/summary.hpp"
#include "kernels/stats/lowess.hpp"

namespace wellsieve::pipeline {
namespace {

using formats::plates::Flag;
using formats::plates::missing;
using formats::plates::Role;

constexpr std::size_t first_readings = 3;

/// The blank wells that stand for a well, by medium where media matter; "" for all where they do not.
std::map<std::string_view, std::vector<std::size_t>> blank_wells(const PlateData& plate, bool by_medium) {
    std::map<std::string_view, std::vector<std::size_t>> found;
    for (std::size_t i = 0; i < plate.wells.size(); ++i) {
        const WellAnnotation& well = plate.wells[i];
        if (well.role == Role::blank && well.mask_reason.empty())
            found[by_medium ? std::string_view(well.medium) : std::string_view()].push_back(i);
    }
    return found;
}

double median_at(const ReadoutSeries& series, std::size_t first_cell, const std::vector<std::size_t>& wells,
                 double otherwise) {
    std::vector<double> values;
    for (std::size_t well : wells)
        if (series.flags[first_cell + well] == Flag::none)
            values.push_back(series.values[first_cell + well]);
    return values.empty() ? otherwise : median_of(values);
}

/// LOWESS over time; a time without a blank lies on the line between its neighbours. An endpoint has no time
/// and stays as it is.
void smooth(const std::vector<double>& times_s, double span, std::vector<double>& levels) {
    std::vector<double> times;
    std::vector<double> known;
    std::vector<std::size_t> timed;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        if (std::isnan(times_s[i]))
            continue;
        timed.push_back(i);
        if (std::isfinite(levels[i])) {
            times.push_back(times_s[i]);
            known.push_back(levels[i]);
        }
    }
    const std::vector<double> fitted = kernels::stats::lowess(times, known, {.span = span});
    std::vector<double> wanted;
    for (std::size_t i : timed)
        wanted.push_back(times_s[i]);
    std::vector<double> found(wanted.size());
    kernels::curve::interpolate({fitted, times, 1}, wanted, found);
    for (std::size_t k = 0; k < timed.size(); ++k)
        levels[timed[k]] = found[k];
}

/// The well's own readings, flagged ones left out.
std::vector<double> own_readings(const ReadoutSeries& series, std::size_t wells, std::size_t well) {
    std::vector<double> values;
    for (std::size_t cell = well; cell < series.values.size(); cell += wells)
        if (series.flags[cell] == Flag::none)
            values.push_back(series.values[cell]);
    return values;
}

std::vector<double> own_blanks(const ReadoutSeries& series, std::size_t wells, Blank blank) {
    std::vector<double> blanks(series.values.size(), missing);
    for (std::size_t well = 0; well < wells; ++well) {
        std::vector<double> values = own_readings(series, wells, well);
        if (values.empty())
            continue;
        if (blank == Blank::first)
            values.resize(std::min(values.size(), first_readings));
        const double level =
            blank == Blank::first ? median_of(values) : *std::min_element(values.begin(), values.end());
        for (std::size_t cell = well; cell < blanks.size(); cell += wells)
            blanks[cell] = level;
    }
    return blanks;
}

}  // namespace

double median_of(const std::vector<double>& values) {
    kernels::plate::Summary summary;
    kernels::plate::summarise(values, {}, {1, 1, values.size()}, std::span(&summary, 1));
    return summary.median;
}

std::vector<double> blanks_of(const PlateData& plate, const ReadoutSeries& series,
                              const TraitOptions& trait) {
    const std::size_t wells = plate.shape.wells();
    if (trait.blank == Blank::none || trait.blank == Blank::constant)
        return std::vector<double>(series.times_s.size() * wells,
                                   trait.blank == Blank::none ? 0 : trait.blank_value);
    if (trait.blank == Blank::first || trait.blank == Blank::minimum)
        return own_blanks(series, wells, trait.blank);
    const bool by_medium = trait.blank == Blank::medium || trait.blank == Blank::medium_lowess;
    const bool smoothly = trait.blank == Blank::lowess || trait.blank == Blank::medium_lowess;
    const double otherwise = trait.blank == Blank::automatic ? 0 : missing;
    std::vector<double> blanks(series.times_s.size() * wells, otherwise);
    for (const auto& [medium, blank] : blank_wells(plate, by_medium)) {
        std::vector<double> levels;
        for (std::size_t time = 0; time < series.times_s.size(); ++time)
            levels.push_back(median_at(series, time * wells, blank, otherwise));
        if (smoothly)
            smooth(series.times_s, trait.blank_span, levels);
        for (std::size_t time = 0; time < levels.size(); ++time)
            for (std::size_t well = 0; well < wells; ++well)
                if (!by_medium || plate.wells[well].medium == medium)
                    blanks[time * wells + well] = levels[time];
    }
    return blanks;
}

}  // namespace wellsieve::pipeline
