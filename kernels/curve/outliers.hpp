#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/curve/curves.hpp"

namespace wellsieve::kernels::curve {

inline constexpr std::size_t outlier_neighbours = 3;  ///< readings on either side that a reading is judged by

/// Hampel's filter (Davies & Gather 1993, JASA 88:782) about the trend: a reading is an outlier where it lies
/// further than `limit_sd` standard deviations from the median of itself and the three usable readings on
/// either side, each less a line through them (Tukey's: from the median of the three before to that of the
/// three after). The standard deviation is 1.4826 times the median distance of those seven from their median,
/// and at least `least_sd` (one a well, in units of the values; NaN or none: 0), as seven readings with the
/// same rounded value know of no noise.
///
/// The first and last three usable readings of a well are never outliers. Without noise neither is a reading
/// of a smooth curve, of a kink, or of a step. out[time * wells + well]: 1 for an outlier. Same bits on every
/// SIMD target. Linear in readings; allocates once a call.
void find_outliers(const Curves& curves, std::span<const double> least_sd, double limit_sd,
                   std::span<std::uint8_t> out) noexcept;

/// The same one by one, without SIMD; equal bits.
void find_outliers_reference(const Curves& curves, std::span<const double> least_sd, double limit_sd,
                             std::span<std::uint8_t> out) noexcept;

}  // namespace wellsieve::kernels::curve
