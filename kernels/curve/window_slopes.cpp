#include "kernels/curve/window_slopes.hpp"

#include <algorithm>
#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/curve/window_slopes.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/curve/exp_log-inl.hpp"
#include "kernels/curve/usable_readings-inl.hpp"
#include "kernels/curve/window_slopes_internal.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {

using namespace window_slopes_internal;

namespace {

/// As many wells as there are lanes.
class Block {
  public:
    Block(const Curves& curves, const SlopeOptions& options)
        : options_(options),
          readings_(curves, options.points),
          slopes_(hwy::AllocateAligned<double>((curves.times() + 1) * lane_count)) {}

    void load(std::size_t first, std::size_t wells) {
        const bool logarithm = takes_logarithm(options_.method);
        readings_.load(first, wells, logarithm);
        for (std::size_t k = 0; logarithm && k < readings_.most(); ++k)
            set_row(readings_.values(), k, natural_log(Lanes(), row_of(readings_.values(), k)));
    }

    void store(std::size_t wells, GrowthRate* out) {
        HWY_ALIGN double best[lane_count];
        hn::Store(steepest(), Lanes(), best);
        for (std::size_t lane = 0; lane < wells; ++lane) {
            out[lane] = best[lane] > 0 ? line_of(lane, best[lane]) : GrowthRate{};
            out[lane].of_logarithm = takes_logarithm(options_.method);
        }
    }

  private:
    Vector steepest() {
        const Lanes d;
        const Vector points = hn::Set(d, static_cast<double>(options_.points));
        HWY_ALIGN double windows[lane_count];
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            windows[lane] = static_cast<double>(windows_of(readings_.count(lane), options_));
        Vector best = hn::Zero(d);
        for (std::size_t first = 0; first < windows_of(readings_.most(), options_); ++first) {
            Vector mean_t = hn::Zero(d);
            for (std::size_t i = first; i < first + options_.points; ++i)
                mean_t = hn::Add(mean_t, row_of(readings_.times_h(), i));
            mean_t = hn::Div(mean_t, points);
            Vector stt = hn::Zero(d);
            Vector sty = hn::Zero(d);
            for (std::size_t i = first; i < first + options_.points; ++i) {
                const Vector t = hn::Sub(row_of(readings_.times_h(), i), mean_t);
                stt = hn::Add(stt, hn::Mul(t, t));
                sty = hn::Add(sty, hn::Mul(t, row_of(readings_.values(), i)));
            }
            const Vector slope = hn::Div(sty, stt);
            set_row(slopes_, first, slope);
            const Mask counts = hn::Lt(hn::Set(d, static_cast<double>(first)), hn::Load(d, windows));
            best = hn::IfThenElse(hn::And(counts, hn::Gt(slope, best)), slope, best);
        }
        return best;
    }

    GrowthRate line_of(std::size_t lane, double best) {
        const bool joined = options_.method == SlopeMethod::growthrates;
        const double least = joined ? options_.quota * best : best;
        const std::size_t windows = windows_of(readings_.count(lane), options_);
        std::size_t first = 0;
        while (!(slopes_[first * lane_count + lane] >= least))
            ++first;
        std::size_t last = first;
        for (std::size_t i = first + 1; joined && i < windows; ++i)
            if (slopes_[i * lane_count + lane] >= least)
                last = i;
        return line_through(readings_.times_h().get() + lane, readings_.values().get() + lane, lane_count,
                            first, last + options_.points);
    }

    const SlopeOptions& options_;
    UsableReadings readings_;
    Rows slopes_;
};

}  // namespace

void slopes_in_lanes(const Curves& curves, const SlopeOptions& options, std::span<GrowthRate> out) {
    Block block(curves, options);
    for (std::size_t first = 0; first < curves.wells; first += lane_count) {
        const std::size_t wells = std::min(lane_count, curves.wells - first);
        block.load(first, wells);
        block.store(wells, out.data() + first);
    }
}

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::curve {

HWY_EXPORT(slopes_in_lanes);

void window_slopes(const Curves& curves, const SlopeOptions& options, std::span<GrowthRate> out) noexcept {
    assert(curves.consistent() && out.size() == curves.wells && options.points >= 3);
    HWY_DYNAMIC_DISPATCH(slopes_in_lanes)(curves, options, out);
}

}  // namespace wellsieve::kernels::curve
#endif
