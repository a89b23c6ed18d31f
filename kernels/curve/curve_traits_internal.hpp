#pragma once

#include <cstddef>

#include "kernels/curve/curve_traits.hpp"

namespace wellsieve::kernels::curve::curve_traits_internal {

inline constexpr std::size_t fewest_readings = 5;
inline constexpr std::size_t rate_readings = 5;   ///< of death rate and phases
inline constexpr double seen_noise = 3;           ///< a level above so much noise is seen
inline constexpr double risen_noise = 6;          ///< a rise by less is none
inline constexpr double saturation_share = 0.95;  ///< of the capacity
inline constexpr std::size_t tail_part = 10;      ///< one of so many readings is the end of the curve
inline constexpr double rising_errors = 3;
inline constexpr double rising_share = 0.05;     ///< of the maximum rate
inline constexpr double phase_end = 0.5;         ///< of the phase's largest rate
inline constexpr double phase_begin = 2;         ///< times the smallest rate since
inline constexpr double least_phase_rate = 0.1;  ///< of the maximum rate

/// The common window of the areas.
struct CommonWindow {
    double from_h;
    double to_h;
};
CommonWindow common_window(const Curves& curves, const CurveTraitOptions& options) noexcept;

/// What a curve says besides its rate.
struct Levels {
    std::size_t readings = 0;
    double initial = undefined;
    double maximum = undefined;
    double last = undefined;            ///< smallest smoothed reading from the maximum on
    bool rises_at_the_end = false;
};

/// The level that a value must exceed to be seen.
double seen_level(double detection_limit, double noise_sd) noexcept;

/// The verdicts that follow, the traits that are but another form of them, and the rate taken back.
void judge(const Levels& levels, double seen, double first_row_h, double row_h,
           const CurveTraitOptions& options, GrowthRate& rate, CurveTraits& out) noexcept;

}  // namespace wellsieve::kernels::curve::curve_traits_internal
