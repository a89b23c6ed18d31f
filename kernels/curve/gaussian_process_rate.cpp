#include "kernels/curve/gaussian_process_rate.hpp"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "kernels/curve/gaussian_process_internal.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/curve/gaussian_process_rate.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/curve/exp_log-inl.hpp"
#include "kernels/curve/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {
namespace gaussian_process {

namespace in = gaussian_process_internal;

/// Value, first and second derivative, in units of time in which the Matérn-5/2 process has λ = √5/length
/// = 1.
struct State {
    Vector x[3];
};

/// Upper triangle: 00 01 02 11 12 22.
struct Symmetric {
    Vector a[6];
};

struct Square {
    Vector a[3][3];
};

HWY_INLINE Symmetric stationary() {
    return {{number(1), number(0), number(-1.0 / 3), number(1.0 / 3), number(0), number(1)}};
}

/// e^(Fδ), F the process's matrix: (F + I)³ = 0.
HWY_INLINE Square transition(Vector step) {
    const Vector e = exponential(Lanes(), hn::Neg(step));
    const Vector half = number(0.5) * step * step;
    const Vector one = number(1);
    Square t{{{one + step + half, step + half + half, half},
              {hn::Neg(half), one + step - half - half, step - half},
              {half - step, half + half - number(3) * step, one - step - step + half}}};
    for (auto& row : t.a)
        for (Vector& x : row)
            x = x * e;
    return t;
}

HWY_INLINE State times(const Square& t, const State& s) {
    State out;
    for (std::size_t i = 0; i < 3; ++i)
        out.x[i] = t.a[i][0] * s.x[0] + t.a[i][1] * s.x[1] + t.a[i][2] * s.x[2];
    return out;
}

HWY_INLINE State times_transposed(const Square& t, const State& s) {
    State out;
    for (std::size_t i = 0; i < 3; ++i)
        out.x[i] = t.a[0][i] * s.x[0] + t.a[1][i] * s.x[1] + t.a[2][i] * s.x[2];
    return out;
}

HWY_INLINE Vector element(const Symmetric& s, std::size_t i, std::size_t j) {
    constexpr std::size_t place[3][3] = {{0, 1, 2}, {1, 3, 4}, {2, 4, 5}};
    return s.a[place[i][j]];
}

HWY_INLINE State times(const Symmetric& s, const State& x) {
    State out;
    for (std::size_t i = 0; i < 3; ++i)
        out.x[i] = element(s, i, 0) * x.x[0] + element(s, i, 1) * x.x[1] + element(s, i, 2) * x.x[2];
    return out;
}

/// T S Tᵀ, or Tᵀ S T.
template <bool transposed>
HWY_INLINE Symmetric sandwich(const Square& t, const Symmetric& s) {
    const auto at = [&t](std::size_t i, std::size_t j)
                        HWY_ATTR { return transposed ? t.a[j][i] : t.a[i][j]; };
    Square half;
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            half.a[i][j] =
                at(i, 0) * element(s, 0, j) + at(i, 1) * element(s, 1, j) + at(i, 2) * element(s, 2, j);
    Symmetric out;
    for (std::size_t i = 0, k = 0; i < 3; ++i)
        for (std::size_t j = i; j < 3; ++j, ++k)
            out.a[k] = half.a[i][0] * at(j, 0) + half.a[i][1] * at(j, 1) + half.a[i][2] * at(j, 2);
    return out;
}

/// One time of the filter: what is expected before its reading, and what the reading says.
struct Moment {
    State mean;
    Symmetric covariance;
    Vector innovation;  ///< 0 where there is no reading
    Vector weight;      ///< 1 / variance of the innovation; 0 without a reading
};

/// The wells in the lanes.
class Process {
  public:
    Process(const Curves& curves, const GaussianProcessOptions& options)
        : curves_(curves),
          options_(options),
          value_(curves.times() * lane_count),
          used_(value_.size()),
          moments_(hwy::AllocateAligned<Moment>(curves.times())) {}

    void run(std::size_t first_well, std::size_t wells, std::span<GaussianProcessRate> out) {
        load(first_well, wells);
        for (in::Search& search : searches_)
            search = in::search_of(curves_, options_);
        HWY_ALIGN double likelihood[lane_count];
        for (int k = 0; k < in::Search::evaluations(); ++k) {
            for (std::size_t lane = 0; lane < lane_count; ++lane)
                set_lane(lane, searches_[lane].next());
            hn::Store(filter(false), Lanes(), likelihood);
            for (std::size_t lane = 0; lane < lane_count; ++lane)
                searches_[lane].tell(likelihood[lane]);
        }
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            set_lane(lane, searches_[lane].best());
        filter(true);
        smooth();
        for (std::size_t lane = 0; lane < wells; ++lane)
            out[first_well + lane] = describe(lane);
    }

