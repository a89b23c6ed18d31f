#include "kernels/curve/interpolate.hpp"

#include <cassert>
#include <cmath>

namespace wellsieve::kernels::curve {
namespace {

/// The next row from `row` on with a usable reading of the well.
std::size_t next_usable(const Curves& curves, std::size_t row, std::size_t well) {
    while (row < curves.times() && !std::isfinite(curves.at(row, well)))
        ++row;
    return row;
}

}  // namespace

void interpolate(const Curves& curves, std::span<const double> times_h, std::span<double> out) noexcept {
    assert(curves.consistent() && out.size() == times_h.size() * curves.wells);
    for (std::size_t well = 0; well < curves.wells; ++well) {
        std::size_t before = next_usable(curves, 0, well);
        std::size_t after = before;
        for (std::size_t i = 0; i < times_h.size(); ++i) {
            const double time = times_h[i];
            while (after < curves.times() && curves.times_h[after] < time) {
                before = after;
                after = next_usable(curves, after + 1, well);
            }
            double& value = out[i * curves.wells + well];
            if (after == curves.times() || (after == before && curves.times_h[after] > time)) {
                value = undefined;
            } else if (curves.times_h[after] == time) {
                value = curves.at(after, well);
            } else {
                const double share =
                    (time - curves.times_h[before]) / (curves.times_h[after] - curves.times_h[before]);
                value = curves.at(before, well) + share * (curves.at(after, well) - curves.at(before, well));
            }
        }
    }
}

}  // namespace wellsieve::kernels::curve
