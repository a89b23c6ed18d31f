#pragma once

#include <span>
#include <vector>

#include "kernels/curve/growth_rate.hpp"
#include "kernels/curve/parametric_fit.hpp"
#include "pipeline/curve_options.hpp"

namespace wellsieve::pipeline {

/// The growth models of `options.fits`, each fitted to each well: [model][well]. A curve without a rate in
/// `rates` does not grow and is not fitted: its parameters would be those of the noise. On the logarithmic
/// scale readings at or below `limits` (one a well, or none) are left out.
std::vector<std::vector<kernels::curve::GrowthFit>> fits_by_model(
    const kernels::curve::Curves& curves, std::span<const double> limits,
    std::span<const kernels::curve::GrowthRate> rates, const CurveOptions& options);

}  // namespace wellsieve::pipeline
