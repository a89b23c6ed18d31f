#include "pipeline/blank_correction.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "kernels/curve/growth_rate.hpp"
#include "kernels/curve/interpolate.hpp"
#include "kernels/stats/lowess.hpp"
#include "pipeline/median.hpp"

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

/// The median of blank wells at each time.
std::vector<double> medians_of(const ReadoutSeries& series, std::size_t wells,
                               const std::vector<std::size_t>& blank, double otherwise) {
    std::vector<double> medians;
    for (std::size_t time = 0; time < series.times_s.size(); ++time)
        medians.push_back(median_at(series, time * wells, blank, otherwise));
    return medians;
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

bool is_by_medium(Blank blank) {
    return blank == Blank::medium || blank == Blank::medium_lowess;
}

/// Whether a trait subtracts the plate's blank wells.
bool is_of_wells(Blank blank) {
    return is_by_medium(blank) || blank == Blank::automatic || blank == Blank::plate ||
           blank == Blank::lowess;
}

/// Largest less smallest of the readings that are not flagged.
double span_of(const ReadoutSeries& series) {
    double low = missing;
    double high = missing;
    for (std::size_t cell = 0; cell < series.values.size(); ++cell)
        if (series.flags[cell] == Flag::none) {
            low = std::fmin(low, series.values[cell]);
            high = std::fmax(high, series.values[cell]);
        }
    return high - low;
}

bool grows(const ReadoutSeries& series, std::size_t wells, const std::vector<std::size_t>& blank,
           double span) {
    constexpr std::size_t window = 3;
    constexpr double least_fold = 1.5;
    constexpr double least_share = 0.1;
    constexpr double least_noise = 6;
    std::vector<double> times_h;
    std::vector<double> levels;
    const std::vector<double> medians = medians_of(series, wells, blank, missing);
    for (std::size_t time = 0; time < medians.size(); ++time) {
        if (std::isnan(series.times_s[time]) || std::isnan(medians[time]))
            continue;
        times_h.push_back(series.times_s[time] / formats::plates::hour_s);
        levels.push_back(medians[time]);
    }
    if (levels.size() < 2 * window)
        return false;
    const auto smoothed = [&](std::size_t i) {
        const auto [low, high] = std::minmax(levels[i], levels[i + 1]);
        return std::clamp(levels[i + 2], low, high);
    };
    const double first = smoothed(0);
    double largest = first;
    for (std::size_t i = 1; i + window <= levels.size(); ++i)
        largest = std::max(largest, smoothed(i));
    if (!(largest > least_fold * std::max(first, 0.0) && largest - first >= least_share * span))
        return false;
    kernels::curve::GrowthRate rate;
    kernels::curve::growth_rates({levels, times_h, 1}, {}, {.interval = false}, std::span(&rate, 1));
    return largest - first > least_noise * rate.noise_sd;
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

std::vector<double> blanks_of(const PlateData& plate, const ReadoutSeries& series,
                              const TraitOptions& trait) {
    const std::size_t wells = plate.shape.wells();
    if (trait.blank == Blank::none || trait.blank == Blank::constant)
        return std::vector<double>(series.times_s.size() * wells,
                                   trait.blank == Blank::none ? 0 : trait.blank_value);
    if (trait.blank == Blank::first || trait.blank == Blank::minimum)
        return own_blanks(series, wells, trait.blank);
    const bool by_medium = is_by_medium(trait.blank);
    const bool smoothly = trait.blank == Blank::lowess || trait.blank == Blank::medium_lowess;
    const double otherwise = trait.blank == Blank::automatic ? 0 : missing;
    std::vector<double> blanks(series.times_s.size() * wells, otherwise);
    for (const auto& [medium, blank] : blank_wells(plate, by_medium)) {
        std::vector<double> levels = medians_of(series, wells, blank, otherwise);
        if (smoothly)
            smooth(series.times_s, trait.blank_span, levels);
        for (std::size_t time = 0; time < levels.size(); ++time)
            for (std::size_t well = 0; well < wells; ++well)
                if (!by_medium || plate.wells[well].medium == medium)
                    blanks[time * wells + well] = levels[time];
    }
    return blanks;
}

std::vector<std::uint8_t> wells_whose_blank_grows(const PlateData& plate, const ReadoutSeries& series,
                                                  const TraitOptions& trait) {
    std::vector<std::uint8_t> found(plate.wells.size());
    if (!is_of_wells(trait.blank))
        return found;
    const bool by_medium = is_by_medium(trait.blank);
    const double span = span_of(series);
    for (const auto& [medium, blank] : blank_wells(plate, by_medium))
        if (grows(series, plate.wells.size(), blank, span))
            for (std::size_t well = 0; well < plate.wells.size(); ++well)
                if (!by_medium || plate.wells[well].medium == medium)
                    found[well] = 1;
    return found;
}

}  // namespace wellsieve::pipeline
