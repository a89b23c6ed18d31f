#pragma once

#include <span>
#include <vector>

namespace wellsieve::kernels::stats {

struct LowessOptions {
    double span = 2.0 / 3;    ///< share of the points that each line is fitted to; two points at least
    unsigned iterations = 3;  ///< robust ones, after the first fit
    double step = 0;          ///< share of the range of x within which values are interpolated, not fitted
};

/// Cleveland's robust locally weighted regression (1979, JASA 74:829) at each of the points: the line through
/// the nearest ones, with tricube weights of distance and bisquare weights of the residuals within six of
/// their MAD. R's lowess, whose default delta is a step of 0.01; to 1e-9 of it. x ascending and as long as y,
/// all finite. span · points a fit, at most 1 / step and a few fits an iteration; allocates four columns.
std::vector<double> lowess(std::span<const double> x, std::span<const double> y,
                           const LowessOptions& options = {});

}  // namespace wellsieve::kernels::stats
