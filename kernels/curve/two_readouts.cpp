#include "kernels/curve/two_readouts.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/curve/two_readouts.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/curve/lanes-inl.hpp"
#include "kernels/curve/two_readouts_internal.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {

HWY_INLINE Mask is_known(Vector v) {
    return hn::Eq(v, v);
}

/// Mean over time of a quantity that is known now and then, in each lane.
class MeanOverTime {
  public:
    // Spelled out, for an implicit one is compiled without the target's instructions.
    MeanOverTime()
        : area_(hn::Zero(Lanes())),
          last_(hn::Zero(Lanes())),
          last_h_(hn::Zero(Lanes())),
          first_h_(hn::Set(Lanes(), undefined)) {}

    void add(Mask now, Vector time, Vector value) {
        const Lanes d;
        const Vector step = hn::Mul(hn::Mul(hn::Add(value, last_), hn::Set(d, 0.5)), hn::Sub(time, last_h_));
        area_ = hn::IfThenElse(hn::And(now, is_known(first_h_)), hn::Add(area_, step), area_);
        first_h_ = hn::IfThenElse(hn::AndNot(is_known(first_h_), now), time, first_h_);
        last_ = hn::IfThenElse(now, value, last_);
        last_h_ = hn::IfThenElse(now, time, last_h_);
    }

    Vector mean() const {
        const Lanes d;
        const Vector span = hn::Sub(last_h_, first_h_);
        return hn::IfThenElse(hn::Gt(span, hn::Zero(d)), hn::Div(area_, span), hn::Set(d, undefined));
    }

  private:
    Vector area_, last_, last_h_, first_h_;
};

/// As many wells as there are lanes.
class TwoReadoutBlock {
  public:
    TwoReadoutBlock(const Curves& product, const Curves& biomass, const SlopeWindows& windows,
                    const TwoReadoutOptions& options)
        : product_(product), biomass_(biomass), windows_(windows), options_(options) {}

    void run(std::size_t first, std::size_t wells, const double* limits, TwoReadouts* out) {
        const Lanes d;
        first_ = first;
        wells_ = wells;
        HWY_ALIGN double limit[lane_count] = {};
        for (std::size_t lane = 0; limits != nullptr && lane < wells; ++lane)
            limit[lane] = limits[lane];
        const Vector least = hn::Max(hn::Load(d, limit), hn::Zero(d));
        MeanOverTime ratio;
        MeanOverTime activity;
        Vector at_biomass = hn::Set(d, undefined), maximum = at_biomass, time_of_maximum = at_biomass;
        Vector before_n = at_biomass, before_p = at_biomass;
        const Vector level = hn::Set(d, options_.at_biomass);
        for (std::size_t row = 0; row < product_.times(); ++row) {
            const Vector n = at(biomass_, row);
            const Vector p = at(product_, row);
            const Vector time = hn::Set(d, product_.times_h[row]);
            const Mask grown = hn::Gt(n, least);
            const Mask both = hn::And(grown, is_known(p));
            const Mask rises = hn::And(hn::And(both, hn::Lt(before_n, level)), hn::Ge(n, level));
            const Vector share = hn::Div(hn::Sub(level, before_n), hn::Sub(n, before_n));
            const Vector there = hn::Div(hn::Add(before_p, hn::Mul(share, hn::Sub(p, before_p))), level);
            at_biomass = hn::IfThenElse(hn::AndNot(is_known(at_biomass), rises), there, at_biomass);
            before_n = hn::IfThenElse(both, n, before_n);
            before_p = hn::IfThenElse(both, p, before_p);
            if (product_.times_h[row] < options_.from_h || product_.times_h[row] > options_.to_h)
                continue;
            ratio.add(both, time, hn::Div(p, n));
            const Vector made = hn::Div(slope_at(row), n);
            const Mask known = hn::And(grown, is_known(made));
            activity.add(known, time, made);
            const Mask more = hn::AndNot(hn::Le(made, maximum), known);
            maximum = hn::IfThenElse(more, made, maximum);
            time_of_maximum = hn::IfThenElse(more, time, time_of_maximum);
        }
        store(ratio.mean(), &TwoReadouts::mean_ratio, out);
        store(at_biomass, &TwoReadouts::ratio_at_biomass, out);
        store(activity.mean(), &TwoReadouts::mean_activity, out);
        store(maximum, &TwoReadouts::maximum_activity, out);
        store(time_of_maximum, &TwoReadouts::time_of_maximum_activity_h, out);
    }

