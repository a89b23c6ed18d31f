#include "kernels/curve/outliers.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/curve/outliers.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/curve/outliers_internal.hpp"
#include "kernels/curve/usable_readings-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {

using namespace outliers_internal;

namespace {

/// Of each lane, by exchanges of neighbours.
HWY_INLINE Vector median(const Vector* values) {
    Vector v[window];
    for (std::size_t i = 0; i < window; ++i)
        v[i] = values[i];
    for (std::size_t round = 0; round < window; ++round)
        for (std::size_t i = round % 2; i + 1 < window; i += 2) {
            const Vector low = hn::Min(v[i], v[i + 1]);
            v[i + 1] = hn::Max(v[i], v[i + 1]);
            v[i] = low;
        }
    return v[outlier_neighbours];
}

HWY_INLINE Vector median_of_three(const Vector* v) {
    return hn::Max(hn::Min(v[0], v[1]), hn::Min(hn::Max(v[0], v[1]), v[2]));
}

/// Readings k … of each lane, less the line through them about the middle one.
HWY_INLINE void load_without_trend(UsableReadings& readings, std::size_t k, Vector* values) {
    Vector times[window];
    for (std::size_t i = 0; i < window; ++i) {
        values[i] = row_of(readings.values(), k + i);
        times[i] = row_of(readings.times_h(), k + i);
    }
    const Vector rise = hn::Sub(median_of_three(values + outlier_neighbours + 1), median_of_three(values));
    const Vector slope = hn::Div(rise, hn::Sub(times[window - 2], times[1]));
    for (std::size_t i = 0; i < window; ++i)
        values[i] = hn::Sub(values[i], hn::Mul(slope, hn::Sub(times[i], times[outlier_neighbours])));
}

/// As many wells as there are lanes: 1 at reading k where it is an outlier.
void mark(UsableReadings& readings, Vector least_sd, Vector limit_sd, Rows& marks) {
    const Lanes d;
    for (std::size_t k = 0; k + window <= readings.most(); ++k) {
        Vector values[window];
        load_without_trend(readings, k, values);
        const Vector reading = values[outlier_neighbours];
        const Vector middle = median(values);
        for (Vector& value : values)
            value = hn::Abs(hn::Sub(value, middle));
        const Vector sd = hn::Max(hn::Mul(number(mad_to_sd), median(values)), least_sd);
        const Mask outlier = hn::Gt(hn::Abs(hn::Sub(reading, middle)), hn::Mul(limit_sd, sd));
        set_row(marks, k + outlier_neighbours, hn::IfThenElseZero(outlier, hn::Set(d, 1.0)));
    }
}

/// From reading k of a lane back to its row.
void write_back(const Curves& curves, std::size_t well, std::size_t count, const double* marks,
                std::span<std::uint8_t> out) {
    std::size_t k = 0;
    for (std::size_t cell = well; cell < out.size(); cell += curves.wells) {
        if (!std::isfinite(curves.values[cell]))
            continue;
        const bool judged = k >= outlier_neighbours && k + outlier_neighbours < count;
        out[cell] = judged && marks[k * lane_count] != 0 ? 1 : 0;
        ++k;
    }
}

}  // namespace

void outliers_in_lanes(const Curves& curves, std::span<const double> least_sd, double limit_sd,
                       std::span<std::uint8_t> out) {
    const Lanes d;
    UsableReadings readings(curves, 0);
    Rows marks = hwy::AllocateAligned<double>((curves.times() + 1) * lane_count);
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    for (std::size_t first = 0; first < curves.wells; first += lane_count) {
        const std::size_t wells = std::min(lane_count, curves.wells - first);
        readings.load(first, wells, false);
        HWY_ALIGN double least[lane_count] = {};
        for (std::size_t lane = 0; lane < wells; ++lane)
            least[lane] = least_sd_of(least_sd, first + lane);
        mark(readings, hn::Load(d, least), number(limit_sd), marks);
        for (std::size_t lane = 0; lane < wells; ++lane)
            write_back(curves, first + lane, readings.count(lane), marks.get() + lane, out);
    }
}

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::curve {

HWY_EXPORT(outliers_in_lanes);

void find_outliers(const Curves& curves, std::span<const double> least_sd, double limit_sd,
                   std::span<std::uint8_t> out) noexcept {
    assert(curves.consistent() && out.size() == curves.values.size());
    assert(least_sd.empty() || least_sd.size() == curves.wells);
    HWY_DYNAMIC_DISPATCH(outliers_in_lanes)(curves, least_sd, limit_sd, out);
}

}  // namespace wellsieve::kernels::curve
#endif
