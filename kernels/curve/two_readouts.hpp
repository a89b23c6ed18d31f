#pragma once

#include <cstdint>
#include <span>

#include "kernels/curve/curves.hpp"

namespace wellsieve::kernels::curve {

struct TwoReadoutOptions {
    double from_h = undefined;  ///< window of the means and the maximum; NaN: from the first row
    double to_h = undefined;    ///< NaN: to the last row
    double at_biomass = undefined;
    double slope_window_h = 1;     ///< full width of the lines whose slope is dP/dt
    std::uint32_t min_points = 3;  ///< of such a line
};

/// One well. NaN: not supported by its readings.
struct TwoReadouts {
    double mean_ratio = undefined;  ///< P/N, mean over time (trapezoids between usable readings)
    double ratio_at_biomass =
        undefined;  ///< P/N where N first rises through `at_biomass`, on the line between readings
    double mean_activity = undefined;  ///< (dP/dt)/N, mean over time: units of P per N and hour
    double maximum_activity = undefined;
    double time_of_maximum_activity_h = undefined;
};

/// A product P and the biomass N of the same wells at the same times (see interpolate), both after their
/// blanks: what is made by biomass (promoter activity: dP/dt by a straight line in a window around each time,
/// divided by N). Readings of N at or below `detection_limits` (one a well, or none) or 0 are not used.
/// Reading by reading P/N needs both; the slope needs P alone. Same bits for every SIMD target; linear in
/// wells, in times times the readings of a slope window. Allocates once a call.
void two_readouts(const Curves& product, const Curves& biomass, std::span<const double> detection_limits,
                  const TwoReadoutOptions& options, std::span<TwoReadouts> out) noexcept;

/// The same one by one, without SIMD; equal bits.
void two_readouts_reference(const Curves& product, const Curves& biomass,
                            std::span<const double> detection_limits, const TwoReadoutOptions& options,
                            std::span<TwoReadouts> out) noexcept;

}  // namespace wellsieve::kernels::curve
