#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "kernels/curve/curves.hpp"

namespace wellsieve::kernels::curve {

/// What a sensor did between two of its readings.
enum class Between : std::uint8_t {
    straight,  ///< a straight line: readings at a rate
    held,      ///< the value of the earlier one: event-compressed tracks, set points, pumps
};

/// A range, and what counts as having left it. An open side is infinite.
struct AllowedRange {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    double least_h = 0;                                      ///< excursions that end sooner do not count
    double gap_h = std::numeric_limits<double>::infinity();  ///< longer without a reading: not observed
    Between between = Between::straight;
};

/// The time that one sensor spent outside a range. Times are NaN, and counts 0, where nothing was seen.
struct Excursions {
    double observed_h = 0;       ///< between readings, without gaps
    double outside_h = 0;        ///< sum of the excursions that count
    double below_h = 0;          ///< of it, below the range
    double longest_h = 0;        ///< longest excursion
    double first_h = undefined;  ///< when the first one began
    double largest_deviation =
        undefined;  ///< farthest reading from the range, in an excursion that counts; with its sign
    std::uint32_t count = 0;
    std::uint32_t open = 0;  ///< 1: still outside at the last reading, or at a gap
};

/// Times ascending; values that are not finite are not readings. An excursion begins and ends where the line
/// between two readings crosses the edge of the range. It passes from one side to the other as two.
Excursions excursions(std::span<const double> times_h, std::span<const double> values,
                      const AllowedRange& range) noexcept;

/// The same around a set point: |value − set point| <= tolerance, with a set point that may change, given at
/// the same times.
Excursions setpoint_excursions(std::span<const double> times_h, std::span<const double> values,
                               std::span<const double> setpoints, double tolerance,
                               AllowedRange range) noexcept;

/// The share of the observed time outside; NaN where nothing was observed.
double share_outside(const Excursions& e) noexcept;

/// When a feed began: the last reading before the accumulated volume has risen by more than `least_volume`
/// over the first reading. NaN: it never did.
double feed_start_h(std::span<const double> times_h, std::span<const double> accumulated_volume,
                    double least_volume) noexcept;

/// Oxygen limitation: dissolved oxygen below `limit` (e.g. 5 % of saturation) for at least `least_h`.
Excursions oxygen_limitation(std::span<const double> times_h, std::span<const double> dissolved, double limit,
                             double least_h, Between between = Between::straight) noexcept;

}  // namespace wellsieve::kernels::curve
