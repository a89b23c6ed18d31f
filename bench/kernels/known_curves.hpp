#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>
#include <vector>

#include "kernels/curve/curves.hpp"

namespace wellsieve::bench {

inline constexpr std::array<double, 6> reader_noises{0.0, 0.0005, 0.001, 0.002, 0.005, 0.01};
inline constexpr std::array<double, 4> samplings_min{5, 10, 15, 30};
inline constexpr double length_h = 24;

struct Parameters {
    double rate;
    double capacity;
    double initial;
    double lag_h;
};

using LogModel = double (*)(double t, const Parameters& p);

inline double gompertz(double t, const Parameters& p) {
    const double rise = std::log(p.capacity / p.initial);
    return std::log(p.initial) +
           rise * std::exp(-std::exp(p.rate * std::numbers::e * (p.lag_h - t) / rise + 1));
}

inline double zwietering_logistic(double t, const Parameters& p) {
    const double rise = std::log(p.capacity / p.initial);
    return std::log(p.initial) + rise / (1 + std::exp(4 * p.rate * (p.lag_h - t) / rise + 2));
}

inline double verhulst_logistic(double t, const Parameters& p) {
    return std::log(p.capacity / (1 + (p.capacity / p.initial - 1) * std::exp(-p.rate * t)));
}

inline double baranyi(double t, const Parameters& p) {
    const double h0 = p.rate * p.lag_h;
    const double grown =
        p.rate * t + std::log(std::exp(-p.rate * t) + std::exp(-h0) - std::exp(-p.rate * t - h0));
    return std::log(p.initial) + grown - std::log(1 + std::expm1(grown) * p.initial / p.capacity);
}

struct NamedModel {
    const char* name;
    LogModel log_of;
};

inline constexpr std::array growth_models{NamedModel{"logistic (Zwietering)", zwietering_logistic},
                                          NamedModel{"Gompertz", gompertz}, NamedModel{"Baranyi", baranyi},
                                          NamedModel{"logistic (Verhulst, no lag)", verhulst_logistic}};

/// The largest d ln N / dt that the curve reaches.
inline double true_rate(LogModel log_of, const Parameters& p) {
    constexpr double step_h = 0.05;
    double best = 0;
    double before = log_of(0, p);
    for (int i = 1; i <= length_h / step_h; ++i) {
        const double now = log_of(i * step_h, p);
        best = std::max(best, (now - before) / step_h);
        before = now;
    }
    return best;
}

/// Curves as a plate reader shows them: doubling times of 46 min to 4.6 h, inocula of 0.01 to 0.05, plateaus
/// of 0.5 to 1.5, lags of 0.5 to 4 h.
struct KnownCurves {
    std::vector<double> times_h;
    std::vector<double> values;
    std::vector<double> truths;  ///< maximum specific rates, 1/h

    /// Without noise the same curves.
    KnownCurves(LogModel log_of, std::size_t wells, double sampling_min, double noise) : truths(wells) {
        std::mt19937_64 random(20261124);
        std::uniform_real_distribution<double> uniform;
        std::normal_distribution<double> normal;
        const auto rows = static_cast<std::size_t>(length_h * 60 / sampling_min) + 1;
        for (std::size_t row = 0; row < rows; ++row)
            times_h.push_back(static_cast<double>(row) * sampling_min / 60);
        values.resize(rows * wells);
        for (std::size_t well = 0; well < wells; ++well) {
            const Parameters p{0.15 * std::pow(6, uniform(random)), 0.5 + uniform(random),
                               0.01 * std::pow(5, uniform(random)), 0.5 + 3.5 * uniform(random)};
            truths[well] = true_rate(log_of, p);
            for (std::size_t row = 0; row < rows; ++row)
                values[row * wells + well] = std::exp(log_of(times_h[row], p)) + noise * normal(random);
        }
    }

    kernels::curve::Curves view() const { return {values, times_h, truths.size()}; }
};

}  // namespace wellsieve::bench
