#include "kernels/curve/growth_rate.hpp"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/curve/growth_rate.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/curve/exp_log-inl.hpp"
#include "kernels/curve/growth_rate_internal.hpp"
#include "kernels/curve/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {

using namespace growth_rate_internal;

namespace {

/// Weighted sums, of which a window takes differences.
enum Sum : std::size_t { sum_w, sum_wt, sum_wz, sum_wtt, sum_wtz, sum_points, sums };

constexpr double slack = 1e-12;  ///< relative; thousands of times the rounding of a few operations

/// The best window so far of each lane.
struct Best {
    Vector score;
    Vector first;
    Vector end;
};

/// As many wells as there are lanes.
class Block {
  public:
    /// Lines are looked for within `rows` alone.
    Block(const Curves& curves, const GrowthRateOptions& options, const std::vector<Stencil>& stencils,
          Window rows)
        : curves_(curves), options_(options), stencils_(stencils), times_(curves.times()), rows_(rows) {
        for (auto* array : {&values_, &z_, &weights_, &first_used_, &last_used_, &sizes_})
            *array = hwy::AllocateAligned<double>((times_ + 1) * lane_count);
        sums_ = hwy::AllocateAligned<double>((times_ + 1) * sums * lane_count);
    }

    void load(std::size_t first, std::size_t wells, std::span<const double> detection_limits) {
        const Lanes d;
        Vector largest = hn::Zero(d);
        Vector readings = hn::Zero(d);
        for (std::size_t i = 0; i < times_; ++i) {
            const Vector v = load_finite(curves_.values.data() + i * curves_.wells + first, wells);
            largest = hn::IfThenElse(hn::Gt(v, largest), v, largest);
            readings = hn::Add(readings, hn::IfThenElseZero(hn::Eq(v, v), number(1)));
            hn::Store(v, d, values_.get() + i * lane_count);
        }
        hn::Store(largest, d, largest_);
        hn::Store(readings, d, selection_);
        for (double& selection : selection_)
            selection = selection_errors(selection);
        find_noise();
        for (std::size_t lane = 0; lane < lane_count; ++lane) {
            const double limit =
                lane < wells && !detection_limits.empty() ? detection_limits[first + lane] : 0;
            limit_[lane] = std::max(visible_noise * noise_[lane], limit);
        }
        take_logs();
        add_up();
        find_neighbours_used();
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            rise_[lane] = least_rise(lane);
    }

    void start(Best& best) const {
        const Lanes d;
        best.score = best.first = best.end = hn::Zero(d);
    }

    void look_at(const std::vector<Window>& windows, Best& best) const {
        for (const auto& [first, end] : windows) {
            if (!may_exceed(best.score, first, end))
                continue;
            const Vector score = score_of(first, end);
            const Mask better = hn::Gt(score, best.score);
            best.score = hn::IfThenElse(better, score, best.score);
            best.first = hn::IfThenElse(better, number(first), best.first);
            best.end = hn::IfThenElse(better, number(end), best.end);
        }
    }

    void describe(const Best& best, std::size_t wells, GrowthRate* out) const {
        const Lanes d;
        HWY_ALIGN double firsts[lane_count];
        HWY_ALIGN double ends[lane_count];
        hn::Store(best.first, d, firsts);
        hn::Store(best.end, d, ends);
        for (std::size_t lane = 0; lane < wells; ++lane) {
            out[lane] = {};
            if (ends[lane] == 0)
                out[lane].noise_sd = largest_[lane] > 0 ? noise_[lane] : undefined;
            else
                out[lane] = describe_window(
                    {z_.get() + lane, weights_.get() + lane, lane_count, curves_.times_h},
                    static_cast<std::size_t>(firsts[lane]), static_cast<std::size_t>(ends[lane]),
                    noise_[lane], noise_dof_[lane], options_.interval);
        }
    }

  private:
    void find_noise() {
        if (std::isnan(options_.noise_sd))
            clip_differences();
        for (std::size_t lane = 0; lane < lane_count; ++lane) {
            const double least = smallest_noise * largest_[lane];
            if (!std::isnan(options_.noise_sd)) {
                noise_[lane] = std::max(least, options_.noise_sd);
                noise_dof_[lane] = prior_dof;
            } else if (differences_[lane] < static_cast<double>(fewest_stencils)) {
                noise_[lane] = least;
                noise_dof_[lane] = 0;
            } else {
                noise_[lane] = std::max(least, noise_[lane]);
                noise_dof_[lane] = std::min(prior_dof, differences_[lane] * 0.5);
            }
        }
    }

