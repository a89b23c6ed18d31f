#include "kernels/curve/setpoint.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace wellsieve::kernels::curve {
namespace {

enum class Side : std::int8_t { below = -1, inside = 0, above = 1 };

/// One pass over the readings, excursion by excursion.
class Watch {
  public:
    explicit Watch(const AllowedRange& range) : range_(range) {}

    void read(double time, double value) noexcept {
        if (seen_ && time - time_ > range_.gap_h) {
            close(time_, true);
            seen_ = false;
        }
        if (seen_)
            pass(time, value);
        else if (side_of(value) != Side::inside)
            begin(time, side_of(value));
        if (side_ != Side::inside && std::abs(deviation(value)) > std::abs(deepest_))
            deepest_ = deviation(value);
        time_ = time;
        value_ = value;
        seen_ = true;
    }

    Excursions finish() noexcept {
        close(time_, true);
        return out_;
    }

  private:
    Side side_of(double x) const noexcept {
        return x < range_.low ? Side::below : x > range_.high ? Side::above : Side::inside;
    }
    double deviation(double x) const noexcept {
        return x < range_.low ? x - range_.low : x > range_.high ? x - range_.high : 0;
    }

    /// When the line from the last reading to this one is at `level`.
    double crossing(double time, double value, double level) const noexcept {
        if (range_.between == Between::held)
            return time;
        return time_ + (level - value_) / (value - value_) * (time - time_);
    }

    void pass(double time, double value) noexcept {
        out_.observed_h += time - time_;
        const Side to = side_of(value);
        if (to == side_)
            return;
        if (side_ != Side::inside)
            close(crossing(time, value, side_ == Side::below ? range_.low : range_.high), false);
        if (to != Side::inside)
            begin(crossing(time, value, to == Side::below ? range_.low : range_.high), to);
    }

    void begin(double time, Side side) noexcept {
        side_ = side;
        began_ = time;
        deepest_ = 0;
    }

    void close(double time, bool open) noexcept {
        const double length = time - began_;
        if (side_ != Side::inside && length >= range_.least_h) {
            ++out_.count;
            out_.outside_h += length;
            out_.below_h += side_ == Side::below ? length : 0;
            out_.longest_h = std::max(out_.longest_h, length);
            out_.open |= open;
            if (std::isnan(out_.first_h))
                out_.first_h = began_;
            if (!(std::abs(deepest_) <= std::abs(out_.largest_deviation)))
                out_.largest_deviation = deepest_;
        }
        side_ = Side::inside;
    }

    AllowedRange range_;
    Excursions out_;
    bool seen_ = false;
    double time_ = 0;
    double value_ = 0;
    Side side_ = Side::inside;
    double began_ = 0;
    double deepest_ = 0;
};

}  // namespace

Excursions excursions(std::span<const double> times_h, std::span<const double> values,
                      const AllowedRange& range) noexcept {
    assert(times_h.size() == values.size());
    Watch watch(range);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isfinite(values[i]))
            watch.read(times_h[i], values[i]);
    return watch.finish();
}

Excursions setpoint_excursions(std::span<const double> times_h, std::span<const double> values,
                               std::span<const double> setpoints, double tolerance,
                               AllowedRange range) noexcept {
    assert(times_h.size() == values.size() && setpoints.size() == values.size());
    range.low = -tolerance;
    range.high = tolerance;
    Watch watch(range);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isfinite(values[i]) && std::isfinite(setpoints[i]))
            watch.read(times_h[i], values[i] - setpoints[i]);
    return watch.finish();
}

double share_outside(const Excursions& e) noexcept {
    return e.observed_h > 0 ? e.outside_h / e.observed_h : undefined;
}

double feed_start_h(std::span<const double> times_h, std::span<const double> accumulated_volume,
                    double least_volume) noexcept {
    assert(times_h.size() == accumulated_volume.size());
    double base = undefined;
    double last_h = undefined;
    for (std::size_t i = 0; i < times_h.size(); ++i) {
        const double volume = accumulated_volume[i];
        if (!std::isfinite(volume))
            continue;
        base = std::isnan(base) ? volume : base;
        if (volume - base > least_volume)
            return last_h;
        last_h = times_h[i];
    }
    return undefined;
}

Excursions oxygen_limitation(std::span<const double> times_h, std::span<const double> dissolved, double limit,
                             double least_h, Between between) noexcept {
    AllowedRange range{limit, std::numeric_limits<double>::infinity()};
    range.least_h = least_h;
    range.between = between;
    return excursions(times_h, dissolved, range);
}

}  // namespace wellsieve::kernels::curve
