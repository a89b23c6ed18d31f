#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/curve/curve_traits_internal.hpp"
#include "kernels/curve/exp_log.hpp"

namespace wellsieve::kernels::curve::curve_traits_internal {
namespace {

bool has_risen(const Levels& levels, double seen, double noise_sd,
               const CurveTraitOptions& options) noexcept {
    const double start = std::max(levels.initial, seen);
    return levels.maximum >= options.min_fold_change * start &&
           !(levels.maximum - levels.initial <= risen_noise * noise_sd);
}

void take_back(GrowthRate& rate) noexcept {
    GrowthRate none;
    none.noise_sd = rate.noise_sd;
    none.of_logarithm = rate.of_logarithm;
    rate = none;
}

void judge_end(const Levels& levels, const CurveTraitOptions& options, double noise_sd,
               CurveTraits& out) noexcept {
    if (levels.rises_at_the_end)
        out.verdicts.add(Verdict::still_growing);
    const double fall = levels.maximum - levels.last;
    if (fall > options.lysis_share * levels.maximum && !(fall <= risen_noise * noise_sd))
        out.verdicts.add(Verdict::lysis);
}

void judge_lag(const GrowthRate& rate, double first_row_h, double row_h, CurveTraits& out) noexcept {
    const double lag_h = (natural_log(out.initial) - rate.ln_intercept) / rate.rate_per_h;
    if (lag_h < first_row_h - row_h)
        out.verdicts.add(Verdict::negative_lag);
    else
        out.lag_h = lag_h;
}

}  // namespace

double seen_level(double detection_limit, double noise_sd) noexcept {
    const double noise = std::isnan(noise_sd) ? 0 : seen_noise * noise_sd;
    return detection_limit > noise ? detection_limit : noise;
}

CommonWindow common_window(const Curves& curves, const CurveTraitOptions& options) noexcept {
    CommonWindow window{options.from_h, options.to_h};
    const auto read = [&](std::size_t row) {
        const std::span values = curves.values.subspan(row * curves.wells, curves.wells);
        return std::any_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
    };
    if (std::isnan(window.from_h))
        for (std::size_t row = 0; row < curves.times() && std::isnan(window.from_h); ++row)
            if (read(row))
                window.from_h = curves.times_h[row];
    if (std::isnan(window.to_h))
        for (std::size_t row = curves.times(); row-- > 0 && std::isnan(window.to_h);)
            if (read(row))
                window.to_h = curves.times_h[row];
    return window;
}

void judge(const Levels& levels, double seen, double first_row_h, double row_h,
           const CurveTraitOptions& options, GrowthRate& rate, CurveTraits& out) noexcept {
    out.usable_points = static_cast<std::uint32_t>(levels.readings);
    if (levels.readings == 0) {
        out.verdicts.add(Verdict::no_data);
        take_back(rate);
        return;
    }
    if (levels.initial > seen)
        out.initial = levels.initial;
    else
        out.verdicts.add(Verdict::start_below_detection);
    if (!(levels.maximum > seen))
        out.verdicts.add(Verdict::below_detection);
    else if (levels.readings < fewest_readings)
        out.verdicts.add(Verdict::too_few_points);
    else if (std::isnan(rate.rate_per_h) || !has_risen(levels, seen, rate.noise_sd, options))
        out.verdicts.add(Verdict::no_growth);
    if (levels.readings < fewest_readings || !(levels.maximum > seen) ||
        out.verdicts.has(Verdict::no_growth)) {
        take_back(rate);
        return;
    }
    judge_end(levels, options, rate.noise_sd, out);
    if (rate.r_squared < least_r_squared)
        out.verdicts.add(Verdict::low_r_squared);
    if (!out.verdicts.has(Verdict::still_growing)) {
        out.capacity = levels.maximum;
        out.yield = out.capacity - out.initial;
    }
    if (rate.of_logarithm) {
        out.doubling_time_h = std::numbers::ln2 / rate.rate_per_h;
        if (rate.rate_per_h > fastest_growth_per_h)
            out.verdicts.add(Verdict::implausible_rate);
        if (!std::isnan(out.initial))
            judge_lag(rate, first_row_h, row_h, out);
    }
}

}  // namespace wellsieve::kernels::curve::curve_traits_internal