    void clip_differences() {
        const Lanes d;
        Vector sum = hn::Zero(d);
        Vector count = hn::Zero(d);
        for (std::size_t i = 0; i < stencils_.size(); ++i) {
            Vector difference = hn::Zero(d);
            for (std::size_t j = 0; j < stencil; ++j)
                difference = hn::Add(difference, hn::Mul(hn::Set(d, stencils_[i][j]), value(i + j)));
            const Vector size = hn::Abs(difference);
            const Mask present = hn::Eq(size, size);
            sum = hn::Add(sum, hn::IfThenElseZero(present, size));
            count = hn::Add(count, hn::IfThenElseZero(present, hn::Set(d, 1)));
            hn::Store(hn::IfThenElse(present, size, hn::Zero(d)), d, sizes_.get() + i * lane_count);
        }
        Vector scale = hn::Div(sum, hn::Mul(count, hn::Set(d, mean_size)));
        for (int round = 0; round < clipping_rounds; ++round) {
            const Vector bound = hn::Mul(hn::Set(d, clip), scale);
            sum = hn::Zero(d);
            for (std::size_t i = 0; i < stencils_.size(); ++i)
                sum = hn::Add(sum, hn::Min(hn::Load(d, sizes_.get() + i * lane_count), bound));
            scale = hn::Div(sum, hn::Mul(count, hn::Set(d, mean_clipped_size)));
        }
        hn::Store(scale, d, noise_);
        hn::Store(count, d, differences_);
    }

    /// The next usable reading after each, in z.
    void find_next_values() {
        const Lanes d;
        Vector next = hn::Set(d, undefined);
        for (std::size_t i = times_; i-- > 0;) {
            hn::Store(next, d, z_.get() + i * lane_count);
            const Vector v = value(i);
            next = hn::IfThenElse(hn::Eq(v, v), v, next);
        }
    }

    /// `before` and `after` where they are there; v counts twice.
    HWY_INLINE Vector mean_with_neighbours(Vector v, Vector before, Vector after) const {
        const Lanes d;
        const Mask has_before = hn::Eq(before, before);
        const Mask has_after = hn::Eq(after, after);
        const Vector twice = hn::Mul(number(2), v);
        if (hn::AllTrue(d, hn::And(has_before, has_after)))
            return hn::Mul(hn::Add(hn::Add(twice, before), after), number(0.25));
        const Vector one = number(1);
        const Vector sum = hn::Add(hn::Add(twice, hn::IfThenElseZero(has_before, before)),
                                   hn::IfThenElseZero(has_after, after));
        const Vector neighbours =
            hn::Add(hn::IfThenElseZero(has_before, one), hn::IfThenElseZero(has_after, one));
        return hn::Div(sum, hn::Add(number(2), neighbours));
    }

    void take_logs() {
        const Lanes d;
        const Vector one = hn::Set(d, 1);
        const Vector noise = hn::Load(d, noise_);
        const Vector clear_level = hn::Mul(hn::Set(d, clear_noise), noise);
        const Vector limit = hn::Load(d, limit_);
        Vector before = hn::Set(d, undefined);
        Vector highest = hn::Zero(d);
        Vector lowest = hn::Set(d, std::numeric_limits<double>::infinity());
        find_next_values();
        for (std::size_t i = 0; i < times_; ++i) {
            const Vector v = value(i);
            const Vector after = hn::Load(d, z_.get() + i * lane_count);
            const Vector mean = mean_with_neighbours(v, before, after);
            const Mask used = hn::Gt(mean, limit);
            highest = hn::IfThenElse(hn::And(used, hn::Gt(mean, highest)), mean, highest);
            lowest = hn::IfThenElse(hn::And(used, hn::Lt(mean, lowest)), mean, lowest);
            before = hn::IfThenElse(hn::Eq(v, v), v, before);
            if (i < rows_.first || i >= rows_.end)
                continue;
            const Mask clear = hn::Gt(v, clear_level);
            const Vector argument = hn::IfThenElse(used, hn::IfThenElse(clear, v, mean), one);
            Vector first_order = hn::Zero(d);
            if (!hn::AllTrue(d, clear))
                first_order = hn::IfThenElse(clear, first_order, hn::Div(hn::Sub(v, mean), mean));
            const Vector z = hn::IfThenElseZero(used, hn::Add(natural_log(d, argument), first_order));
            const Vector relative = hn::Div(mean, noise);
            hn::Store(z, d, z_.get() + i * lane_count);
            hn::Store(hn::IfThenElseZero(used, hn::Mul(relative, relative)), d,
                      weights_.get() + i * lane_count);
        }
        hn::Store(highest, d, highest_);
        hn::Store(lowest, d, lowest_);
    }

