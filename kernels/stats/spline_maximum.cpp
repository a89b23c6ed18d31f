#include "kernels/stats/spline_maximum.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace wellsieve::kernels::stats {

SplineMaximum::SplineMaximum(std::span<const double> x)
    : x_(x.begin(), x.end()), slope_(x.size()), curvature_(x.size()), third_(x.size()) {
    assert(x.size() >= 4);
}

/// Coefficients of y + slope t + curvature t² + third t³ in each cell, t from its left end.
void SplineMaximum::fit(std::span<const double> y) noexcept {
    std::vector<double>&b = slope_, &c = curvature_, &d = third_;
    const std::size_t last = x_.size() - 1;
    d[0] = x_[1] - x_[0];
    c[1] = (y[1] - y[0]) / d[0];
    for (std::size_t i = 1; i < last; ++i) {
        d[i] = x_[i + 1] - x_[i];
        b[i] = 2.0 * (d[i - 1] + d[i]);
        c[i + 1] = (y[i + 1] - y[i]) / d[i];
        c[i] = c[i + 1] - c[i];
    }
    b[0] = -d[0];
    b[last] = -d[last - 1];
    c[0] = c[2] / (x_[3] - x_[1]) - c[1] / (x_[2] - x_[0]);
    c[last] = c[last - 1] / (x_[last] - x_[last - 2]) - c[last - 2] / (x_[last - 1] - x_[last - 3]);
    c[0] *= d[0] * d[0] / (x_[3] - x_[0]);
    c[last] *= -d[last - 1] * d[last - 1] / (x_[last] - x_[last - 3]);
    for (std::size_t i = 1; i <= last; ++i) {
        const double t = d[i - 1] / b[i - 1];
        b[i] -= t * d[i - 1];
        c[i] -= t * c[i - 1];
    }
    c[last] /= b[last];
    for (std::size_t i = last; i > 0; --i)
        c[i - 1] = (c[i - 1] - d[i - 1] * c[i]) / b[i - 1];
    for (std::size_t i = 0; i < last; ++i) {
        b[i] = (y[i + 1] - y[i]) / d[i] - d[i] * (c[i + 1] + 2.0 * c[i]);
        d[i] = (c[i + 1] - c[i]) / d[i];
        c[i] *= 3.0;
    }
}

double SplineMaximum::operator()(std::span<const double> y) noexcept {
    assert(y.size() == x_.size());
    const auto top = static_cast<std::size_t>(std::max_element(y.begin(), y.end()) - y.begin());
    fit(y);
    double highest = y[top];
    double at = x_[top];
    for (std::size_t cell = top > 0 ? top - 1 : 0; cell <= top && cell + 1 < x_.size(); ++cell) {
        const double inside = 4.0 * (curvature_[cell] * curvature_[cell] - 3.0 * third_[cell] * slope_[cell]);
        if (inside < 0.0)
            continue;
        const double t = (-2.0 * curvature_[cell] - std::sqrt(inside)) / (6.0 * third_[cell]);
        if (!(t > 0.0 && t < x_[cell + 1] - x_[cell]))
            continue;
        const double value = ((third_[cell] * t + curvature_[cell]) * t + slope_[cell]) * t + y[cell];
        if (value > highest) {
            highest = value;
            at = x_[cell] + t;
        }
    }
    return at;
}

}  // namespace wellsieve::kernels::stats
