#include "pipeline/growth_fits.hpp"

#include <cmath>

namespace wellsieve::pipeline {

namespace curve = kernels::curve;

std::vector<std::vector<curve::GrowthFit>> fits_by_model(const curve::Curves& curves,
                                                         std::span<const double> limits,
                                                         std::span<const curve::GrowthRate> rates,
                                                         const CurveOptions& options) {
    std::vector<std::vector<curve::GrowthFit>> found;
    if (options.fits.empty())
        return found;
    std::vector<double> growing(curves.values.begin(), curves.values.end());
    const bool leave_out = options.fit_scale == curve::FitScale::logarithmic && !limits.empty();
    for (std::size_t cell = 0; cell < growing.size(); ++cell) {
        const std::size_t well = cell % curves.wells;
        if (std::isnan(rates[well].rate_per_h) || (leave_out && !(growing[cell] > limits[well])))
            growing[cell] = curve::undefined;
    }
    for (const curve::GrowthModel model : options.fits) {
        std::vector<curve::GrowthFit>& fits = found.emplace_back(curves.wells);
        curve::fit_growth({growing, curves.times_h, curves.wells},
                          {.model = model, .scale = options.fit_scale}, fits);
    }
    return found;
}

}  // namespace wellsieve::pipeline