    void add_up() {
        const Lanes d;
        Vector running[sums];
        for (Vector& sum : running)
            sum = hn::Zero(d);
        store_sums(rows_.first, running);
        for (std::size_t i = rows_.first; i < rows_.end; ++i) {
            const Vector t = hn::Set(d, curves_.times_h[i] - curves_.times_h[0]);
            const Vector w = hn::Load(d, weights_.get() + i * lane_count);
            const Vector z = hn::Load(d, z_.get() + i * lane_count);
            const Vector wt = hn::Mul(w, t);
            running[sum_w] = hn::Add(running[sum_w], w);
            running[sum_wt] = hn::Add(running[sum_wt], wt);
            running[sum_wz] = hn::Add(running[sum_wz], hn::Mul(w, z));
            running[sum_wtt] = hn::Add(running[sum_wtt], hn::Mul(wt, t));
            running[sum_wtz] = hn::Add(running[sum_wtz], hn::Mul(wt, z));
            const Vector counted = hn::IfThenElseZero(hn::Gt(w, hn::Zero(d)), hn::Set(d, 1));
            running[sum_points] = hn::Add(running[sum_points], counted);
            store_sums(i + 1, running);
        }
    }

    void store_sums(std::size_t row, const Vector* running) {
        const Lanes d;
        for (std::size_t i = 0; i < sums; ++i)
            hn::Store(running[i], d, sums_.get() + (row * sums + i) * lane_count);
    }

    /// Times of the first reading used from each row on, and of the last one before it.
    void find_neighbours_used() {
        const Lanes d;
        Vector time = hn::Zero(d);
        for (std::size_t i = rows_.end; i-- > rows_.first;) {
            time = hn::IfThenElse(is_used(i), hn::Set(d, curves_.times_h[i]), time);
            hn::Store(time, d, first_used_.get() + i * lane_count);
        }
        time = hn::Zero(d);
        for (std::size_t i = rows_.first; i < rows_.end; ++i) {
            time = hn::IfThenElse(is_used(i), hn::Set(d, curves_.times_h[i]), time);
            hn::Store(time, d, last_used_.get() + (i + 1) * lane_count);
        }
    }

    double least_rise(std::size_t lane) const {
        if (!std::isnan(options_.window_h))
            return 0;
        const double doublings = std::isnan(options_.window_doublings) ? 1 : options_.window_doublings;
        return std::min(doublings * std::numbers::ln2, rise_share * (curve::natural_log(highest_[lane]) -
                                                                     curve::natural_log(lowest_[lane])));
    }

    HWY_INLINE Vector window_sum(std::size_t first, std::size_t end, std::size_t i) const {
        const Lanes d;
        return hn::Sub(hn::Load(d, sums_.get() + (end * sums + i) * lane_count),
                       hn::Load(d, sums_.get() + (first * sums + i) * lane_count));
    }

    /// False only where no lane's score_of exceeds `best`. Slope and stt are a / b and b / w here, so that
    /// slope − e / √stt > best is a − best b > e √(w b): no division. `slack` is above the rounding of both.
    HWY_INLINE bool may_exceed(Vector best, std::size_t first, std::size_t end) const {
        const Lanes d;
        const Vector w = window_sum(first, end, sum_w);
        const Vector wt = window_sum(first, end, sum_wt);
        const Vector w_wtt = hn::Mul(w, window_sum(first, end, sum_wtt));
        const Vector w_wtz = hn::Mul(w, window_sum(first, end, sum_wtz));
        const Vector wt_wz = hn::Mul(wt, window_sum(first, end, sum_wz));
        const Vector b = hn::Sub(w_wtt, hn::Mul(wt, wt));
        const Vector lead = hn::Sub(hn::Sub(w_wtz, wt_wz), hn::Mul(best, b));
        const Vector sizes = hn::Add(hn::Add(hn::Abs(w_wtz), hn::Abs(wt_wz)), hn::Mul(best, w_wtt));
        const Vector most_lead = hn::Add(lead, hn::Mul(number(slack), sizes));
        const Vector least_b = hn::Sub(b, hn::Mul(number(slack), w_wtt));
        const Vector selection = hn::Load(d, selection_);
        const Vector least_square = hn::Mul(hn::Mul(selection, selection), hn::Mul(w, least_b));
        const Mask leads = hn::Gt(most_lead, hn::Zero(d));
        return !hn::AllFalse(d, hn::And(leads, hn::Ge(hn::Mul(most_lead, most_lead), least_square)));
    }

