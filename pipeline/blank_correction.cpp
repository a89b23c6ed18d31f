#include "pipeline/blank_correction.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <string_view>

#include "kernels/plate/summary.hpp"

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
    const bool by_medium = trait.blank == Blank::medium;
    const double otherwise = trait.blank == Blank::automatic ? 0 : missing;
    const auto of_medium = blank_wells(plate, by_medium);
    std::vector<double> blanks(series.times_s.size() * wells, otherwise);
    for (std::size_t time = 0; time < series.times_s.size(); ++time)
        for (const auto& [medium, blank] : of_medium) {
            const double value = median_at(series, time * wells, blank, otherwise);
            for (std::size_t well = 0; well < wells; ++well)
                if (!by_medium || plate.wells[well].medium == medium)
                    blanks[time * wells + well] = value;
        }
    return blanks;
}

}  // namespace wellsieve::pipeline
