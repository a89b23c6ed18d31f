#include "kernels/curve/parametric_fit.hpp"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "kernels/curve/parametric_fit_internal.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/curve/parametric_fit.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/curve/growth_models-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {

namespace models = growth_models;
namespace in = parametric_fit_internal;
using models::Table;

/// The curves in the lanes, [time][lane]; weight 0 where there is no value.
struct Block {
    std::span<const double> times_h;
    const double* value;
    const double* weight;
};

/// RSS, Jᵀ r and Jᵀ J (upper triangle) of each lane.
struct Moments {
    HWY_ALIGN double rss[lane_count];
    HWY_ALIGN Table gradient;
    HWY_ALIGN double curvature[in::most_moments][lane_count];
};

template <class Model, bool logarithmic>
HWY_NOINLINE void take_moments(const Block& block, const Table& fitted, Moments& out) {
    constexpr std::size_t n = Model::parameters;
    const Lanes d;
    const Model model(fitted);
    Vector rss = hn::Zero(d);
    std::array<Vector, n> gradient;
    std::array<Vector, n*(n + 1) / 2> curvature;
    gradient.fill(hn::Zero(d));
    curvature.fill(hn::Zero(d));
    for (std::size_t i = 0; i < block.times_h.size(); ++i) {
        auto point = model.at(number(block.times_h[i]));
        Vector scale = hn::Load(d, block.weight + i * lane_count);
        if constexpr (Model::gives_log && !logarithmic)
            point.value = exponential(d, point.value);
        if constexpr (!Model::gives_log && logarithmic)
            point.value = natural_log(d, point.value);
        const Vector residual = (point.value - hn::Load(d, block.value + i * lane_count)) * scale;
        if constexpr (!logarithmic)
            scale = scale * point.value;
        rss = rss + residual * residual;
        for (Vector& slope : point.slope)
            slope = slope * scale;
        for (std::size_t p = 0, at = 0; p < n; ++p) {
            gradient[p] = gradient[p] + point.slope[p] * residual;
            for (std::size_t q = p; q < n; ++q, ++at)
                curvature[at] = curvature[at] + point.slope[p] * point.slope[q];
        }
    }
    hn::Store(rss, d, out.rss);
    for (std::size_t p = 0; p < n; ++p)
        hn::Store(gradient[p], d, out.gradient[p]);
    for (std::size_t at = 0; at < curvature.size(); ++at)
        hn::Store(curvature[at], d, out.curvature[at]);
}

using TakeMoments = void (*)(const Block&, const Table&, Moments&);

template <class Model>
TakeMoments taker_of(FitScale scale) {
    return scale == FitScale::linear ? &take_moments<Model, false> : &take_moments<Model, true>;
}

TakeMoments taker_of(GrowthModel model, FitScale scale) {
    switch (model) {
        case GrowthModel::richards:
            return taker_of<models::Richards>(scale);
        case GrowthModel::baranyi:
            return taker_of<models::Baranyi>(scale);
        case GrowthModel::huang:
            return taker_of<models::Huang>(scale);
        case GrowthModel::zwietering_logistic:
            return taker_of<models::ZwieteringLogistic>(scale);
        case GrowthModel::gompertz:
            return taker_of<models::Gompertz>(scale);
        case GrowthModel::zwietering_richards:
            return taker_of<models::ZwieteringRichards>(scale);
        default:
            return taker_of<models::Logistic>(scale);
    }
}

/// One step of Levenberg and Marquardt in each lane: where it leads within the bounds, and by how much RSS
/// would fall if the model were linear.
class Step {
  public:
    explicit Step(std::size_t parameters) : n_(parameters) {}

    /// Solves (JᵀJ + damping · its diagonal) δ = −Jᵀr by LDLᵀ. A parameter at a bound that the slope pushes
    /// outwards stays.
    void take(const Moments& moments, const Table& fitted, const Table& low, const Table& high,
              const double* damping, Table& trial, double* gain) {
        const Lanes d;
        set_up(moments, fitted, low, high, hn::Load(d, damping));
        factorise();
        solve();
        Vector fall = hn::Zero(d);
        for (std::size_t p = 0; p < n_; ++p) {
            const Vector from = hn::Load(d, fitted[p]);
            const Vector to = hn::Min(hn::Max(from + delta_[p], hn::Load(d, low[p])), hn::Load(d, high[p]));
            hn::Store(to, d, trial[p]);
            delta_[p] = to - from;
            fall = fall - number(2) * hn::Load(d, moments.gradient[p]) * delta_[p];
        }
        for (std::size_t p = 0, at = 0; p < n_; ++p)
            for (std::size_t q = p; q < n_; ++q, ++at)
                fall = fall -
                       number(p == q ? 1 : 2) * hn::Load(d, moments.curvature[at]) * delta_[p] * delta_[q];
        hn::Store(fall, d, gain);
    }

