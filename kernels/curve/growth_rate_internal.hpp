#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/curve/growth_rate.hpp"

namespace wellsieve::kernels::curve::growth_rate_internal {

inline constexpr double visible_noise = 6;  ///< a value above so much noise is seen at all
inline constexpr double clear_noise = 20;   ///< above it, ln(value) is as good as unbiased
inline constexpr double rise_share = 0.25;  ///< of the whole rise, where that is less than the doublings
inline constexpr double narrowest_h = 0.25;
inline constexpr double narrowest_share = 1.0 / 16;  ///< of all readings' span, where that is less
inline constexpr double wider = 1.4142135623730951;
inline constexpr double just_beyond = 1 + 1e-9;  ///< a reading at the end of a window is inside
inline constexpr double smallest_noise = 1e-4;   ///< of the largest value
inline constexpr double clip = 1.5;              ///< differences count up to so many times the noise
inline constexpr int clipping_rounds = 10;
inline constexpr double mean_size = 0.79788456080286536;          ///< of |z|, z standard normal: √(2/π)
inline constexpr double mean_clipped_size = 0.73927097327765622;  ///< of min(|z|, 1.5)
inline constexpr std::size_t stencil = 5;
inline constexpr std::size_t fewest_stencils = 4;
inline constexpr double reach_errors = 5;  ///< of a slope: so far its noise takes no copy of a curve
inline constexpr double reach_noise =
    3;                                   ///< a copy's reading may count that is so much noise below the limit
inline constexpr double prior_dof = 10;  ///< that the noise of the whole curve counts in a window

/// Weights of five neighbouring readings: their fourth divided difference, scaled to the noise of one
/// reading.
using Stencil = std::array<double, stencil>;
std::vector<Stencil> noise_stencils(std::span<const double> times_h);

/// Rows first … end − 1.
struct Window {
    std::size_t first;
    std::size_t end;
};

/// The windows of all widths that have enough rows, one width after the other, from the first row on.
std::vector<Window> windows_of(const GrowthRateOptions& options, std::span<const double> times_h);

/// Those of `windows` that could be the best of a copy of the last well of `copies` with the noise `copy_sd`,
/// where scores count it as `options.noise_sd`: whose score there is less than the best by no more than
/// `reach_errors` errors of both. The best one comes first.
std::vector<Window> windows_in_reach(const std::vector<Window>& windows, const Curves& copies,
                                     double detection_limit, double copy_sd,
                                     const GrowthRateOptions& options);

/// One well's readings: z = ln(value) or nearly, weight 0 where it is not used. Element i stands at i ·
/// stride.
struct WeightedLogs {
    const double* z;
    const double* weights;
    std::size_t stride;
    std::span<const double> times_h;

    double log_at(std::size_t i) const noexcept { return z[i * stride]; }
    double weight_at(std::size_t i) const noexcept { return weights[i * stride]; }
};

/// A window is judged by its slope less so many errors: the more readings, the luckier the luckiest of the
/// windows.
double selection_errors(double readings) noexcept;

/// The 95 % quantile of Student's t to 1e-2 from 3 degrees of freedom on (Cornish and Fisher).
double t_quantile(double dof) noexcept;

/// Line, errors and, if wanted, interval for the window of rows first … end − 1.
GrowthRate describe_window(const WeightedLogs& logs, std::size_t first, std::size_t end, double noise_sd,
                           double noise_dof, bool interval) noexcept;

}  // namespace wellsieve::kernels::curve::growth_rate_internal
