#pragma once

#include <span>
#include <vector>

namespace wellsieve::kernels::stats {

/// Where the cubic spline through (x, y) is highest: in the two cells around the highest y (Forsythe, Malcolm
/// & Moler's spline, whose third derivative at each end is that of the cubic through the four points there;
/// edgeR's maximizeInterpolant). Made once for an ascending x of at least four points, and asked for many y.
class SplineMaximum {
  public:
    explicit SplineMaximum(std::span<const double> x);
    double operator()(std::span<const double> y) noexcept;

  private:
    std::vector<double> x_, slope_, curvature_, third_;

    void fit(std::span<const double> y) noexcept;
};

}  // namespace wellsieve::kernels::stats
