#include "kernels/plate/loess_surface.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

#include "kernels/plate/loess_weights_internal.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/plate/loess_surface.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/plate/lanes-inl.hpp"
#include "kernels/plate/summary_internal.hpp"

#ifndef WELLSIEVE_KERNELS_PLATE_LOESS_SUMS
#define WELLSIEVE_KERNELS_PLATE_LOESS_SUMS
namespace wellsieve::kernels::plate {

/// Running sums of a dot product: a whole number of vectors on every target.
inline constexpr std::size_t running_sums = 8;

inline double combine(const double* s) noexcept {
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

}  // namespace wellsieve::kernels::plate
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::plate::HWY_NAMESPACE {

/// out[plate · stride] = weights · values[plate], both n long, n a multiple of running_sums.
void apply_weights(const double* weights, const double* values, std::size_t n, std::size_t plates,
                   std::size_t stride, double* out) {
    const Lanes d;
    constexpr std::size_t vectors = running_sums / lane_count;
    for (std::size_t plate = 0; plate < plates; ++plate) {
        const double* x = values + plate * n;
        std::array<Vector, vectors> sums;
        sums.fill(hn::Zero(d));
        for (std::size_t i = 0; i < n; i += running_sums)
            for (std::size_t k = 0; k < vectors; ++k) {
                const Vector w = hn::LoadU(d, weights + i + k * lane_count);
                sums[k] = hn::Add(sums[k], hn::Mul(w, hn::LoadU(d, x + i + k * lane_count)));
            }
        double lanes[running_sums];
        for (std::size_t k = 0; k < vectors; ++k)
            hn::StoreU(sums[k], d, lanes + k * lane_count);
        out[plate * stride] = combine(lanes);
    }
}

}  // namespace wellsieve::kernels::plate::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::plate {
namespace {

HWY_EXPORT(apply_weights);

std::vector<std::size_t> used_wells(std::span<const double> values, Selection selected, const Shape& shape,
                                    std::size_t plate) {
    std::vector<std::size_t> out;
    for (std::size_t well = 0; well < shape.wells(); ++well) {
        const std::size_t at = plate * shape.wells() + well;
        if (is_used(values[at], selected.data(), at))
            out.push_back(well);
    }
    return out;
}

Place place_of(std::size_t well, const Shape& shape) {
    const std::size_t row = well / shape.columns;
    return {static_cast<double>(row), static_cast<double>(well % shape.columns)};
}

LoessWeights weights_for(const std::vector<std::size_t>& wells, const Shape& shape, double span) {
    std::vector<Place> places;
    places.reserve(wells.size());
    for (const std::size_t well : wells)
        places.push_back(place_of(well, shape));
    return {places, span};
}

std::size_t padded(std::size_t n) {
    return (n + running_sums - 1) / running_sums * running_sums;
}

/// Plates first … first + plates, which have values in the same wells.
void fit_run(std::span<const double> values, const Shape& shape, double span,
             const std::vector<std::size_t>& wells, std::size_t first, std::size_t plates,
             std::span<double> surface) {
    const std::size_t n = padded(wells.size());
    std::vector<double> packed(plates * n);
    for (std::size_t plate = 0; plate < plates; ++plate)
        for (std::size_t i = 0; i < wells.size(); ++i)
            packed[plate * n + i] = values[(first + plate) * shape.wells() + wells[i]];
    LoessWeights finder = weights_for(wells, shape, span);
    std::vector<double> weights(n);
    const bool hopeless = wells.empty();
    for (std::size_t well = 0; well < shape.wells(); ++well) {
        finder.at(place_of(well, shape), std::span(weights).first(wells.size()));
        double* out = surface.data() + first * shape.wells() + well;
        if (hopeless)
            for (std::size_t plate = 0; plate < plates; ++plate)
                out[plate * shape.wells()] = Summary::undefined;
        else
            HWY_DYNAMIC_DISPATCH(apply_weights)
        (weights.data(), packed.data(), n, plates, shape.wells(), out);
    }
}

}  // namespace

void loess_surface(std::span<const double> values, Selection selected, const Shape& shape, double span,
                   std::span<double> surface) noexcept {
    assert(values.size() == shape.size() && surface.size() == values.size());
    assert(selected.empty() || selected.size() == values.size());
    for (std::size_t first = 0; first < shape.plates;) {
        const std::vector<std::size_t> wells = used_wells(values, selected, shape, first);
        std::size_t end = first + 1;
        while (end < shape.plates && used_wells(values, selected, shape, end) == wells)
            ++end;
        fit_run(values, shape, span, wells, first, end - first, surface);
        first = end;
    }
}

void loess_surface_reference(std::span<const double> values, Selection selected, const Shape& shape,
                             double span, std::span<double> surface) noexcept {
    for (std::size_t plate = 0; plate < shape.plates; ++plate) {
        const std::vector<std::size_t> wells = used_wells(values, selected, shape, plate);
        LoessWeights finder = weights_for(wells, shape, span);
        std::vector<double> weights(wells.size());
        for (std::size_t well = 0; well < shape.wells(); ++well) {
            finder.at(place_of(well, shape), weights);
            double sums[running_sums] = {};
            for (std::size_t i = 0; i < wells.size(); ++i)
                sums[i % running_sums] += weights[i] * values[plate * shape.wells() + wells[i]];
            surface[plate * shape.wells() + well] = wells.empty() ? Summary::undefined : combine(sums);
        }
    }
}

}  // namespace wellsieve::kernels::plate
#endif
