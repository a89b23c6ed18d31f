#include "kernels/curve/lowess.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

namespace wellsieve::kernels::curve {
namespace {

constexpr double nearly_none = 0.001;  ///< of the width, or of the bisquare's: full weight
constexpr double nearly_all = 0.999;   ///< beyond it: no weight
constexpr double exact = 1e-7;         ///< residuals by so little of their mean are rounding
constexpr double bisquare_medians = 6;

/// The points that one line is fitted to: first … last, and those at the same distance as the farther.
struct Neighbours {
    std::size_t first;
    std::size_t last;
};

/// Of the same number of points as before, those nearest to x[i].
Neighbours move_on(std::span<const double> x, std::size_t i, Neighbours near) {
    while (near.last + 1 < x.size() && x[i] - x[near.first] > x[near.last + 1] - x[i]) {
        ++near.first;
        ++near.last;
    }
    return near;
}

double cube(double v) {
    return v * v * v;
}

/// Distance weights times `robust`, which sum to 1; false where nothing is left.
bool weigh(std::span<const double> x, std::span<const double> robust, std::size_t i, Neighbours near,
           std::vector<double>& weights) {
    const double width = std::max(x[i] - x[near.first], x[near.last] - x[i]);
    double sum = 0;
    weights.assign(x.size(), 0);
    for (std::size_t j = near.first; j < x.size(); ++j) {
        const double distance = std::abs(x[j] - x[i]);
        if (distance > nearly_all * width) {
            if (x[j] > x[i])
                break;
            continue;
        }
        weights[j] = robust[j] * (distance > nearly_none * width ? cube(1 - cube(distance / width)) : 1);
        sum += weights[j];
    }
    for (double& weight : weights)
        weight /= sum;
    return sum > 0;
}

/// The weighted line at x[i]; their mean where the points stand in one place.
double line_at(std::span<const double> x, std::span<const double> y, std::size_t i,
               std::span<const double> weights) {
    double mean_x = 0;
    double mean_y = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
        mean_x += weights[j] * x[j];
        mean_y += weights[j] * y[j];
    }
    double sxx = 0;
    double sxy = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
        sxx += weights[j] * (x[j] - mean_x) * (x[j] - mean_x);
        sxy += weights[j] * (x[j] - mean_x) * (y[j] - mean_y);
    }
    const bool spread = std::sqrt(sxx) > nearly_none * (x.back() - x.front());
    return spread ? mean_y + sxy / sxx * (x[i] - mean_x) : mean_y;
}

void fit(std::span<const double> x, std::span<const double> y, std::size_t points,
         std::span<const double> robust, std::span<double> out) {
    std::vector<double> weights;
    Neighbours near{0, points - 1};
    for (std::size_t i = 0; i < x.size(); ++i) {
        near = move_on(x, i, near);
        out[i] = weigh(x, robust, i, near, weights) ? line_at(x, y, i, weights) : y[i];
    }
}

/// Bisquare weights of the residuals; false where the fit is exact.
bool judge(std::span<const double> y, std::span<const double> fitted, std::span<double> robust) {
    std::vector<double> sizes;
    double mean = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        sizes.push_back(std::abs(y[i] - fitted[i]));
        mean += sizes[i] / static_cast<double>(y.size());
    }
    std::vector<double> sorted = sizes;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t n = sorted.size();
    const double bound = bisquare_medians * (sorted[n / 2] + sorted[(n - 1) / 2]) / 2;
    if (bound < exact * mean)
        return false;
    for (std::size_t i = 0; i < n; ++i) {
        const double share = sizes[i] / bound;
        if (sizes[i] <= nearly_none * bound)
            robust[i] = 1;
        else
            robust[i] = sizes[i] > nearly_all * bound ? 0 : (1 - share * share) * (1 - share * share);
    }
    return true;
}

}  // namespace

void lowess(std::span<const double> x, std::span<const double> y, const LowessOptions& options,
            std::span<double> out) noexcept {
    assert(x.size() == y.size() && out.size() == x.size() && options.span > 0);
    if (x.size() <= 2) {
        std::copy(y.begin(), y.end(), out.begin());
        return;
    }
    const double wanted = std::floor(options.span * static_cast<double>(x.size()) + exact);
    const auto points = static_cast<std::size_t>(std::clamp(wanted, 2.0, static_cast<double>(x.size())));
    std::vector<double> robust(x.size(), 1);
    fit(x, y, points, robust, out);
    for (std::uint32_t round = 0; round < options.iterations && judge(y, out, robust); ++round)
        fit(x, y, points, robust, out);
}

}  // namespace wellsieve::kernels::curve
