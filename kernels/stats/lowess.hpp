#pragma once

#include <span>
#include <vector>

namespace wellsieve::kernels::stats {

/// Lowess (Cleveland 1979, JASA 74:829): a line through the nearest `share` of all points, weighted by
/// tricubes of distance, at each x; then `robust_rounds` more with bisquare weights of the residuals within
/// six of their MAD. Points within a hundredth of the range of x from the last fitted are interpolated, as
/// R's lowess does; to 1e-12 of it. x is ascending and as long as y. Some hundred fits of share · n points a
/// round; allocates three columns.
std::vector<double> lowess(std::span<const double> x, std::span<const double> y, double share,
                           unsigned robust_rounds = 3);

}  // namespace wellsieve::kernels::stats