    HWY_INLINE Vector score_of(std::size_t first, std::size_t end) const {
        const Lanes d;
        const Vector wt = window_sum(first, end, sum_wt);
        const Vector mean_t = hn::Div(wt, window_sum(first, end, sum_w));
        const Vector stt = hn::Sub(window_sum(first, end, sum_wtt), hn::Mul(mean_t, wt));
        const Vector stz =
            hn::Sub(window_sum(first, end, sum_wtz), hn::Mul(mean_t, window_sum(first, end, sum_wz)));
        const Vector slope = hn::Div(stz, stt);
        const Vector length = hn::Sub(hn::Load(d, last_used_.get() + end * lane_count),
                                      hn::Load(d, first_used_.get() + first * lane_count));
        const Vector points = window_sum(first, end, sum_points);
        const Mask enough = hn::Ge(points, hn::Set(d, static_cast<double>(options_.min_points)));
        const Mask rises =
            hn::And(hn::Gt(stt, hn::Zero(d)), hn::Ge(hn::Mul(slope, length), hn::Load(d, rise_)));
        const Vector errors = hn::Div(hn::Load(d, selection_), hn::Sqrt(stt));
        return hn::IfThenElseZero(hn::And(enough, rises), hn::Sub(slope, errors));
    }

    HWY_INLINE Vector value(std::size_t i) const { return hn::Load(Lanes(), values_.get() + i * lane_count); }

    HWY_INLINE Mask is_used(std::size_t i) const {
        const Lanes d;
        return hn::Gt(hn::Load(d, weights_.get() + i * lane_count), hn::Zero(d));
    }

    const Curves& curves_;
    const GrowthRateOptions& options_;
    const std::vector<Stencil>& stencils_;
    std::size_t times_;
    Window rows_;
    // [row][lane]
    hwy::AlignedFreeUniquePtr<double[]> values_, z_, weights_, first_used_, last_used_, sizes_, sums_;
    HWY_ALIGN double selection_[lane_count];
    HWY_ALIGN double largest_[lane_count];
    HWY_ALIGN double noise_[lane_count];
    HWY_ALIGN double noise_dof_[lane_count];
    HWY_ALIGN double differences_[lane_count];
    HWY_ALIGN double limit_[lane_count];
    HWY_ALIGN double highest_[lane_count];
    HWY_ALIGN double lowest_[lane_count];
    HWY_ALIGN double rise_[lane_count];
};

}  // namespace

void rates_in_lanes(const Curves& curves, std::span<const double> detection_limits,
                    const GrowthRateOptions& options, const std::vector<Window>& windows, Window rows,
                    std::span<GrowthRate> out) {
    const std::vector<Stencil> stencils =
        std::isnan(options.noise_sd) ? noise_stencils(curves.times_h) : std::vector<Stencil>();
    Block block(curves, options, stencils, rows);
    for (std::size_t first = 0; first < curves.wells; first += lane_count) {
        const std::size_t wells = std::min(lane_count, curves.wells - first);
        Best best;
        block.load(first, wells, detection_limits);
        block.start(best);
        block.look_at(windows, best);
        block.describe(best, wells, out.data() + first);
    }
}

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::curve {

HWY_EXPORT(rates_in_lanes);

void growth_rates(const Curves& curves, std::span<const double> detection_limits,
                  const GrowthRateOptions& options, std::span<GrowthRate> out) noexcept {
    assert(curves.consistent() && out.size() == curves.wells);
    assert(detection_limits.empty() || detection_limits.size() == curves.wells);
    HWY_DYNAMIC_DISPATCH(rates_in_lanes)
    (curves, detection_limits, options, growth_rate_internal::windows_of(options, curves.times_h),
     {0, curves.times()}, out);
}

void growth_rates_of_copies(const Curves& copies, std::span<const double> detection_limits, double copy_sd,
                            const GrowthRateOptions& options, std::span<GrowthRate> out) noexcept {
    using namespace growth_rate_internal;
    assert(copies.consistent() && copies.wells > 0 && out.size() == copies.wells);
    assert(!std::isnan(options.noise_sd) && !options.interval);
    const std::vector<Window> windows =
        windows_in_reach(windows_of(options, copies.times_h), copies,
                         detection_limits.empty() ? 0 : detection_limits[0], copy_sd, options);
    Window rows{copies.times(), 0};
    for (const Window& window : windows)
        rows = {std::min(rows.first, window.first), std::max(rows.end, window.end)};
    if (windows.empty())
        rows = {0, 0};
    HWY_DYNAMIC_DISPATCH(rates_in_lanes)(copies, detection_limits, options, windows, rows, out);
}

}  // namespace wellsieve::kernels::curve
#endif