  private:
    void set_lane(std::size_t lane, const in::Search::Point& point) {
        decay_[lane] = sqrt5 / curve::exponential(point[0]);
        noise_[lane] = curve::exponential(point[1]);
    }

    void load(std::size_t first_well, std::size_t wells) {
        const Vector nothing = number(0);
        Vector sum = nothing, count = nothing;
        for (std::size_t i = 0; i < curves_.times(); ++i) {
            HWY_ALIGN double x[lane_count];
            for (std::size_t lane = 0; lane < lane_count; ++lane)
                x[lane] = lane < wells ? curves_.at(i, first_well + lane) : 0.0;
            const Vector raw = hn::Load(Lanes(), x);
            const auto usable =
                hn::And(hn::Gt(raw, nothing), hn::Le(raw, number(std::numeric_limits<double>::max())));
            const Vector y =
                hn::IfThenElseZero(usable, natural_log(Lanes(), hn::IfThenElse(usable, raw, number(1))));
            const Vector w = hn::IfThenElseZero(usable, number(1));
            hn::StoreU(y, Lanes(), &value_[i * lane_count]);
            hn::StoreU(w, Lanes(), &used_[i * lane_count]);
            sum = sum + y;
            count = count + w;
        }
        const Vector mean = sum / hn::Max(count, number(1));
        for (std::size_t i = 0; i < curves_.times(); ++i)
            hn::StoreU(hn::LoadU(Lanes(), &value_[i * lane_count]) - mean, Lanes(), &value_[i * lane_count]);
        hn::Store(mean, Lanes(), mean_);
        hn::Store(count, Lanes(), count_);
    }

    /// The Kalman filter; the log likelihood with the variance of the process solved for. Keeps what the
    /// smoother needs.
    Vector filter(bool keep) {
        const Vector decay = hn::Load(Lanes(), decay_), noise = hn::Load(Lanes(), noise_);
        State mean{{number(0), number(0), number(0)}};
        Symmetric covariance = stationary();
        Vector squares = number(0), log_variances = number(0);
        Square t{};
        double last_dt = -1;
        for (std::size_t i = 0; i < curves_.times(); ++i) {
            if (i > 0) {
                const double dt = curves_.times_h[i] - curves_.times_h[i - 1];
                if (dt != last_dt)
                    t = transition(decay * number(dt));
                last_dt = dt;
                mean = times(t, mean);
                covariance = predict(t, covariance);
            }
            const Vector used = hn::LoadU(Lanes(), &used_[i * lane_count]);
            const Vector variance = covariance.a[0] + noise;
            const Vector weight = used / variance;
            const Vector innovation = used * (hn::LoadU(Lanes(), &value_[i * lane_count]) - mean.x[0]);
            if (keep)
                moments_[i] = {mean, covariance, innovation, weight};
            squares = squares + innovation * innovation * weight;
            log_variances = log_variances + used * natural_log_of_normal(Lanes(), variance);
            update(mean, covariance, innovation, weight);
        }
        const Vector count = hn::Load(Lanes(), count_);
        const Vector process = squares / hn::Max(count, number(1));
        hn::Store(process, Lanes(), process_variance_);
        const Vector constant = number(1 + curve::natural_log(2 * std::numbers::pi));
        return number(-0.5) * (count * (natural_log(Lanes(), process) + constant) + log_variances);
    }

    HWY_INLINE static Symmetric predict(const Square& t, const Symmetric& covariance) {
        const Symmetric rest = stationary();
        Symmetric away;
        for (std::size_t k = 0; k < 6; ++k)
            away.a[k] = covariance.a[k] - rest.a[k];
        Symmetric out = sandwich<false>(t, away);
        for (std::size_t k = 0; k < 6; ++k)
            out.a[k] = out.a[k] + rest.a[k];
        return out;
    }

    HWY_INLINE static void update(State& mean, Symmetric& covariance, Vector innovation, Vector weight) {
        const Vector column[3] = {covariance.a[0], covariance.a[1], covariance.a[2]};
        for (std::size_t i = 0, k = 0; i < 3; ++i) {
            mean.x[i] = mean.x[i] + column[i] * weight * innovation;
            for (std::size_t j = i; j < 3; ++j, ++k)
                covariance.a[k] = covariance.a[k] - column[i] * column[j] * weight;
        }
    }

    /// (I − K H)ᵀ x and (I − K H)ᵀ S (I − K H) of one time, K = column · weight, H = (1 0 0).
    HWY_INLINE static void take_back(const Moment& m, State& adjoint, Symmetric& information) {
        const Symmetric& p = m.covariance;
        Square c{{{number(1) - p.a[0] * m.weight, number(0), number(0)},
                  {hn::Neg(p.a[1] * m.weight), number(1), number(0)},
                  {hn::Neg(p.a[2] * m.weight), number(0), number(1)}}};
        adjoint = times_transposed(c, adjoint);
        adjoint.x[0] = adjoint.x[0] - m.innovation * m.weight;
        information = sandwich<true>(c, information);
        information.a[0] = information.a[0] + m.weight;
    }