  private:
    void set_up(const Moments& moments, const Table& fitted, const Table& low, const Table& high,
                Vector damping) {
        const Lanes d;
        std::array<Mask, in::most_parameters> held;
        for (std::size_t p = 0; p < n_; ++p) {
            const Vector at = hn::Load(d, fitted[p]);
            const Vector slope = hn::Load(d, moments.gradient[p]);
            held[p] = hn::Or(hn::And(hn::Le(at, hn::Load(d, low[p])), hn::Ge(slope, hn::Zero(d))),
                             hn::And(hn::Ge(at, hn::Load(d, high[p])), hn::Le(slope, hn::Zero(d))));
            delta_[p] = hn::IfThenZeroElse(held[p], hn::Neg(slope));
        }
        for (std::size_t p = 0, at = 0; p < n_; ++p)
            for (std::size_t q = p; q < n_; ++q, ++at) {
                const Vector x = hn::Load(d, moments.curvature[at]);
                if (p != q) {
                    a_[q][p] = hn::IfThenZeroElse(hn::Or(held[p], held[q]), x);
                    continue;
                }
                const auto nothing = hn::Or(held[p], hn::Le(x, hn::Zero(d)));
                a_[p][p] = hn::IfThenElse(nothing, number(1), x * (number(1) + damping));
            }
    }

    void factorise() {
        for (std::size_t j = 0; j < n_; ++j) {
            Vector pivot = a_[j][j];
            for (std::size_t k = 0; k < j; ++k)
                pivot = pivot - a_[j][k] * a_[j][k] * a_[k][k];
            // Too small a pivot is rounding: the diagonal keeps the step short.
            const Vector least = number(in::least_pivot) * a_[j][j];
            pivot = hn::IfThenElse(hn::Gt(pivot, least), pivot, a_[j][j]);
            a_[j][j] = pivot;
            for (std::size_t i = j + 1; i < n_; ++i) {
                Vector x = a_[i][j];
                for (std::size_t k = 0; k < j; ++k)
                    x = x - a_[i][k] * a_[j][k] * a_[k][k];
                a_[i][j] = hn::Div(x, pivot);
            }
        }
    }

    void solve() {
        for (std::size_t i = 0; i < n_; ++i)
            for (std::size_t k = 0; k < i; ++k)
                delta_[i] = delta_[i] - a_[i][k] * delta_[k];
        for (std::size_t i = n_; i-- > 0;) {
            delta_[i] = hn::Div(delta_[i], a_[i][i]);
            for (std::size_t k = i + 1; k < n_; ++k)
                delta_[i] = delta_[i] - a_[k][i] * delta_[k];
        }
    }

    std::size_t n_;
    std::array<std::array<Vector, in::most_parameters>, in::most_parameters> a_;
    std::array<Vector, in::most_parameters> delta_;
};

/// One well a lane, from one start; a lane that is done takes the next start, or the next well.
class Fitter {
  public:
    Fitter(const Curves& curves, const FitOptions& options, std::span<GrowthFit> out)
        : curves_(curves),
          options_(options),
          out_(out),
          parameters_(in::slots_of(options.model).count),
          starts_(in::start_count(options.model)),
          take_moments_(taker_of(options.model, options.scale)),
          step_(parameters_),
          column_value_(curves.times()),
          column_weight_(curves.times()),
          value_(hwy::AllocateAligned<double>(curves.times() * lane_count + lane_count)),
          weight_(hwy::AllocateAligned<double>(curves.times() * lane_count + lane_count)) {
        std::fill_n(value_.get(), curves.times() * lane_count, 0.0);
        std::fill_n(weight_.get(), curves.times() * lane_count, 0.0);
    }

    void run() {
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            take_next(lane);
        while (busy_lanes_ > 0) {
            step_.take(now_, fitted_, low_, high_, damping_, trial_, gain_);
            take_moments_({curves_.times_h, value_.get(), weight_.get()}, trial_, then_);
            for (std::size_t lane = 0; lane < lane_count; ++lane)
                if (busy_[lane] && !goes_on(lane)) {
                    unload(lane);
                    take_next(lane);
                }
        }
    }

  private:
    /// Accepts or refuses the trial of one lane; false when its fit is done.
    bool goes_on(std::size_t lane) {
        in::Minimum& minimum = minimum_[lane];
        const bool first = minimum.iterations++ == 0;
        const double before = now_.rss[lane];
        const double gain = gain_[lane];
        const bool better = then_.rss[lane] < before;
        if (better || first)
            accept(lane);
        if (first)
            return true;
        // Without damping the gain would be up to 1 + damping times as large.
        minimum.converged = std::abs(gain) * (1 + damping_[lane]) <= in::least_gain * before ||
                            now_.rss[lane] <= in::rounding_level * loaded_[lane].sum_of_squares;
        const double quality = better ? (before - then_.rss[lane]) / gain : 0;
        if (better) {
            const double cube = (2 * quality - 1) * (2 * quality - 1) * (2 * quality - 1);
            damping_[lane] = std::max(damping_[lane] * std::max(1.0 / 3, 1 - cube), 1e-15);
            growth_[lane] = 2;
        } else {
            damping_[lane] *= growth_[lane];
            growth_[lane] *= 2;
        }
        return !minimum.converged && minimum.iterations < options_.max_iterations &&
               damping_[lane] < in::largest_damping;
    }

