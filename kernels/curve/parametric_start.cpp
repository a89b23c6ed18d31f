#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/curve/exp_log.hpp"
#include "kernels/curve/parametric_fit_internal.hpp"

namespace wellsieve::kernels::curve::parametric_fit_internal {
namespace {

/// What the eye sees of a curve.
struct Outline {
    double first;       ///< mean of the first three readings, above 0
    double top;         ///< largest mean of three readings in a row
    double start_h;     ///< of the first reading
    double duration_h;  ///< from the first to the last
};

Outline outline(const Samples& samples, double largest, bool logarithmic) noexcept {
    double sum = 0, first = 0, top = -std::numeric_limits<double>::infinity();
    double ring[3] = {};
    std::size_t n = 0, from = 0, to = 0;
    for (std::size_t i = 0; i < samples.value.size(); ++i) {
        if (samples.weight[i] == 0)
            continue;
        const double x = logarithmic ? exponential(samples.value[i]) : samples.value[i];
        sum += x - ring[n % 3];
        ring[n % 3] = x;
        from = n == 0 ? i : from;
        to = i;
        ++n;
        first = n == 3 ? sum / 3 : first;
        top = n >= 3 ? std::max(top, sum / 3) : top;
    }
    top = top > 0 ? top : largest;
    return {std::max(first, 1e-3 * top), top, samples.times_h[from],
            samples.times_h[to] - samples.times_h[from]};
}

/// The first time at which two usable readings in a row are at `level`, between readings by a straight line.
double time_at(const Samples& samples, double level) noexcept {
    const std::size_t none = samples.value.size();
    std::size_t last = none, before = none, reached = none;
    int run = 0;
    for (std::size_t i = 0; i < none && run < 2; ++i) {
        if (samples.weight[i] == 0)
            continue;
        if (samples.value[i] < level) {
            run = 0;
        } else if (++run == 1) {
            reached = i;
            before = last;
        }
        last = i;
    }
    if (run == 0 || before == none)
        return samples.times_h[run == 0 ? last : reached];
    const double rise = samples.value[reached] - samples.value[before];
    const double share = rise > 0 ? (level - samples.value[before]) / rise : 1.0;
    return samples.times_h[before] + share * (samples.times_h[reached] - samples.times_h[before]);
}

double logit(double p) noexcept {
    return natural_log(p / (1 - p));
}

struct Rise {
    double rate_per_h;
    double middle_h;
};

/// Rate and middle of the logistic curve that passes two of the curve's own heights: `share` of the way from
/// base to top at its time, and 80 %.
template <class Level>
Rise logistic_rise(const Samples& samples, const Outline& seen, double first_share, Level level) noexcept {
    const double lower = first_share < 0.2 ? 0.2 : std::min((first_share + 0.8) / 2, 0.75);
    const double low_h = time_at(samples, level(lower));
    const double high_h = time_at(samples, level(0.8));
    const double least_h = std::max(seen.duration_h, 1e-9) / 1000;
    const double rate = (logit(0.8) - logit(lower)) / std::max(high_h - low_h, least_h);
    return {rate, high_h - logit(0.8) / rate};
}

/// N0, K, rate, lag, shape on their own scales.
using Guess = std::array<double, growth_parameter_count>;

Guess sigmoid_guess(const Samples& samples, const Outline& seen, double shape, bool logarithmic) noexcept {
    const auto level = [&](double share) {
        return logarithmic ? natural_log(share * seen.top) : share * seen.top;
    };
    const Rise rise = logistic_rise(samples, seen, seen.first / seen.top, level);
    // Richards: the same height and slope of the inflection as the logistic curve.
    const double steepness = exponential((1 + 1 / shape) * natural_log(1 + shape)) / (4 * shape);
    const double rate = rise.rate_per_h * steepness;
    const double before = std::min(shape * rate * rise.middle_h, 600.0);
    const double initial = seen.top * exponential(-natural_log(1 + shape * exponential(before)) / shape);
    return {std::min(initial, seen.top), seen.top, rate, rise.middle_h / 10, shape};
}

Guess lag_guess(const Samples& samples, const Outline& seen, bool logarithmic) noexcept {
    const double base = natural_log(seen.first);
    const double height = std::max(natural_log(seen.top) - base, 0.1);
    const auto level = [&](double share) {
        return logarithmic ? base + share * height : exponential(base + share * height);
    };
    const Rise rise = logistic_rise(samples, seen, 0, level);
    const double rate = rise.rate_per_h * height / 4;
    return {seen.first, seen.top, rate, rise.middle_h - height / (2 * rate), 1};
}

Guess guess(const Samples& samples, const Outline& seen, const FitOptions& options,
            std::size_t index) noexcept {
    const bool logarithmic = options.scale == FitScale::logarithmic;
    constexpr double richards_shapes[] = {1, 0.2, 4};
    if (options.model == GrowthModel::logistic || options.model == GrowthModel::richards)
        return sigmoid_guess(samples, seen, richards_shapes[index], logarithmic);
    const bool huang = options.model == GrowthModel::huang;
    Guess out = index == 1 && options.model != GrowthModel::zwietering_richards
                    ? sigmoid_guess(samples, seen, 1, logarithmic)
                    : lag_guess(samples, seen, logarithmic);
    if (options.model == GrowthModel::zwietering_richards)
        out[4] = richards_shapes[index];
    else if (index == 2)
        out[2] *= 3;  // a steep rise that the ends of the curve hide
    if (huang)
        out[4] = index == 1 ? 0.5 : 4;  // 4 is what Huang fixes it at
    return out;
}

double to_fitted(GrowthParameter parameter, double x) noexcept {
    return parameter == GrowthParameter::lag_h ? x : natural_log(x);
}

struct Range {
    double low;
    double high;
};

Range range_of(GrowthParameter parameter, const Outline& seen, double largest,
               const FitOptions& options) noexcept {
    const bool zwietering = is_zwietering(options.model);
    switch (parameter) {
        case GrowthParameter::rate_per_h:
            return {options.min_rate_per_h, options.max_rate_per_h};
        case GrowthParameter::lag_h: {
            const double low = zwietering ? -seen.duration_h : 0;
            const double high = seen.start_h + seen.duration_h;
            return {std::isnan(options.min_lag_h) ? low : options.min_lag_h,
                    std::isnan(options.max_lag_h) ? std::max(high, low) : options.max_lag_h};
        }
        case GrowthParameter::shape:
            return {1e-3, 100};
        case GrowthParameter::capacity:
            return zwietering ? Range{1e-3, 30} : Range{1e-9 * largest, 1e3 * largest};
        default:
            return {1e-9 * largest, 1e3 * largest};
    }
}

}  // namespace

Loaded load(const Curves& curves, std::size_t well, FitScale scale, const Samples& samples) noexcept {
    Loaded out;
    for (std::size_t i = 0; i < curves.times(); ++i) {
        const double x = curves.at(i, well);
        const bool usable = std::isfinite(x) && (scale == FitScale::linear || x > 0);
        const double y = !usable ? 0.0 : scale == FitScale::linear ? x : natural_log(x);
        samples.value[i] = y;
        samples.weight[i] = usable ? 1.0 : 0.0;
        out.points += usable;
        out.largest = usable ? std::max(out.largest, x) : out.largest;
        out.sum_of_squares += y * y;
    }
    return out;
}

FitOutcome refusal(const Loaded& loaded, GrowthModel model) noexcept {
    if (loaded.points <= slots_of(model).count)
        return FitOutcome::too_few_points;
    return loaded.largest > 0 ? FitOutcome::converged : FitOutcome::no_signal;
}

Start find_start(const Samples& samples, const Loaded& loaded, const FitOptions& options,
                 std::size_t index) noexcept {
    const Slots slots = slots_of(options.model);
    const Outline seen = outline(samples, loaded.largest, options.scale == FitScale::logarithmic);
    Guess from = guess(samples, seen, options, index);
    if (is_zwietering(options.model))
        from[1] = std::max(natural_log(from[1] / from[0]), 0.1);
    Start out;
    for (std::size_t p = 0; p < slots.count; ++p) {
        const GrowthParameter parameter = slots.parameter[p];
        const Range range = range_of(parameter, seen, loaded.largest, options);
        out.low[p] = to_fitted(parameter, range.low);
        out.high[p] = to_fitted(parameter, range.high);
        const double at = to_fitted(parameter, from[static_cast<std::size_t>(parameter)]);
        out.at[p] = std::clamp(std::isnan(at) ? out.low[p] : at, out.low[p], out.high[p]);
    }
    return out;
}

}  // namespace wellsieve::kernels::curve::parametric_fit_internal