    /// Modified Bryson–Frazier: backwards, without a matrix to invert. Keeps the steepest time.
    void smooth() {
        const Vector decay = hn::Load(Lanes(), decay_);
        State adjoint{{number(0), number(0), number(0)}};
        Symmetric information{{number(0), number(0), number(0), number(0), number(0), number(0)}};
        Vector best = number(-std::numeric_limits<double>::infinity());
        Vector variance = number(0), time = number(0), value = number(0), seen = number(0);
        Vector left = hn::Load(Lanes(), count_);
        for (std::size_t i = curves_.times(); i-- > 0;) {
            const Moment& m = moments_[i];
            take_back(m, adjoint, information);
            const State shift = times(m.covariance, adjoint);
            const State row{{m.covariance.a[1], m.covariance.a[3], m.covariance.a[4]}};
            const State heard = times(information, row);
            const Vector slope = m.mean.x[1] - shift.x[1];
            const Vector used = hn::LoadU(Lanes(), &used_[i * lane_count]);
            seen = hn::Max(seen, used);
            const auto steeper =
                hn::And(hn::And(hn::Gt(seen, number(0)), hn::Gt(left, number(0))), hn::Ge(slope, best));
            left = left - used;
            best = hn::IfThenElse(steeper, slope, best);
            const Vector told = row.x[0] * heard.x[0] + row.x[1] * heard.x[1] + row.x[2] * heard.x[2];
            variance = hn::IfThenElse(steeper, m.covariance.a[3] - told, variance);
            time = hn::IfThenElse(steeper, number(curves_.times_h[i]), time);
            value = hn::IfThenElse(steeper, m.mean.x[0] - shift.x[0], value);
            if (i > 0) {
                const Square t = transition(decay * number(curves_.times_h[i] - curves_.times_h[i - 1]));
                adjoint = times_transposed(t, adjoint);
                information = sandwich<true>(t, information);
            }
        }
        hn::Store(best, Lanes(), best_);
        hn::Store(variance, Lanes(), variance_);
        hn::Store(time, Lanes(), time_);
        hn::Store(value, Lanes(), best_value_);
    }

    GaussianProcessRate describe(std::size_t lane) const {
        GaussianProcessRate out;
        out.points = static_cast<std::uint32_t>(count_[lane]);
        const in::Search& search = searches_[lane];
        if (out.points < in::points_needed(options_) || !std::isfinite(search.likelihood()))
            return out;
        const double process_sd = std::sqrt(process_variance_[lane]);
        out.rate_per_h = best_[lane] * decay_[lane];
        out.standard_error_per_h = std::sqrt(std::max(variance_[lane], 0.0)) * process_sd * decay_[lane];
        out.time_h = time_[lane];
        out.ln_value = mean_[lane] + best_value_[lane];
        out.length_h = sqrt5 / decay_[lane];
        out.process_sd = process_sd;
        out.noise_sd = process_sd * std::sqrt(noise_[lane]);
        out.log_likelihood = search.likelihood();
        out.length_at_bound = search.length_at_bound();
        return out;
    }

    static constexpr double sqrt5 = 2.2360679774997896964;

    const Curves& curves_;
    const GaussianProcessOptions& options_;
    std::vector<double> value_;
    std::vector<double> used_;
    hwy::AlignedFreeUniquePtr<Moment[]> moments_;
    in::Search searches_[lane_count];
    HWY_ALIGN double decay_[lane_count] = {};
    HWY_ALIGN double noise_[lane_count] = {};
    HWY_ALIGN double mean_[lane_count] = {};
    HWY_ALIGN double count_[lane_count] = {};
    HWY_ALIGN double process_variance_[lane_count] = {};
    HWY_ALIGN double best_[lane_count] = {};
    HWY_ALIGN double variance_[lane_count] = {};
    HWY_ALIGN double time_[lane_count] = {};
    HWY_ALIGN double best_value_[lane_count] = {};
};

}  // namespace gaussian_process

void fit_processes(const Curves& curves, const GaussianProcessOptions& options,
                   std::span<GaussianProcessRate> out) {
    gaussian_process::Process process(curves, options);
    for (std::size_t first = 0; first < curves.wells; first += lane_count)
        process.run(first, std::min(lane_count, curves.wells - first), out);
}

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::curve {

HWY_EXPORT(fit_processes);

void gaussian_process_rates(const Curves& curves, const GaussianProcessOptions& options,
                            std::span<GaussianProcessRate> out) noexcept {
    assert(curves.consistent() && out.size() == curves.wells);
    std::fill(out.begin(), out.end(), GaussianProcessRate{});
    if (curves.times() >= 4)
        HWY_DYNAMIC_DISPATCH(fit_processes)(curves, options, out);
}

}  // namespace wellsieve::kernels::curve
#endif