    void accept(std::size_t lane) {
        now_.rss[lane] = then_.rss[lane];
        for (std::size_t p = 0; p < parameters_; ++p) {
            fitted_[p][lane] = trial_[p][lane];
            now_.gradient[p][lane] = then_.gradient[p][lane];
        }
        for (std::size_t at = 0; at < parameters_ * (parameters_ + 1) / 2; ++at)
            now_.curvature[at][lane] = then_.curvature[at][lane];
    }

    /// The next start in this lane: of its own well, or of the next well that can be fitted.
    void take_next(std::size_t lane) {
        const bool was_busy = busy_[lane];
        busy_[lane] = was_busy && ++start_[lane] < starts_;
        while (!busy_[lane] && next_well_ < curves_.wells)
            busy_[lane] = load(lane, next_well_++);
        busy_lanes_ += static_cast<int>(busy_[lane]) - static_cast<int>(was_busy);
        if (busy_[lane])
            begin(lane);
    }

    bool load(std::size_t lane, std::size_t well) {
        const in::Samples samples{curves_.times_h, column_value_, column_weight_};
        loaded_[lane] = in::load(curves_, well, options_.scale, samples);
        const FitOutcome refusal = in::refusal(loaded_[lane], options_.model);
        if (refusal != FitOutcome::converged) {
            out_[well] = in::refused(refusal, loaded_[lane].points);
            return false;
        }
        for (std::size_t i = 0; i < curves_.times(); ++i) {
            value_[i * lane_count + lane] = column_value_[i];
            weight_[i * lane_count + lane] = column_weight_[i];
        }
        for (std::size_t start = 0; start < starts_; ++start)
            begin_[lane][start] = in::find_start(samples, loaded_[lane], options_, start);
        well_[lane] = well;
        start_[lane] = 0;
        return true;
    }

    /// Puts the start itself up as the first trial: the step from here is none.
    void begin(std::size_t lane) {
        const in::Start& start = begin_[lane][start_[lane]];
        minimum_[lane] = {};
        damping_[lane] = in::first_damping;
        growth_[lane] = 2;
        now_.rss[lane] = 0;
        for (std::size_t p = 0; p < parameters_; ++p) {
            fitted_[p][lane] = start.at[p];
            low_[p][lane] = start.low[p];
            high_[p][lane] = start.high[p];
            now_.gradient[p][lane] = 0;
        }
        for (std::size_t at = 0; at < in::most_moments; ++at)
            now_.curvature[at][lane] = 0;
    }

    void unload(std::size_t lane) {
        in::Minimum& minimum = minimum_[lane];
        minimum.rss = now_.rss[lane];
        for (std::size_t p = 0; p < parameters_; ++p)
            minimum.at[p] = fitted_[p][lane];
        for (std::size_t at = 0; at < parameters_ * (parameters_ + 1) / 2; ++at)
            minimum.moments[at] = now_.curvature[at][lane];
        const bool best = start_[lane] == 0 || !(best_[lane].rss <= minimum.rss);
        if (best)
            best_[lane] = minimum;
        if (start_[lane] + 1 == starts_)
            out_[well_[lane]] = in::describe(best_[lane], begin_[lane][0], loaded_[lane], options_);
    }

    static constexpr std::size_t most_starts = 3;

    const Curves& curves_;
    const FitOptions& options_;
    std::span<GrowthFit> out_;
    std::size_t parameters_;
    std::size_t starts_;
    TakeMoments take_moments_;
    Step step_;
    std::vector<double> column_value_;
    std::vector<double> column_weight_;
    hwy::AlignedFreeUniquePtr<double[]> value_;
    hwy::AlignedFreeUniquePtr<double[]> weight_;
    std::size_t next_well_ = 0;
    int busy_lanes_ = 0;
    bool busy_[lane_count] = {};
    std::size_t well_[lane_count] = {};
    std::size_t start_[lane_count] = {};
    in::Start begin_[lane_count][most_starts];
    in::Loaded loaded_[lane_count];
    in::Minimum minimum_[lane_count];
    in::Minimum best_[lane_count];
    Moments now_ = {};
    Moments then_ = {};
    HWY_ALIGN Table fitted_ = {};
    HWY_ALIGN Table low_ = {};
    HWY_ALIGN Table high_ = {};
    HWY_ALIGN Table trial_ = {};
    HWY_ALIGN double damping_[lane_count] = {};
    HWY_ALIGN double gain_[lane_count] = {};
    double growth_[lane_count] = {};
};

void fit_curves(const Curves& curves, const FitOptions& options, std::span<GrowthFit> out) {
    Fitter(curves, options, out).run();
}

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::curve {

HWY_EXPORT(fit_curves);

void fit_growth(const Curves& curves, const FitOptions& options, std::span<GrowthFit> out) noexcept {
    assert(curves.consistent() && out.size() == curves.wells);
    assert(options.min_rate_per_h > 0 && options.min_rate_per_h <= options.max_rate_per_h);
    HWY_DYNAMIC_DISPATCH(fit_curves)(curves, options, out);
}

}  // namespace wellsieve::kernels::curve
#endif
