#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernels/curve/specific_rates.hpp"

namespace wellsieve::kernels::curve {

/// Sums for a line, about the first point: large times then cost no digits.
class LineSums {
  public:
    void add(double x, double y) noexcept {
        if (!std::isfinite(x) || !std::isfinite(y))
            return;
        if (n_ == 0) {
            x0_ = x;
            y0_ = y;
        }
        ++n_;
        const double dx = x - x0_ - mean_x_;
        const double dy = y - y0_ - mean_y_;
        mean_x_ += dx / n_;
        mean_y_ += dy / n_;
        xx_ += dx * (x - x0_ - mean_x_);
        xy_ += dx * (y - y0_ - mean_y_);
        yy_ += dy * (y - y0_ - mean_y_);
    }

    StraightLine line() const noexcept {
        StraightLine out;
        out.points = n_;
        if (!(xx_ > 0))
            return out;
        out.slope = xy_ / xx_;
        out.intercept = y0_ + mean_y_ - out.slope * (x0_ + mean_x_);
        if (n_ > 2)
            out.standard_error = std::sqrt(std::max(yy_ - out.slope * xy_, 0.0) / (n_ - 2.0) / xx_);
        return out;
    }

  private:
    std::uint32_t n_ = 0;
    double x0_ = 0, y0_ = 0, mean_x_ = 0, mean_y_ = 0, xx_ = 0, xy_ = 0, yy_ = 0;
};

}  // namespace wellsieve::kernels::curve
