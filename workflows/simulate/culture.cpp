#include "workflows/simulate/culture.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace wellsieve::workflows::simulate {
namespace {

double logistic(const Culture& c, double time_h) {
    const double rate_at_zero = c.rate_per_h / (1 - c.inoculum_od / c.yield_od);
    const double grown_h = std::max(0.0, time_h - c.lag_h);
    return c.yield_od / (1 + (c.yield_od / c.inoculum_od - 1) * std::exp(-rate_at_zero * grown_h));
}

double gompertz(const Culture& c, double time_h) {
    const double height = std::log(c.yield_od / c.inoculum_od);
    const double steepness = c.rate_per_h * std::numbers::e / height;
    return c.inoculum_od * std::exp(height * std::exp(-std::exp(steepness * (c.lag_h - time_h) + 1)));
}

double baranyi(const Culture& c, double time_h) {
    const double v = c.rate_per_h;
    const double h0 = v * c.lag_h;
    const double adjusted_h =
        time_h + std::log(std::exp(-v * time_h) + std::exp(-h0) - std::exp(-v * time_h - h0)) / v;
    const double grown = std::exp(v * adjusted_h);
    return c.inoculum_od * grown / (1 + (grown - 1) * c.inoculum_od / c.yield_od);
}

}  // namespace

double Culture::net_od(double time_h) const {
    if (!grows)
        return 0;
    switch (model) {
        case GrowthModel::gompertz:
            return gompertz(*this, time_h);
        case GrowthModel::baranyi:
            return baranyi(*this, time_h);
        default:
            return logistic(*this, time_h);
    }
}

CurveTruth truth_of(const Culture& culture, double hours) {
    constexpr int steps = 2000;
    const double step = hours / steps;
    CurveTruth truth{0, 0, culture.yield_od};
    const double start = std::log(culture.net_od(0));
    for (int i = 0; i < steps; ++i) {
        const double before = std::log(culture.net_od(i * step));
        const double after = std::log(culture.net_od((i + 1) * step));
        const double rate = (after - before) / step;
        if (rate > truth.rate_per_h) {
            truth.rate_per_h = rate;
            truth.lag_h = (i + 0.5) * step - ((before + after) / 2 - start) / rate;
        }
    }
    return truth;
}

}  // namespace wellsieve::workflows::simulate
