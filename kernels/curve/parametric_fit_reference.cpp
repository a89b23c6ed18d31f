#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <vector>

#include "kernels/curve/parametric_fit.hpp"
#include "kernels/curve/parametric_fit_internal.hpp"

namespace wellsieve::kernels::curve {
namespace {

namespace in = parametric_fit_internal;

using Parameters = std::array<double, growth_parameter_count>;
using Fitted = std::array<double, in::most_parameters>;

double softplus(double x) {
    return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

double baranyi_log(double n0, double k, double rate, double lag, double t) {
    const double h0 = rate * lag;
    const double adjusted =
        rate * t + std::log(std::exp(-rate * t) + std::exp(-h0) - std::exp(-rate * t - h0));
    return std::log(n0) + adjusted - std::log1p((std::exp(adjusted) - 1) * n0 / k);
}

double huang_log(double n0, double k, double rate, double lag, double shape, double t) {
    const double b = (softplus(shape * (t - lag)) - softplus(-shape * lag)) / shape;
    return std::log(n0) + std::log(k) - std::log(n0 + (k - n0) * std::exp(-rate * b));
}

double zwietering_share(GrowthModel model, double a, double rate, double lag, double v, double t) {
    const double x = rate * (lag - t) / a;
    if (model == GrowthModel::zwietering_logistic)
        return 1 / (1 + std::exp(4 * x + 2));
    if (model == GrowthModel::gompertz)
        return std::exp(-std::exp(std::numbers::e * x + 1));
    return std::pow(1 + v * std::exp(1 + v) * std::exp(x * std::pow(1 + v, 1 + 1 / v)), -1 / v);
}

double log_growth(GrowthModel model, const Parameters& parameters, double t) {
    const auto [n0, k, rate, lag, shape] = parameters;
    switch (model) {
        case GrowthModel::logistic:
            return std::log(k / (1 + (k / n0 - 1) * std::exp(-rate * t)));
        case GrowthModel::richards:
            return std::log(k) -
                   std::log1p((std::pow(k / n0, shape) - 1) * std::exp(-shape * rate * t)) / shape;
        case GrowthModel::baranyi:
            return baranyi_log(n0, k, rate, lag, t);
        case GrowthModel::huang:
            return huang_log(n0, k, rate, lag, shape, t);
        default: {
            const double a = std::log(k / n0);
            return std::log(n0) + a * zwietering_share(model, a, rate, lag, shape, t);
        }
    }
}

/// A fit of one curve by plain Levenberg–Marquardt.
class CurveFit {
  public:
    CurveFit(const in::Samples& samples, const FitOptions& options, const in::Start& start)
        : samples_(samples), options_(options), start_(start), slots_(in::slots_of(options.model)) {}

    in::Minimum run() const {
        in::Minimum best;
        best.at = start_.at;
        best.rss = residual_square(best.at);
        double damping = in::first_damping;
        while (best.iterations < options_.max_iterations && damping < in::largest_damping &&
               !best.converged) {
            Fitted gradient{};
            differentiate(best.at, gradient, best.moments);
            const Fitted trial = step(best, gradient, damping);
            const double rss = residual_square(trial);
            ++best.iterations;
            if (rss < best.rss) {
                best.converged = best.rss - rss <= 1e-13 * best.rss && damping < 1e-3;
                best.at = trial;
                best.rss = rss;
                damping /= 5;
            } else {
                best.converged = rss <= best.rss * (1 + 1e-12);
                damping *= 7;
            }
        }
        return best;
    }

  private:
    double model(const Fitted& at, double t) const {
        Parameters p{};
        for (std::size_t i = 0; i < slots_.count; ++i)
            p[static_cast<std::size_t>(slots_.parameter[i])] =
                slots_.parameter[i] == GrowthParameter::lag_h ? at[i] : std::exp(at[i]);
        if (in::is_zwietering(options_.model))
            p[1] = p[0] * std::exp(p[1]);
        const double ln = log_growth(options_.model, p, t);
        return options_.scale == FitScale::linear ? std::exp(ln) : ln;
    }

    double residual_square(const Fitted& at) const {
        double sum = 0;
        for (std::size_t i = 0; i < samples_.value.size(); ++i)
            if (samples_.weight[i] != 0) {
                const double r = model(at, samples_.times_h[i]) - samples_.value[i];
                sum += r * r;
            }
        return sum;
    }

    double slope(const Fitted& at, std::size_t p, double t) const {
        const double h = 1e-6 * std::max(1.0, std::abs(at[p]));
        Fitted above = at, below = at;
        above[p] += h;
        below[p] -= h;
        return (model(above, t) - model(below, t)) / (2 * h);
    }

    void differentiate(const Fitted& at, Fitted& gradient,
                       std::array<double, in::most_moments>& moments) const {
        moments.fill(0);
        for (std::size_t i = 0; i < samples_.value.size(); ++i) {
            if (samples_.weight[i] == 0)
                continue;
            const double t = samples_.times_h[i];
            const double r = model(at, t) - samples_.value[i];
            Fitted j{};
            for (std::size_t p = 0; p < slots_.count; ++p)
                j[p] = slope(at, p, t);
            for (std::size_t p = 0, m = 0; p < slots_.count; ++p) {
                gradient[p] += j[p] * r;
                for (std::size_t q = p; q < slots_.count; ++q, ++m)
                    moments[m] += j[p] * j[q];
            }
        }
    }

    Fitted step(const in::Minimum& from, const Fitted& gradient, double damping) const {
        std::array<std::array<double, in::most_parameters + 1>, in::most_parameters> a{};
        for (std::size_t p = 0, m = 0; p < slots_.count; ++p)
            for (std::size_t q = p; q < slots_.count; ++q, ++m)
                a[p][q] = a[q][p] = from.moments[m] * (p == q ? 1 + damping : 1);
        for (std::size_t p = 0; p < slots_.count; ++p) {
            a[p].back() = -gradient[p];
            const bool held = (from.at[p] <= start_.low[p] && gradient[p] >= 0) ||
                              (from.at[p] >= start_.high[p] && gradient[p] <= 0) || !(a[p][p] > 0);
            if (!held)
                continue;
            for (std::size_t q = 0; q < slots_.count; ++q)
                a[p][q] = a[q][p] = p == q;
            a[p].back() = 0;
        }
        Fitted out = eliminate(a);
        for (std::size_t p = 0; p < slots_.count; ++p)
            out[p] = std::clamp(from.at[p] + out[p], start_.low[p], start_.high[p]);
        return out;
    }

    Fitted eliminate(std::array<std::array<double, in::most_parameters + 1>, in::most_parameters>& a) const {
        const std::size_t n = slots_.count;
        for (std::size_t k = 0; k < n; ++k)
            for (std::size_t i = 0; i < n; ++i) {
                const double factor = i == k ? 0 : a[i][k] / a[k][k];
                for (std::size_t j = 0; j <= in::most_parameters; ++j)
                    a[i][j] -= factor * a[k][j];
            }
        Fitted out{};
        for (std::size_t p = 0; p < n; ++p)
            out[p] = a[p].back() / a[p][p];
        return out;
    }

    const in::Samples& samples_;
    const FitOptions& options_;
    const in::Start& start_;
    in::Slots slots_;
};

}  // namespace

double growth_at(GrowthModel model, const std::array<double, growth_parameter_count>& parameters,
                 double time_h) noexcept {
    return std::exp(log_growth(model, parameters, time_h));
}

void fit_growth_reference(const Curves& curves, const FitOptions& options,
                          std::span<GrowthFit> out) noexcept {
    assert(curves.consistent() && out.size() == curves.wells);
    std::vector<double> value(curves.times()), weight(curves.times());
    const in::Samples samples{curves.times_h, value, weight};
    for (std::size_t well = 0; well < curves.wells; ++well) {
        const in::Loaded loaded = in::load(curves, well, options.scale, samples);
        const FitOutcome refusal = in::refusal(loaded, options.model);
        if (refusal != FitOutcome::converged) {
            out[well] = in::refused(refusal, loaded.points);
            continue;
        }
        in::Minimum best;
        in::Start start;
        for (std::size_t index = 0; index < in::start_count(options.model); ++index) {
            start = in::find_start(samples, loaded, options, index);
            const in::Minimum found = CurveFit(samples, options, start).run();
            if (index == 0 || found.rss < best.rss)
                best = found;
        }
        out[well] = in::describe(best, start, loaded, options);
    }
}

}  // namespace wellsieve::kernels::curve
