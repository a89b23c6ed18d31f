#pragma once

#include <span>
#include <vector>

#include "kernels/curve/curve_bootstrap.hpp"
#include "kernels/curve/growth_rate.hpp"
#include "pipeline/curve_options.hpp"

namespace wellsieve::pipeline {

/// The maximum specific growth rate of each well by the method that is asked for. `limits`: the level above
/// which a reading counts, one a well, or none; the slopes of other programs know no such level.
///
/// A spline and a Gaussian process follow every reading they are given. They get those that the window would
/// use too, above 6 · noise and the limit, and give a rate only where it finds one: neither knows growth from
/// noise. Both have no window and no interval; the rate's line is the tangent at the steepest point.
std::vector<kernels::curve::GrowthRate> rates_by_method(const kernels::curve::Curves& curves,
                                                        std::span<const double> limits,
                                                        const CurveOptions& options);

/// The same for a bootstrap's draws of a well; `limits` and `options` must outlive it. Of a window, the draws
/// have the noise of the well.
kernels::curve::RateEstimator rates_of_draws(std::span<const double> limits, const CurveOptions& options);

}  // namespace wellsieve::pipeline