  private:
    Vector at(const Curves& curves, std::size_t row) const {
        return load_finite(curves.values.data() + row * curves.wells + first_, wells_);
    }

    Vector slope_at(std::size_t row) const {
        const Lanes d;
        const Vector one = hn::Set(d, 1.0);
        Vector count = hn::Zero(d), sum = count, sxx = count, sxp = count;
        const auto [begin, end] = windows_[row];
        for (std::size_t j = begin; j < end; ++j) {
            const Vector x = hn::Set(d, product_.times_h[j] - product_.times_h[row]);
            const Mask known = is_known(at(product_, j));
            count = hn::Add(count, hn::IfThenElseZero(known, one));
            sum = hn::Add(sum, hn::IfThenElseZero(known, x));
        }
        const Vector mean = hn::Div(sum, count);
        for (std::size_t j = begin; j < end; ++j) {
            const Vector x = hn::Sub(hn::Set(d, product_.times_h[j] - product_.times_h[row]), mean);
            const Vector p = at(product_, j);
            sxx = hn::Add(sxx, hn::IfThenElseZero(is_known(p), hn::Mul(x, x)));
            sxp = hn::Add(sxp, hn::IfThenElseZero(is_known(p), hn::Mul(x, p)));
        }
        const Mask enough = hn::Ge(count, hn::Set(d, static_cast<double>(options_.min_points)));
        return hn::IfThenElse(enough, hn::Div(sxp, sxx), hn::Set(d, undefined));
    }

    void store(Vector value, double TwoReadouts::*member, TwoReadouts* out) const {
        HWY_ALIGN double lanes[lane_count];
        hn::Store(value, Lanes(), lanes);
        for (std::size_t lane = 0; lane < wells_; ++lane)
            out[lane].*member = lanes[lane];
    }

    const Curves& product_;
    const Curves& biomass_;
    const SlopeWindows& windows_;
    const TwoReadoutOptions& options_;
    std::size_t first_ = 0;
    std::size_t wells_ = 0;
};

void two_readouts_in_lanes(const Curves& product, const Curves& biomass, const double* limits,
                           const SlopeWindows& windows, const TwoReadoutOptions& options, TwoReadouts* out) {
    TwoReadoutBlock block(product, biomass, windows, options);
    for (std::size_t first = 0; first < product.wells; first += lane_count)
        block.run(first, std::min(lane_count, product.wells - first),
                  limits == nullptr ? nullptr : limits + first, out + first);
}

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::curve {
namespace {

HWY_EXPORT(two_readouts_in_lanes);

SlopeWindows slope_windows(std::span<const double> times_h, double width_h) {
    const double half = width_h / 2 * just_beyond_window;
    SlopeWindows windows;
    windows.reserve(times_h.size());
    std::size_t first = 0;
    std::size_t end = 0;
    for (const double middle : times_h) {
        while (first < times_h.size() && middle - times_h[first] > half)
            ++first;
        end = std::max(end, first);
        while (end < times_h.size() && times_h[end] - middle <= half)
            ++end;
        windows.emplace_back(first, end);
    }
    return windows;
}

}  // namespace

void two_readouts(const Curves& product, const Curves& biomass, std::span<const double> detection_limits,
                  const TwoReadoutOptions& options, std::span<TwoReadouts> out) noexcept {
    assert(product.consistent() && biomass.consistent() && product.wells == biomass.wells &&
           product.times() == biomass.times() && out.size() == product.wells);
    HWY_DYNAMIC_DISPATCH(two_readouts_in_lanes)
    (product, biomass, detection_limits.empty() ? nullptr : detection_limits.data(),
     slope_windows(product.times_h, options.slope_window_h), options, out.data());
}

}  // namespace wellsieve::kernels::curve
#endif
