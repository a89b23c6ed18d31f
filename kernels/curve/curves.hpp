#pragma once

#include <cassert>
#include <cstddef>
#include <limits>
#include <span>

namespace wellsieve::kernels::curve {

inline constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

/// One readout of a plate over time: values[time * wells + well], corrected for its blank. NaN: not usable
/// (not measured, flagged, masked). Times in hours, strictly ascending, any spacing, one for all wells of a
/// row.
struct Curves {
    std::span<const double> values;
    std::span<const double> times_h;
    std::size_t wells = 0;

    std::size_t times() const noexcept { return times_h.size(); }
    double at(std::size_t time, std::size_t well) const noexcept { return values[time * wells + well]; }
    bool consistent() const noexcept { return values.size() == times_h.size() * wells; }
};

}  // namespace wellsieve::kernels::curve
