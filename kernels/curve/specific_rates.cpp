#include "kernels/curve/specific_rates.hpp"

#include <cassert>
#include <cmath>

#include "kernels/curve/exp_log.hpp"
#include "kernels/curve/line_sums_internal.hpp"

namespace wellsieve::kernels::curve {
StraightLine straight_line(std::span<const double> x, std::span<const double> y) noexcept {
    assert(x.size() == y.size());
    LineSums sums;
    for (std::size_t i = 0; i < x.size(); ++i)
        sums.add(x[i], y[i]);
    return sums.line();
}

StraightLine log_slope(std::span<const double> times_h, std::span<const double> biomass) noexcept {
    assert(times_h.size() == biomass.size());
    LineSums sums;
    for (std::size_t i = 0; i < biomass.size(); ++i)
        sums.add(times_h[i], natural_log(biomass[i]));
    return sums.line();
}

StraightLine yield_on(std::span<const double> made, std::span<const double> used) noexcept {
    return straight_line(used, made);
}

void specific_rates(std::span<const double> times_h, std::span<const double> concentration,
                    std::span<const double> biomass, double half_window_h, std::span<double> out) noexcept {
    assert(concentration.size() == times_h.size() && biomass.size() == times_h.size());
    assert(out.size() == times_h.size());
    // Readings at even distances stand on the edge: both or none of them, whatever rounding did to the times.
    const double half_h = half_window_h * (1 + 1e-9);
    std::size_t first = 0;
    for (std::size_t i = 0; i < times_h.size(); ++i) {
        while (times_h[first] < times_h[i] - half_h)
            ++first;
        LineSums sums;
        double cells = 0;
        for (std::size_t j = first; j < times_h.size() && times_h[j] <= times_h[i] + half_h; ++j)
            if (std::isfinite(concentration[j]) && biomass[j] > 0) {
                sums.add(times_h[j], concentration[j]);
                cells += biomass[j];
            }
        const StraightLine line = sums.line();
        out[i] = line.points >= 3 ? line.slope / (cells / line.points) : undefined;
    }
}

}  // namespace wellsieve::kernels::curve
