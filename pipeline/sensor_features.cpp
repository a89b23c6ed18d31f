#include "pipeline/sensor_features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>

#include "kernels/curve/gas_balance.hpp"
#include "kernels/curve/setpoint.hpp"
#include "kernels/curve/specific_rates.hpp"
#include "kernels/curve/steady_state_fluxes.hpp"

namespace wellsieve::pipeline {
namespace {

namespace curve = kernels::curve;
using formats::plates::Flag;
using formats::plates::missing;

void add(SensorTrack& track, double time_h, double value) {
    track.times_h.push_back(time_h);
    track.values.push_back(value);
}

/// Area below the steps or lines, and the time over which it is known.
struct Area {
    double sum = 0;
    double span_h = 0;
};

Area area(const SensorTrack& track) {
    Area area;
    for (std::size_t i = 1; i < track.values.size(); ++i) {
        const double level = track.held ? track.values[i - 1] : (track.values[i - 1] + track.values[i]) / 2;
        const double step_h = track.times_h[i] - track.times_h[i - 1];
        if (std::isnan(level))
            continue;
        area.sum += level * step_h;
        area.span_h += step_h;
    }
    return area;
}

std::vector<double> known_values(const SensorTrack& track) {
    std::vector<double> known;
    std::copy_if(track.values.begin(), track.values.end(), std::back_inserter(known),
                 [](double value) { return std::isfinite(value); });
    return known;
}

double mean(const SensorTrack& track, const std::vector<double>& known) {
    const Area steps = area(track);
    if (track.held && steps.span_h > 0)
        return steps.sum / steps.span_h;
    double sum = 0;
    for (double value : known)
        sum += value;
    return sum / static_cast<double>(known.size());
}

/// The parts of a track between unknown values; a held part lasts until the value that is unknown.
std::vector<SensorTrack> known_parts(const SensorTrack& track) {
    std::vector<SensorTrack> parts;
    bool open = false;
    for (std::size_t i = 0; i < track.values.size(); ++i) {
        if (std::isfinite(track.values[i])) {
            if (!open)
                parts.push_back({{}, {}, track.held});
            add(parts.back(), track.times_h[i], track.values[i]);
        } else if (open && track.held) {
            add(parts.back(), track.times_h[i], parts.back().values.back());
        }
        open = std::isfinite(track.values[i]);
    }
    return parts;
}

std::vector<double> values_at(const SensorTrack& track, const std::vector<double>& times_h) {
    std::vector<double> values;
    for (double time_h : times_h)
        values.push_back(track.at(time_h));
    return values;
}

curve::Excursions excursions_of(const TraitOptions& trait, const SensorTrack& track,
                                const SensorTrack* setpoint) {
    curve::AllowedRange range;
    range.least_h = trait.least_h;
    range.between = track.held ? curve::Between::held : curve::Between::straight;
    if (setpoint != nullptr)
        return curve::setpoint_excursions(track.times_h, track.values, values_at(*setpoint, track.times_h),
                                          trait.tolerance, range);
    const bool around = !std::isnan(trait.setpoint_value);
    const double low = around ? trait.setpoint_value - trait.tolerance : trait.low;
    const double high = around ? trait.setpoint_value + trait.tolerance : trait.high;
    range.low = std::isnan(low) ? range.low : low;
    range.high = std::isnan(high) ? range.high : high;
    return curve::excursions(track.times_h, track.values, range);
}

SensorFeature of_excursions(const TraitOptions& trait, const SensorTrack& track,
                            const SensorTrack* setpoint) {
    curve::Excursions all;
    double farthest = 0;
    for (const SensorTrack& part : known_parts(track)) {
        const curve::Excursions found = excursions_of(trait, part, setpoint);
        all.observed_h += found.observed_h;
        all.outside_h += found.outside_h;
        all.longest_h = std::fmax(all.longest_h, found.longest_h);
        all.count += found.count;
        farthest = std::fmax(farthest, std::abs(found.largest_deviation));
    }
    if (!(all.observed_h > 0))
        return {};
    switch (trait.feature) {
        case Feature::time_outside:
            return {all.outside_h};
        case Feature::longest_excursion:
            return {all.longest_h};
        case Feature::excursions:
            return {static_cast<double>(all.count)};
        default:
            return {farthest};
    }
}

/// Made over used up: of two that both rise the slope, of one that falls its negative. Taken at the readings
/// of the one that has fewer: what lies on lines between them is no reading, and would make the error too
/// small.
SensorFeature yield_of(const SensorTrack& made, const SensorTrack& used) {
    const std::vector<double>& times_h =
        used.values.size() < made.values.size() ? used.times_h : made.times_h;
    const curve::StraightLine line = curve::yield_on(values_at(made, times_h), values_at(used, times_h));
    if (line.points < 2 || !std::isfinite(line.slope))
        return {};
    const std::vector<double> known = known_values(used);
    const bool falls = known.back() < known.front();
    return {falls ? -line.slope : line.slope, line.standard_error};
}

/// A track with the standard deviation of each value.
struct NoisyTrack {
    SensorTrack track;
    std::vector<double> sd;
};

/// The known readings; where there are more than `most`, means of as many neighbours as it takes. An online
/// sensor reads every minute what a culture takes hours for.
NoisyTrack in_groups(const SensorTrack& track, double sd, std::size_t most) {
    NoisyTrack grouped;
    std::vector<std::size_t> known;
    for (std::size_t i = 0; i < track.values.size(); ++i)
        if (std::isfinite(track.values[i]))
            known.push_back(i);
    const std::size_t size = (known.size() + most - 1) / most;
    for (std::size_t first = 0; first < known.size(); first += size) {
        const std::size_t n = std::min(size, known.size() - first);
        double time_h = 0;
        double value = 0;
        for (std::size_t k = first; k < first + n; ++k) {
            time_h += track.times_h[known[k]] / static_cast<double>(n);
            value += track.values[known[k]] / static_cast<double>(n);
        }
        add(grouped.track, time_h, value);
        grouped.sd.push_back(sd / std::sqrt(static_cast<double>(n)));
    }
    return grouped;
}

/// What the culture makes (or, negative, takes up) per biomass and hour while it grows exponentially.
SensorFeature specific_rate(const TraitOptions& trait, const SensorTrack& track, const SensorTrack& biomass,
                            std::uint32_t stream) {
    constexpr std::uint32_t draws = 100;
    constexpr std::size_t columns = 2;
    constexpr std::size_t most_readings = 200;
    struct Sample {
        std::array<double, columns> values{missing, missing};
        std::array<double, columns> sd{1, 1};
    };
    std::map<double, Sample> at_time;
    const auto enter = [&](const NoisyTrack& of, std::size_t column) {
        for (std::size_t i = 0; i < of.sd.size(); ++i) {
            Sample& sample = at_time[of.track.times_h[i]];
            sample.values[column] = of.track.values[i];
            sample.sd[column] = of.sd[i];
        }
    };
    enter(in_groups(biomass, trait.per_sd, most_readings), 0);
    enter(in_groups(track, trait.sd, most_readings), 1);
    std::vector<double> times_h;
    std::vector<double> values;
    std::vector<double> sd;
    const double start_h =
        std::isnan(trait.from_h) ? std::min(biomass.times_h.front(), track.times_h.front()) : trait.from_h;
    for (const auto& [time_h, sample] : at_time) {
        times_h.push_back(time_h - start_h);
        values.insert(values.end(), sample.values.begin(), sample.values.end());
        sd.insert(sd.end(), sample.sd.begin(), sample.sd.end());
    }
    curve::FluxOptions options;
    options.degradation_per_h = {&trait.decay_per_h, 1};
    options.draws = draws;
    options.stream = stream;
    curve::Flux flux;
    const curve::SteadyState state =
        curve::fit_steady_state({times_h, values, sd, columns}, options, {&flux, 1});
    if (state.rate_at_bound)
        return {missing, missing, "fit_at_bound"};
    return {flux.specific_rate, flux.specific_rate_interval.sd};
}

}  // namespace

double SensorTrack::at(double time_h) const {
    const auto next = std::upper_bound(times_h.begin(), times_h.end(), time_h);
    if (next == times_h.begin())
        return missing;
    const auto i = static_cast<std::size_t>(next - times_h.begin()) - 1;
    if (held || times_h[i] == time_h)
        return values[i];
    if (next == times_h.end())
        return missing;
    const double share = (time_h - times_h[i]) / (times_h[i + 1] - times_h[i]);
    return values[i] + share * (values[i + 1] - values[i]);
}

double end_of_run_h(const PlateData& plate) {
    double end_s = missing;
    for (const ReadoutSeries& series : plate.series)
        if (!series.times_s.empty() && !series.of_samples)
            end_s = std::fmax(end_s, series.times_s.back());
    return end_s / formats::plates::hour_s;
}

SensorTrack track_of(const ReadoutSeries& series, std::size_t wells, std::size_t well, double from_h,
                     double to_h, double end_h) {
    SensorTrack track;
    track.held = series.readout.on_change;
    double before = missing;  // what held when the window opened
    for (std::size_t t = 0; t < series.times_s.size(); ++t) {
        const std::size_t cell = t * wells + well;
        const double time_h = series.times_s[t] / formats::plates::hour_s;
        const bool known = series.flags[cell] == Flag::none;
        if (time_h > to_h || series.flags[cell] == absent || (!known && !track.held))
            continue;
        const double value = known ? series.values[cell] : missing;
        if (time_h < from_h) {
            before = value;
            continue;
        }
        if (track.held && track.values.empty() && time_h > from_h && !std::isnan(before))
            add(track, from_h, before);
        add(track, std::isnan(time_h) ? 0 : time_h, value);
    }
    if (!track.held)
        return track;
    if (track.values.empty() && !std::isnan(before))
        add(track, from_h, before);
    const double last_h = std::fmin(end_h, to_h);
    if (!track.values.empty() && last_h > track.times_h.back())
        add(track, last_h, track.values.back());
    return track;
}

SensorFeature sensor_feature(const TraitOptions& trait, const SensorTrack& track, const SensorTrack* other,
                             std::uint32_t stream) {
    const std::vector<double> known = known_values(track);
    if (known.empty() ||
        (is_of_two_tracks(trait.feature) && (other == nullptr || known_values(*other).empty())))
        return {};
    switch (trait.feature) {
        case Feature::endpoint:
            return {std::isnan(trait.time_h) ? track.values.back() : track.at(trait.time_h)};
        case Feature::maximum:
            return {*std::max_element(known.begin(), known.end())};
        case Feature::minimum:
            return {*std::min_element(known.begin(), known.end())};
        case Feature::mean:
            return {mean(track, known)};
        case Feature::auc:
            return {track.values.size() < 2 ? missing : area(track).sum};
        case Feature::change:
            return {known.size() < 2 ? missing : known.back() - known.front()};
        case Feature::first_rise: {
            const double start_h = curve::feed_start_h(track.times_h, track.values, trait.threshold);
            return {start_h, missing, std::isnan(start_h) ? "not_reached" : ""};
        }
        case Feature::yield_on:
            return yield_of(track, *other);
        case Feature::specific_rate:
            return specific_rate(trait, track, *other, stream);
        case Feature::dynamic_kla: {
            const curve::DynamicKla kla = curve::dynamic_kla(track.times_h, track.values, trait.saturated);
            return {kla.kla_per_h, kla.standard_error_per_h, std::isnan(kla.kla_per_h) ? "not_reached" : ""};
        }
        default:
            return of_excursions(trait, track, other);
    }
}

}  // namespace wellsieve::pipeline
