#include "kernels/curve/curve_traits.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/curve/curve_traits.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/curve/curve_areas-inl.hpp"
#include "kernels/curve/curve_traits_internal.hpp"
#include "kernels/curve/exp_log-inl.hpp"
#include "kernels/curve/usable_readings-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {

using namespace curve_traits_internal;

namespace {

/// Growth phases in each lane, as the rates and levels come in order.
class Phases {
  public:
    Phases(Vector maximum_rate, Vector least_rise)
        : least_rate_(hn::Mul(number(least_phase_rate), maximum_rate)), least_rise_(least_rise) {
        peak_ = trough_ = start_ = count_ = growing_ = hn::Zero(Lanes());
    }

    void feed(Mask counts, Vector rate, Vector level) {
        const Lanes d;
        const Mask was_growing = hn::Ne(growing_, hn::Zero(d));
        const Mask grows = hn::And(counts, was_growing);
        const Mask rests = hn::AndNot(was_growing, counts);
        peak_ = hn::IfThenElse(hn::And(grows, hn::Lt(peak_, rate)), rate, peak_);
        trough_ = hn::IfThenElse(hn::And(rests, hn::Lt(rate, trough_)), rate, trough_);
        const Mask ends = hn::And(grows, hn::Lt(rate, hn::Mul(number(phase_end), peak_)));
        count_large(ends, level);
        trough_ = hn::IfThenElse(ends, rate, trough_);
        const Mask begins = hn::And(hn::And(rests, hn::Ge(rate, least_rate_)),
                                    hn::Gt(rate, hn::Mul(number(phase_begin), trough_)));
        start_ = hn::IfThenElse(begins, level, start_);
        peak_ = hn::IfThenElse(begins, rate, peak_);
        growing_ = hn::IfThenElse(begins, number(1.0), hn::IfThenElse(ends, hn::Zero(d), growing_));
    }

    Vector finish(Vector maximum) {
        count_large(hn::Ne(growing_, hn::Zero(Lanes())), maximum);
        return count_;
    }

  private:
    void count_large(Mask phase, Vector level) {
        const Mask large = hn::And(phase, hn::Ge(hn::Sub(level, start_), least_rise_));
        count_ = hn::Add(count_, hn::IfThenElseZero(large, number(1.0)));
    }

    Vector least_rate_, least_rise_, growing_, start_, peak_, trough_, count_;
};

/// As many wells as there are lanes.
class Block {
  public:
    explicit Block(const Curves& curves)
        : readings_(curves, rate_readings),
          smoothed_(hwy::AllocateAligned<double>((curves.times() + rate_readings) * lane_count)),
          logs_(hwy::AllocateAligned<double>((curves.times() + rate_readings) * lane_count)) {}

    void load(std::size_t first, std::size_t wells) {
        const Lanes d;
        readings_.load(first, wells, false);
        HWY_ALIGN double counts[lane_count];
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            counts[lane] = static_cast<double>(readings_.count(lane));
        count_ = hn::Load(d, counts);
        smooth();
    }

    /// Levels of each lane; also finds the maximum.
    void find_levels(const CurveTraitOptions& options, const GrowthRate* rates, std::size_t wells,
                     Levels* levels) {
        const Lanes d;
        const Vector nothing = number(undefined);
        Vector last = nothing;
        Vector least = nothing;
        maximum_ = top_ = time_of_maximum_ = nothing;
        for (std::size_t k = 0; k < readings_.most(); ++k) {
            const Mask there = is_there(k);
            const Vector s = row_of(smoothed_, k);
            const Vector v = row_of(readings_.values(), k);
            const Mask higher = hn::AndNot(hn::Le(s, maximum_), there);
            maximum_ = hn::IfThenElse(higher, s, maximum_);
            top_ = hn::IfThenElse(higher, number(k), top_);
            time_of_maximum_ = hn::IfThenElse(higher, row_of(readings_.times_h(), k), time_of_maximum_);
            last = hn::IfThenElse(hn::Or(higher, hn::And(there, hn::Lt(s, last))), s, last);
            least = hn::IfThenElse(hn::AndNot(hn::Ge(v, least), there), v, least);
        }
        HWY_ALIGN double lasts[lane_count];
        HWY_ALIGN double leasts[lane_count];
        HWY_ALIGN double maxima[lane_count];
        HWY_ALIGN double rises[lane_count];
        hn::Store(last, d, lasts);
        hn::Store(least, d, leasts);
        hn::Store(maximum_, d, maxima);
        hn::Store(rises_at_the_end(rates, wells), d, rises);
        for (std::size_t lane = 0; lane < wells; ++lane)
            levels[lane] = {readings_.count(lane), initial(options, lane, leasts[lane]), maxima[lane],
                            lasts[lane], rises[lane] != 0};
    }

