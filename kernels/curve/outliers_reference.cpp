#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <vector>

#include "kernels/curve/outliers_internal.hpp"

namespace wellsieve::kernels::curve {
namespace {

using namespace outliers_internal;

double median(std::array<double, window> values) {
    std::nth_element(values.begin(), values.begin() + outlier_neighbours, values.end());
    return values[outlier_neighbours];
}

double median_of_three(double a, double b, double c) {
    return std::max(std::min(a, b), std::min(std::max(a, b), c));
}

/// Less the line from the median of the first three to that of the last three, about the middle.
void take_trend(std::array<double, window>& values, const std::array<double, window>& times_h) {
    const double rise =
        median_of_three(values[4], values[5], values[6]) - median_of_three(values[0], values[1], values[2]);
    const double slope = rise / (times_h[5] - times_h[1]);
    for (std::size_t i = 0; i < window; ++i)
        values[i] -= slope * (times_h[i] - times_h[outlier_neighbours]);
}

bool is_outlier(std::array<double, window> values, double least_sd, double limit_sd) {
    const double reading = values[outlier_neighbours];
    const double middle = median(values);
    for (double& value : values)
        value = std::abs(value - middle);
    const double sd = std::max(mad_to_sd * median(values), least_sd);
    return std::abs(reading - middle) > limit_sd * sd;
}

}  // namespace

void find_outliers_reference(const Curves& curves, std::span<const double> least_sd, double limit_sd,
                             std::span<std::uint8_t> out) noexcept {
    assert(curves.consistent() && out.size() == curves.values.size());
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    for (std::size_t well = 0; well < curves.wells; ++well) {
        std::vector<std::size_t> cells;
        for (std::size_t cell = well; cell < curves.values.size(); cell += curves.wells)
            if (std::isfinite(curves.values[cell]))
                cells.push_back(cell);
        for (std::size_t k = 0; k + window <= cells.size(); ++k) {
            std::array<double, window> values;
            std::array<double, window> times_h;
            for (std::size_t i = 0; i < window; ++i) {
                values[i] = curves.values[cells[k + i]];
                times_h[i] = curves.times_h[cells[k + i] / curves.wells];
            }
            take_trend(values, times_h);
            out[cells[k + outlier_neighbours]] =
                is_outlier(values, least_sd_of(least_sd, well), limit_sd) ? 1 : 0;
        }
    }
}

}  // namespace wellsieve::kernels::curve
