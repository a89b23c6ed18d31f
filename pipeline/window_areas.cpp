#include "pipeline/window_areas.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/curve/curve_areas.hpp"

namespace wellsieve::pipeline {
namespace {

using formats::plates::Flag;
using formats::plates::missing;

/// The time by which all were read but one in ten, or, of more than two, one.
double time_of_most(std::vector<double> times_h) {
    if (times_h.empty())
        return missing;
    const std::size_t late = times_h.size() > 2 ? std::max<std::size_t>(1, times_h.size() / 10) : 0;
    std::sort(times_h.begin(), times_h.end());
    return times_h[times_h.size() - 1 - late];
}

}  // namespace

std::vector<double> window_areas(const ReadoutSeries& series, const std::vector<double>& values,
                                 std::size_t wells, const TraitOptions& trait) {
    std::vector<double> times_h;
    std::vector<double> usable;
    std::vector<double> first_h(wells, missing);
    std::vector<double> minus_last_h(wells, missing);
    for (std::size_t time = 0; time < series.times_s.size(); ++time) {
        const double time_h = series.times_s[time] / formats::plates::hour_s;
        if (std::isnan(time_h))  // an endpoint
            continue;
        times_h.push_back(time_h);
        for (std::size_t well = 0; well < wells; ++well) {
            const std::size_t cell = time * wells + well;
            const bool read = series.flags[cell] == Flag::none && std::isfinite(values[cell]);
            usable.push_back(read ? values[cell] : missing);
            if (!read)
                continue;
            first_h[well] = std::fmin(first_h[well], time_h);
            minus_last_h[well] = -time_h;
        }
    }
    std::erase_if(first_h, [](double h) { return std::isnan(h); });
    std::erase_if(minus_last_h, [](double h) { return std::isnan(h); });
    const double from_h = std::isnan(trait.from_h) ? time_of_most(first_h) : trait.from_h;
    const double to_h = std::isnan(trait.to_h) ? -time_of_most(minus_last_h) : trait.to_h;
    std::vector<double> areas(wells);
    kernels::curve::curve_areas({usable, times_h, wells}, from_h, to_h, areas);
    return areas;
}

}  // namespace wellsieve::pipeline
