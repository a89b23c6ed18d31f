#include "pipeline/fed_batch.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "kernels/curve/pseudo_batch.hpp"
#include "pipeline/sensor_features.hpp"

namespace wellsieve::pipeline {
namespace {

namespace curve = kernels::curve;
using formats::plates::Flag;
using formats::plates::missing;

/// One well's volumes in litres (or all in the one unit that the readouts share).
class Vessel {
  public:
    Vessel(const FedBatchOptions& options, const PlateData& plate, std::size_t well, const FindReadout& find)
        : first_volume_(options.volume_l) {
        const auto track = [&](const std::string& name) {
            const ReadoutSeries* series = find(name);
            complete_ = complete_ && series != nullptr;
            if (series == nullptr)
                return SensorTrack{};
            SensorTrack litres = track_of(*series, plate.shape.wells(), well, missing, missing, missing);
            const double factor = litres_in(series->readout.unit).value_or(1);
            for (double& value : litres.values)
                value *= factor;
            return litres;
        };
        if (!options.volume.empty())
            volume_ = track(options.volume);
        if (!options.sampled.empty())
            sampled_ = track(options.sampled);
        for (const std::string& feed : options.feeds)
            feeds_.push_back(track(feed));
    }

    /// Volumes at the times of the concentration's readings and of whatever changes the volume.
    void follow(const SensorTrack& concentration) {
        std::map<double, double> taken;  // at each time
        for (const SensorTrack* track : std::initializer_list<const SensorTrack*>{&volume_, &concentration})
            for (std::size_t i = 0; i < track->values.size(); ++i)
                if (std::isfinite(track->values[i]))
                    taken.try_emplace(track->times_h[i], 0);
        for (std::size_t i = 0; i < sampled_.values.size(); ++i)
            if (sampled_.values[i] > 0)
                taken[sampled_.times_h[i]] = sampled_.values[i];
        for (const auto& [time_h, sample] : taken)
            times_h.push_back(time_h);
        fed.resize(feeds_.size() * times_h.size());
        for (std::size_t feed = 0; feed < feeds_.size(); ++feed)
            for (std::size_t i = 0; i < times_h.size(); ++i)
                fed[feed * times_h.size() + i] = fed_until(feeds_[feed], times_h[i]);
        double left = complete_ ? first_volume_ : missing;
        for (std::size_t i = 0; i < times_h.size(); ++i) {
            const double read = volume_read_at(times_h[i]);
            before.push_back(complete_ && !std::isnan(read) ? read : left + (i > 0 ? added(i) : 0));
            sampled.push_back(taken.at(times_h[i]));
            left = before[i] - sampled[i];
        }
    }

    std::vector<double> times_h;
    std::vector<double> before;  ///< NaN where it is not known yet
    std::vector<double> sampled;
    std::vector<double> fed;  ///< [feed][time]

  private:
    static double fed_until(const SensorTrack& feed, double time_h) {
        const auto next = std::upper_bound(feed.times_h.begin(), feed.times_h.end(), time_h);
        if (next == feed.times_h.end())
            return feed.values.empty() ? 0 : feed.values.back();
        const double at = feed.at(time_h);
        return std::isnan(at) ? feed.values.front() : at;
    }

    double volume_read_at(double time_h) const {
        const auto found = std::lower_bound(volume_.times_h.begin(), volume_.times_h.end(), time_h);
        if (found == volume_.times_h.end() || *found != time_h)
            return missing;
        return volume_.values[static_cast<std::size_t>(found - volume_.times_h.begin())];
    }

    double added(std::size_t i) const {
        double sum = 0;
        for (std::size_t feed = 0; feed < feeds_.size(); ++feed)
            sum += fed[feed * times_h.size() + i] - fed[feed * times_h.size() + i - 1];
        return sum;
    }

    double first_volume_;
    SensorTrack volume_;
    SensorTrack sampled_;
    std::vector<SensorTrack> feeds_;
    bool complete_ = true;
};

/// The concentration at each of the vessel's times from the first known volume on.
std::map<double, double> in_batch(const Vessel& vessel, const SensorTrack& concentration,
                                  const std::vector<double>& in_feed) {
    std::size_t first = 0;
    while (first < vessel.before.size() && std::isnan(vessel.before[first]))
        ++first;
    const std::size_t n = vessel.before.size() - first;
    if (n == 0)
        return {};
    std::vector<double> fed;
    for (std::size_t feed = 0; feed < in_feed.size(); ++feed)
        for (std::size_t i = first; i < vessel.before.size(); ++i)
            fed.push_back(vessel.fed[feed * vessel.before.size() + i]);
    const curve::VesselVolumes volumes{std::span(vessel.before).subspan(first),
                                       std::span(vessel.sampled).subspan(first), fed};
    std::vector<double> values;
    for (std::size_t i = first; i < vessel.before.size(); ++i) {
        const auto found =
            std::lower_bound(concentration.times_h.begin(), concentration.times_h.end(), vessel.times_h[i]);
        const bool read = found != concentration.times_h.end() && *found == vessel.times_h[i];
        values.push_back(
            read ? concentration.values[static_cast<std::size_t>(found - concentration.times_h.begin())]
                 : missing);
    }
    std::vector<double> factor(n);
    curve::accumulated_dilution(volumes, factor);
    curve::pseudo_batch(values, volumes, in_feed, factor, values);
    std::map<double, double> at_time;
    for (std::size_t i = 0; i < n; ++i)
        at_time.emplace(vessel.times_h[first + i], values[i]);
    return at_time;
}

}  // namespace

ReadoutSeries pseudo_batch_series(const std::string& name, const ReadoutSeries& concentration,
                                  const FedBatchOptions& options, const PlateData& plate,
                                  const FindReadout& find) {
    const std::size_t wells = plate.shape.wells();
    std::vector<double> in_feed(options.feeds.size());
    if (const auto known = options.in_feed.find(name); known != options.in_feed.end())
        in_feed = known->second;
    ReadoutSeries series = concentration;
    for (std::size_t well = 0; well < wells; ++well) {
        SensorTrack track;
        for (std::size_t t = 0; t < series.times_s.size(); ++t)
            if (series.flags[t * wells + well] == Flag::none) {
                track.times_h.push_back(series.times_s[t] / formats::plates::hour_s);
                track.values.push_back(series.values[t * wells + well]);
            }
        if (track.values.empty())
            continue;
        Vessel vessel(options, plate, well, find);
        vessel.follow(track);
        const std::map<double, double> at_time = in_batch(vessel, track, in_feed);
        for (std::size_t t = 0; t < series.times_s.size(); ++t) {
            const std::size_t cell = t * wells + well;
            if (series.flags[cell] != Flag::none)
                continue;
            const auto found = at_time.find(series.times_s[t] / formats::plates::hour_s);
            series.values[cell] = found == at_time.end() ? missing : found->second;
            if (!std::isfinite(series.values[cell]))
                series.flags[cell] = Flag::not_measured;
        }
    }
    return series;
}

}  // namespace wellsieve::pipeline
