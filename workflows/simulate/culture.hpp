#pragma once

#include "workflows/simulate/spec.hpp"

namespace wellsieve::workflows::simulate {

/// How one culture grows. Biomass is a net optical density; ln means the natural logarithm.
///
/// | model    | growth                                                                                      |
/// | -------- | ------------------------------------------------------------------------------------------- |
/// | logistic | still for the lag, then N = K / (1 + (K/N0 - 1) e^(-r(t-lag))), r the rate at N = 0         |
/// | gompertz | ln(N/N0) = A exp(-exp(rate e (lag - t) / A + 1)), A = ln(K/N0) (Zwietering and others 1990) |
/// | baranyi  | Baranyi and Roberts 1994 with m = 1, v = rate, h0 = rate lag                                |
struct Culture {
    GrowthModel model = GrowthModel::logistic;
    bool grows = false;
    double inoculum_od = 0;  ///< N0
    double yield_od = 0;     ///< K
    double rate_per_h = 0;
    double lag_h = 0;
    double gfp_per_od = 0;

    double net_od(double time_h) const;
};

/// What a perfect estimator would find in a curve without noise.
struct CurveTruth {
    double rate_per_h = 0;  ///< largest slope of ln N
    double lag_h = 0;       ///< where the tangent at that slope meets ln N(0)
    double yield_od = 0;    ///< K
};

/// From the curve itself between 0 and `hours`, on a grid of a 2,000th of it; error below 1e-5 relative.
CurveTruth truth_of(const Culture& culture, double hours);

}  // namespace wellsieve::workflows::simulate