    Vector maximum() const { return maximum_; }
    Vector time_of_maximum() const { return time_of_maximum_; }

    /// Trapezoids of the value and of ln(value / start); NaN where they are not known.
    std::array<Vector, 2> areas(const CommonWindow& window, Vector start) {
        const Lanes d;
        const Mask known = hn::Eq(start, start);
        const Vector ln_start = natural_log(d, hn::IfThenElse(known, start, number(1.0)));
        const auto heights = [&](std::size_t k) HWY_ATTR {
            const Vector v = row_of(readings_.values(), k);
            const Vector log = natural_log(d, hn::IfThenElse(known, v, number(1.0)));
            return std::array<Vector, 2>{v, hn::Sub(log, ln_start)};
        };
        std::array<Vector, 2> out = areas_under<2>(readings_, count_, window.from_h, window.to_h, heights);
        out[1] = hn::IfThenElse(known, out[1], number(undefined));
        return out;
    }

    Vector first_rise_to(Vector threshold, bool smoothed) {
        const Rows& y = smoothed ? smoothed_ : readings_.values();
        Vector found = number(undefined);
        for (std::size_t k = 1; k < readings_.most(); ++k) {
            const Vector before = row_of(y, k - 1);
            const Vector after = row_of(y, k);
            const Mask crosses = hn::And(hn::Ge(after, threshold), hn::Lt(before, threshold));
            const Mask first = hn::And(hn::And(crosses, is_there(k)), hn::Not(hn::Eq(found, found)));
            if (hn::AllFalse(Lanes(), first))
                continue;
            const Vector share = hn::Div(hn::Sub(threshold, before), hn::Sub(after, before));
            const Vector before_t = row_of(readings_.times_h(), k - 1);
            const Vector step = hn::Sub(row_of(readings_.times_h(), k), before_t);
            found = hn::IfThenElse(first, hn::Add(before_t, hn::Mul(share, step)), found);
        }
        return found;
    }

    /// Death rates and numbers of phases, for the lanes that have them.
    void find_rates(Vector seen, Vector maximum_rate, Vector least_rise, Vector& death_rate, Vector& phases) {
        const Lanes d;
        for (std::size_t k = 0; k < readings_.most(); ++k) {
            const Vector s = row_of(smoothed_, k);
            const Mask visible = hn::Gt(s, seen);
            const Vector log = natural_log(d, hn::IfThenElse(visible, s, number(1.0)));
            set_row(logs_, k, hn::IfThenElse(visible, log, number(undefined)));
        }
        Phases counter(maximum_rate, least_rise);
        Vector steepest = hn::Zero(d);
        for (std::size_t k = 0; k + rate_readings <= readings_.most(); ++k) {
            const Vector rate = local_rate(k);
            const Mask whole = hn::And(is_there(k + rate_readings - 1), hn::Eq(rate, rate));
            const Mask after = hn::And(whole, hn::Ge(number(k), top_));
            steepest = hn::IfThenElse(hn::And(after, hn::Lt(rate, steepest)), rate, steepest);
            const Mask before = hn::And(whole, hn::Le(number(k + rate_readings / 2), top_));
            counter.feed(before, rate, row_of(smoothed_, k + rate_readings / 2));
        }
        death_rate = hn::IfThenElse(hn::Lt(steepest, hn::Zero(d)), hn::Neg(steepest), number(undefined));
        phases = counter.finish(maximum_);
    }

  private:
    HWY_INLINE Mask is_there(std::size_t k) const { return hn::Lt(number(k), count_); }

    void smooth() {
        for (std::size_t k = 0; k < readings_.most(); ++k) {
            const Vector here = row_of(readings_.values(), k);
            Vector s = here;
            if (k > 0 && k + 1 < readings_.most()) {
                const Vector before = row_of(readings_.values(), k - 1);
                const Vector after = row_of(readings_.values(), k + 1);
                const Vector low = hn::Min(before, here);
                const Vector high = hn::Max(before, here);
                s = hn::IfThenElse(is_there(k + 1), hn::Max(low, hn::Min(high, after)), here);
            }
            set_row(smoothed_, k, s);
        }
    }

    double initial(const CurveTraitOptions& options, std::size_t lane, double least) {
        const std::size_t count = readings_.count(lane);
        if (count == 0 || options.start_level == StartLevel::minimum)
            return least;
        const std::size_t wanted = options.start_level == StartLevel::first ? 1 : options.first_points;
        const std::size_t n = std::clamp<std::size_t>(wanted, 1, count);
        double sum = 0;
        for (std::size_t k = 0; k < n; ++k)
            sum += readings_.values()[k * lane_count + lane];
        return sum / static_cast<double>(n);
    }

