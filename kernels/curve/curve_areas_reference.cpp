#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "kernels/curve/curve_areas.hpp"
#include "kernels/curve/curve_areas_internal.hpp"

namespace wellsieve::kernels::curve {

double area_under(std::span<const double> times_h, std::span<const double> heights, double from_h,
                  double to_h) noexcept {
    if (times_h.size() < 2 || !(times_h.front() <= from_h) || !(times_h.back() >= to_h))
        return undefined;
    double sum = 0;
    for (std::size_t i = 1; i < times_h.size(); ++i) {
        const double step = times_h[i] - times_h[i - 1];
        if (times_h[i - 1] >= from_h && times_h[i] <= to_h) {
            sum += (heights[i - 1] + heights[i]) * 0.5 * step;
            continue;
        }
        const double begin = std::max(times_h[i - 1], from_h);
        const double end = std::min(times_h[i], to_h);
        if (!(begin < end))
            continue;
        const double slope = (heights[i] - heights[i - 1]) / step;
        const double middle = (begin + end) * 0.5 - times_h[i - 1];
        sum += (heights[i - 1] + slope * middle) * (end - begin);
    }
    return std::isfinite(sum) ? sum : undefined;
}

void curve_areas_reference(const Curves& curves, double from_h, double to_h, std::span<double> out) noexcept {
    assert(curves.consistent() && out.size() == curves.wells);
    std::vector<double> times_h;
    std::vector<double> values;
    for (std::size_t well = 0; well < curves.wells; ++well) {
        times_h.clear();
        values.clear();
        for (std::size_t row = 0; row < curves.times(); ++row)
            if (std::isfinite(curves.at(row, well))) {
                times_h.push_back(curves.times_h[row]);
                values.push_back(curves.at(row, well));
            }
        out[well] = area_under(times_h, values, from_h, to_h);
    }
}

}  // namespace wellsieve::kernels::curve
