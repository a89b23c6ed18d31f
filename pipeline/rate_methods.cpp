#include "pipeline/rate_methods.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/curve/gaussian_process_rate.hpp"
#include "kernels/curve/spline_growth_rate.hpp"
#include "kernels/curve/window_slopes.hpp"

namespace wellsieve::pipeline {
namespace {

namespace curve = kernels::curve;
using curve::GrowthRate;

constexpr double seen_noise = 6;

/// The values without those that are too near to the noise or the limit for a logarithm.
std::vector<double> seen_values(const curve::Curves& curves, std::span<const double> limits,
                                std::span<const GrowthRate> rates) {
    std::vector<double> seen(curves.values.begin(), curves.values.end());
    for (std::size_t cell = 0; cell < seen.size(); ++cell) {
        const std::size_t well = cell % curves.wells;
        const double limit = limits.empty() ? 0 : limits[well];
        if (!(seen[cell] > std::fmax(limit, seen_noise * rates[well].noise_sd)))
            seen[cell] = curve::undefined;
    }
    return seen;
}

/// The tangent at the steepest point, as a rate with its line.
GrowthRate tangent(double rate_per_h, double standard_error_per_h, double time_h, double ln_value,
                   double r_squared, double noise_sd) {
    GrowthRate line;
    line.noise_sd = noise_sd;
    if (!(rate_per_h > 0))
        return line;
    line.rate_per_h = rate_per_h;
    line.standard_error_per_h = standard_error_per_h;
    line.time_h = time_h;
    line.ln_intercept = ln_value - rate_per_h * time_h;
    line.r_squared = r_squared;
    return line;
}

curve::GrowthRateOptions window_options(const CurveOptions& options) {
    curve::GrowthRateOptions window;
    window.window_h = options.window_h;
    window.window_doublings = options.window_doublings;
    return window;
}

std::vector<GrowthRate> window_rates(const curve::Curves& curves, std::span<const double> limits,
                                     const CurveOptions& options) {
    std::vector<GrowthRate> rates(curves.wells);
    curve::growth_rates(curves, limits, window_options(options), rates);
    return rates;
}

std::vector<GrowthRate> slopes_of_others(const curve::Curves& curves, const CurveOptions& options) {
    std::vector<GrowthRate> rates(curves.wells);
    curve::SlopeOptions slopes;
    slopes.method = options.method == RateMethod::growthrates ? curve::SlopeMethod::growthrates
                    : options.method == RateMethod::gcplyr    ? curve::SlopeMethod::gcplyr
                                                              : curve::SlopeMethod::pyphe;
    slopes.points = options.points;
    slopes.quota = options.quota;
    curve::window_slopes(curves, slopes, rates);
    return rates;
}

void take_spline(const curve::Curves& curves, double smoothness, std::span<GrowthRate> rates) {
    std::vector<curve::SplineRate> splines(curves.wells);
    curve::spline_growth_rates(curves, {.smoothness = smoothness}, splines);
    for (std::size_t well = 0; well < curves.wells; ++well) {
        const curve::SplineRate& s = splines[well];
        rates[well] =
            tangent(std::isnan(rates[well].rate_per_h) ? curve::undefined : s.rate_per_h,
                    s.standard_error_per_h, s.time_h, s.ln_value, s.r_squared, rates[well].noise_sd);
    }
}

void take_gaussian_process(const curve::Curves& curves, std::span<GrowthRate> rates) {
    std::vector<curve::GaussianProcessRate> processes(curves.wells);
    curve::gaussian_process_rates(curves, {}, processes);
    for (std::size_t well = 0; well < curves.wells; ++well) {
        const curve::GaussianProcessRate& p = processes[well];
        rates[well] =
            tangent(std::isnan(rates[well].rate_per_h) ? curve::undefined : p.rate_per_h,
                    p.standard_error_per_h, p.time_h, p.ln_value, curve::undefined, rates[well].noise_sd);
    }
}

}  // namespace

std::vector<GrowthRate> rates_by_method(const curve::Curves& curves, std::span<const double> limits,
                                        const CurveOptions& options) {
    const bool smooth =
        options.method == RateMethod::spline || options.method == RateMethod::gaussian_process;
    if (options.method != RateMethod::window && !smooth)
        return slopes_of_others(curves, options);
    std::vector<GrowthRate> rates = window_rates(curves, limits, options);
    if (!smooth)
        return rates;
    const std::vector<double> seen = seen_values(curves, limits, rates);
    const curve::Curves usable{seen, curves.times_h, curves.wells};
    if (options.method == RateMethod::spline)
        take_spline(usable, options.smoothness, rates);
    else
        take_gaussian_process(usable, rates);
    return rates;
}

curve::RateEstimator rates_of_draws(std::span<const double> limits, const CurveOptions& options) {
    if (options.method == RateMethod::window)
        return curve::rates_in_similar_windows(limits, window_options(options));
    return [limits, &options](const curve::Curves& draws, const curve::DrawnWell& of,
                              std::span<GrowthRate> rates) {
        const std::vector<double> limit(limits.empty() ? 0 : draws.wells,
                                        limits.empty() ? 0 : limits[of.well]);
        std::ranges::copy(rates_by_method(draws, limit, options), rates.begin());
    };
}

}  // namespace wellsieve::pipeline