    /// 1 in lanes that rise at their end.
    Vector rises_at_the_end(const GrowthRate* rates, std::size_t wells) {
        const Lanes d;
        HWY_ALIGN double firsts[lane_count] = {};
        HWY_ALIGN double parts[lane_count] = {};
        HWY_ALIGN double rate[lane_count] = {};
        HWY_ALIGN double logarithmic[lane_count] = {};
        std::size_t begin = readings_.most();
        for (std::size_t lane = 0; lane < lane_count; ++lane) {
            const std::size_t n = std::max(fewest_readings, readings_.count(lane) / tail_part);
            const bool enough = lane < wells && readings_.count(lane) >= n;
            firsts[lane] = static_cast<double>(enough ? readings_.count(lane) - n : readings_.most());
            parts[lane] = static_cast<double>(n);
            rate[lane] = lane < wells ? rates[lane].rate_per_h : undefined;
            logarithmic[lane] = lane < wells && rates[lane].of_logarithm;
            begin = enough ? std::min(begin, readings_.count(lane) - n) : begin;
        }
        const Vector first = hn::Load(d, firsts);
        const Vector n = hn::Load(d, parts);
        const auto in_part = [&](std::size_t k)
                                 HWY_ATTR { return hn::And(hn::Ge(number(k), first), is_there(k)); };
        Vector mean_t = hn::Zero(d);
        Vector mean_v = hn::Zero(d);
        for (std::size_t k = begin; k < readings_.most(); ++k) {
            mean_t = hn::Add(mean_t, hn::IfThenElseZero(in_part(k), row_of(readings_.times_h(), k)));
            mean_v = hn::Add(mean_v, hn::IfThenElseZero(in_part(k), row_of(readings_.values(), k)));
        }
        mean_t = hn::Div(mean_t, n);
        mean_v = hn::Div(mean_v, n);
        Vector stt = hn::Zero(d);
        Vector stv = hn::Zero(d);
        Vector svv = hn::Zero(d);
        for (std::size_t k = begin; k < readings_.most(); ++k) {
            const Vector t = hn::IfThenElseZero(in_part(k), hn::Sub(row_of(readings_.times_h(), k), mean_t));
            const Vector v = hn::IfThenElseZero(in_part(k), hn::Sub(row_of(readings_.values(), k), mean_v));
            stt = hn::Add(stt, hn::Mul(t, t));
            stv = hn::Add(stv, hn::Mul(t, v));
            svv = hn::Add(svv, hn::Mul(v, v));
        }
        const Vector slope = hn::Div(stv, stt);
        const Vector left = hn::Sub(svv, hn::Mul(slope, stv));
        const Vector residual = hn::IfThenElse(hn::Gt(left, hn::Zero(d)), left, hn::Zero(d));
        const Vector variance = hn::Div(residual, hn::Mul(hn::Sub(n, number(2.0)), stt));
        const Vector level =
            hn::IfThenElse(hn::Ne(hn::Load(d, logarithmic), hn::Zero(d)), mean_v, number(1.0));
        const Vector least = hn::Mul(hn::Mul(number(rising_share), hn::Load(d, rate)), level);
        const Mask sure =
            hn::Gt(hn::Mul(slope, slope), hn::Mul(number(rising_errors * rising_errors), variance));
        const Mask rises = hn::And(hn::And(hn::Gt(slope, hn::Zero(d)), sure), hn::Gt(slope, least));
        return hn::IfThenElseZero(rises, number(1.0));
    }

    /// The slope of ln(smoothed) over the readings from k on; NaN where one is not seen.
    HWY_INLINE Vector local_rate(std::size_t k) {
        const Lanes d;
        Vector mean_t = hn::Zero(d);
        for (std::size_t i = k; i < k + rate_readings; ++i)
            mean_t = hn::Add(mean_t, row_of(readings_.times_h(), i));
        mean_t = hn::Div(mean_t, number(rate_readings));
        Vector stt = hn::Zero(d);
        Vector stz = hn::Zero(d);
        for (std::size_t i = k; i < k + rate_readings; ++i) {
            const Vector t = hn::Sub(row_of(readings_.times_h(), i), mean_t);
            stt = hn::Add(stt, hn::Mul(t, t));
            stz = hn::Add(stz, hn::Mul(t, row_of(logs_, i)));
        }
        return hn::Div(stz, stt);
    }

