#pragma once

#include "kernels/curve/outliers.hpp"

namespace wellsieve::kernels::curve::outliers_internal {

inline constexpr std::size_t window = 2 * outlier_neighbours + 1;
inline constexpr double mad_to_sd = 1.4826;

/// 0 where nothing is known.
inline double least_sd_of(std::span<const double> least_sd, std::size_t well) noexcept {
    return !least_sd.empty() && least_sd[well] > 0 ? least_sd[well] : 0;
}

}  // namespace wellsieve::kernels::curve::outliers_internal
