#include <cassert>
#include <cmath>
#include <vector>

#include "kernels/curve/exp_log.hpp"
#include "kernels/curve/window_slopes.hpp"
#include "kernels/curve/window_slopes_internal.hpp"

namespace wellsieve::kernels::curve {

namespace window_slopes_internal {

GrowthRate line_through(const double* times_h, const double* y, std::size_t stride, std::size_t first,
                        std::size_t end) noexcept {
    const double n = static_cast<double>(end - first);
    double mean_t = 0;
    double mean_y = 0;
    for (std::size_t i = first; i < end; ++i) {
        mean_t += times_h[i * stride];
        mean_y += y[i * stride];
    }
    mean_t /= n;
    mean_y /= n;
    double stt = 0;
    double sty = 0;
    double syy = 0;
    for (std::size_t i = first; i < end; ++i) {
        const double t = times_h[i * stride] - mean_t;
        const double r = y[i * stride] - mean_y;
        stt += t * t;
        sty += t * r;
        syy += r * r;
    }
    GrowthRate out;
    out.rate_per_h = sty / stt;
    out.ln_intercept = mean_y - out.rate_per_h * mean_t;
    out.r_squared = sty * sty / (stt * syy);
    double residuals = 0;
    for (std::size_t i = first; i < end; ++i) {
        const double r = (y[i * stride] - mean_y) - out.rate_per_h * (times_h[i * stride] - mean_t);
        residuals += r * r;
    }
    out.standard_error_per_h = std::sqrt(residuals / ((n - 2) * stt));
    out.window_start_h = times_h[first * stride];
    out.window_end_h = times_h[(end - 1) * stride];
    out.time_h = (out.window_start_h + out.window_end_h) / 2;
    out.window_points = static_cast<std::uint32_t>(end - first);
    return out;
}

}  // namespace window_slopes_internal

namespace {

using namespace window_slopes_internal;

struct Readings {
    std::vector<double> times_h;
    std::vector<double> y;
};

Readings usable(const Curves& curves, std::size_t well, bool logarithm) {
    Readings out;
    for (std::size_t i = 0; i < curves.times(); ++i) {
        const double value = curves.at(i, well);
        if (!std::isfinite(value) || (logarithm && !(value > 0)))
            continue;
        out.times_h.push_back(curves.times_h[i]);
        out.y.push_back(logarithm ? natural_log(value) : value);
    }
    return out;
}

double slope_of(const Readings& readings, std::size_t first, std::size_t points) {
    double mean_t = 0;
    for (std::size_t i = first; i < first + points; ++i)
        mean_t += readings.times_h[i];
    mean_t /= static_cast<double>(points);
    double stt = 0;
    double sty = 0;
    for (std::size_t i = first; i < first + points; ++i) {
        const double t = readings.times_h[i] - mean_t;
        stt += t * t;
        sty += t * readings.y[i];
    }
    return sty / stt;
}

GrowthRate steepest(const Readings& readings, const SlopeOptions& options) {
    const std::size_t windows = windows_of(readings.y.size(), options);
    std::vector<double> slopes;
    double best = 0;
    for (std::size_t i = 0; i < windows; ++i) {
        slopes.push_back(slope_of(readings, i, options.points));
        best = slopes[i] > best ? slopes[i] : best;
    }
    if (!(best > 0))
        return {};
    const double least = options.method == SlopeMethod::growthrates ? options.quota * best : best;
    std::size_t first = windows;
    std::size_t last = 0;
    for (std::size_t i = 0; i < windows; ++i)
        if (slopes[i] >= least && (options.method == SlopeMethod::growthrates || first == windows)) {
            first = first == windows ? i : first;
            last = i;
        }
    return line_through(readings.times_h.data(), readings.y.data(), 1, first, last + options.points);
}

}  // namespace

void window_slopes_reference(const Curves& curves, const SlopeOptions& options,
                             std::span<GrowthRate> out) noexcept {
    assert(curves.consistent() && out.size() == curves.wells && options.points >= 3);
    const bool logarithm = takes_logarithm(options.method);
    for (std::size_t well = 0; well < curves.wells; ++well) {
        out[well] = steepest(usable(curves, well, logarithm), options);
        out[well].of_logarithm = logarithm;
    }
}

}  // namespace wellsieve::kernels::curve