    UsableReadings readings_;
    Rows smoothed_;
    Rows logs_;
    Vector count_, maximum_, top_, time_of_maximum_;
};

/// What the traits of one lane need, gathered from and scattered to structures.
struct LaneNumbers {
    HWY_ALIGN double seen[lane_count] = {};
    HWY_ALIGN double start[lane_count] = {};
    HWY_ALIGN double saturation[lane_count] = {};
    HWY_ALIGN double rate[lane_count] = {};
    HWY_ALIGN double rise[lane_count] = {};
};

void scatter(Vector v, std::size_t wells, CurveTraits* out, double CurveTraits::*trait) {
    HWY_ALIGN double lanes[lane_count];
    hn::Store(v, Lanes(), lanes);
    for (std::size_t lane = 0; lane < wells; ++lane)
        out[lane].*trait = lanes[lane];
}

/// Death rates of lanes that fall, and the phases of those that grow.
void measure_rates(Block& block, const LaneNumbers& numbers, const CurveTraitOptions& options,
                   const GrowthRate* rates, std::size_t wells, CurveTraits* out) {
    const auto falls = [&](std::size_t lane) { return out[lane].verdicts.has(Verdict::lysis); };
    const auto has_phases = [&](std::size_t lane) {
        return options.phases && !std::isnan(rates[lane].rate_per_h) && rates[lane].of_logarithm;
    };
    bool wanted = false;
    for (std::size_t lane = 0; lane < wells; ++lane)
        wanted = wanted || falls(lane) || has_phases(lane);
    if (!wanted)
        return;
    const Lanes d;
    Vector death_rate;
    Vector phases;
    block.find_rates(hn::Load(d, numbers.seen), hn::Load(d, numbers.rate), hn::Load(d, numbers.rise),
                     death_rate, phases);
    HWY_ALIGN double deaths[lane_count];
    HWY_ALIGN double counted[lane_count];
    hn::Store(death_rate, d, deaths);
    hn::Store(phases, d, counted);
    for (std::size_t lane = 0; lane < wells; ++lane) {
        if (falls(lane))
            out[lane].death_rate_per_h = deaths[lane];
        if (has_phases(lane))
            out[lane].phases = static_cast<std::uint32_t>(counted[lane]);
    }
}

void measure(Block& block, const LaneNumbers& numbers, const CommonWindow& window,
             const CurveTraitOptions& options, const GrowthRate* rates, std::size_t wells, CurveTraits* out) {
    const Lanes d;
    scatter(block.maximum(), wells, out, &CurveTraits::maximum);
    scatter(block.time_of_maximum(), wells, out, &CurveTraits::time_of_maximum_h);
    const auto [area, ln_area] = block.areas(window, hn::Load(d, numbers.start));
    scatter(area, wells, out, &CurveTraits::auc);
    scatter(ln_area, wells, out, &CurveTraits::ln_auc);
    if (!std::isnan(options.threshold))
        scatter(block.first_rise_to(number(options.threshold), false), wells, out,
                &CurveTraits::time_to_threshold_h);
    scatter(block.first_rise_to(hn::Load(d, numbers.saturation), true), wells, out,
            &CurveTraits::saturation_h);
    measure_rates(block, numbers, options, rates, wells, out);
}

}  // namespace

void traits_in_lanes(const Curves& curves, std::span<const double> detection_limits,
                     const CurveTraitOptions& options, std::span<GrowthRate> rates,
                     std::span<CurveTraits> out) {
    const CommonWindow window = common_window(curves, options);
    const double first_row_h = curves.times() > 0 ? curves.times_h[0] : 0;
    const double row_h = curves.times() > 1 ? curves.times_h[1] - first_row_h : 0;
    Block block(curves);
    for (std::size_t first = 0; first < curves.wells; first += lane_count) {
        const std::size_t wells = std::min(lane_count, curves.wells - first);
        Levels levels[lane_count];
        LaneNumbers numbers;
        block.load(first, wells);
        block.find_levels(options, rates.data() + first, wells, levels);
        for (std::size_t lane = 0; lane < wells; ++lane) {
            GrowthRate& rate = rates[first + lane];
            CurveTraits& traits = out[first + lane];
            traits = {};
            const double limit = detection_limits.empty() ? 0 : detection_limits[first + lane];
            numbers.seen[lane] = seen_level(limit, rate.noise_sd);
            judge(levels[lane], numbers.seen[lane], first_row_h, row_h, options, rate, traits);
            numbers.start[lane] = traits.initial;
            numbers.saturation[lane] = saturation_share * traits.capacity;
            numbers.rate[lane] = rate.rate_per_h;
            numbers.rise[lane] = options.phase_share * (levels[lane].maximum - levels[lane].initial);
        }
        measure(block, numbers, window, options, rates.data() + first, wells, out.data() + first);
    }
}

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::curve {

HWY_EXPORT(traits_in_lanes);

void curve_traits(const Curves& curves, std::span<const double> detection_limits,
                  const CurveTraitOptions& options, std::span<GrowthRate> rates,
                  std::span<CurveTraits> out) noexcept {
    assert(curves.consistent() && out.size() == curves.wells && rates.size() == curves.wells);
    assert(detection_limits.empty() || detection_limits.size() == curves.wells);
    HWY_DYNAMIC_DISPATCH(traits_in_lanes)(curves, detection_limits, options, rates, out);
}

}  // namespace wellsieve::kernels::curve
#endif
