#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>
#include <vector>

#include "kernels/curve/curves.hpp"

namespace wellsieve::bench {

/// Curves that a benchmark owns: values[time][well].
struct PlateOfCurves {
    std::vector<double> times_h;
    std::vector<double> values;
    std::size_t wells = 0;

    kernels::curve::Curves view() const { return {values, times_h, wells}; }
};

/// Noisy logistic curves with a lag, every 15 minutes, as many as wells.
inline PlateOfCurves logistic_curves(std::size_t wells, std::size_t times) {
    std::mt19937 random(1);
    std::normal_distribution<double> normal(0, 0.002);
    std::uniform_real_distribution<double> uniform;
    PlateOfCurves out{{}, std::vector<double>(wells * times), wells};
    for (std::size_t i = 0; i < times; ++i)
        out.times_h.push_back(0.25 * static_cast<double>(i));
    for (std::size_t well = 0; well < wells; ++well) {
        const double rate = 0.2 + 0.6 * uniform(random);
        const double capacity = 0.4 + uniform(random);
        const double lag_h = 4 * uniform(random);
        for (std::size_t i = 0; i < times; ++i) {
            const double growing = std::max(0.0, out.times_h[i] - lag_h);
            out.values[i * wells + well] =
                capacity / (1 + (capacity / 0.02 - 1) * std::exp(-rate * growing)) + normal(random);
        }
    }
    return out;
}

}  // namespace wellsieve::bench
