#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/curve/curves.hpp"

namespace wellsieve::kernels::curve {

/// y = intercept + slope · x by least squares. NaN where points do not allow it: slope from two x, standard
/// error from three points.
struct StraightLine {
    double slope = undefined;
    double intercept = undefined;
    double standard_error = undefined;  ///< of the slope
    std::uint32_t points = 0;           ///< pairs of finite numbers
};

StraightLine straight_line(std::span<const double> x, std::span<const double> y) noexcept;

/// Growth rate of a vessel: the slope of ln X over time, X > 0. Where volume changes, X is the pseudo-batch
/// concentration.
StraightLine log_slope(std::span<const double> times_h, std::span<const double> biomass) noexcept;

/// Yield of a product on a substrate, or of biomass: change of one concentration over that of another, by
/// the line through all points (both pseudo-batch where volume changes). For what is used up, give it
/// negative or take −slope.
StraightLine yield_on(std::span<const double> made, std::span<const double> used) noexcept;

/// Specific rate q = (1/X) dC/dt at each time, e.g. g/(g h): positive as it is made, negative as it is taken
/// up. The slope of the line through the readings within half_window_h on either side, over the mean biomass
/// of the same readings; needs three with biomass above 0, else NaN. In pseudo-batch concentrations both.
/// Cost: times × readings in a window.
void specific_rates(std::span<const double> times_h, std::span<const double> concentration,
                    std::span<const double> biomass, double half_window_h, std::span<double> out) noexcept;

}  // namespace wellsieve::kernels::curve
