#include "kernels/curve/steady_state_fluxes.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/curve/exp_log.hpp"
#include "kernels/stats/normal_draws.hpp"

namespace wellsieve::kernels::curve {
namespace {

constexpr double golden = 0.38196601125010515;  ///< (3 − √5) / 2
constexpr int rate_grid = 24;

struct Least {
    double at;
    double value;
};

/// Minimum of a function with one minimum between low and high, by golden sections.
template <class Function>
Least golden_section(double low, double high, double tolerance, Function f) {
    double x1 = low + golden * (high - low), x2 = high - golden * (high - low);
    double f1 = f(x1), f2 = f(x2);
    while (high - low > tolerance) {
        if (f1 <= f2) {
            high = x2;
            x2 = x1;
            f2 = f1;
            f1 = f(x1 = low + golden * (high - low));
        } else {
            low = x1;
            x1 = x2;
            f1 = f2;
            f2 = f(x2 = high - golden * (high - low));
        }
    }
    return f1 <= f2 ? Least{x1, f1} : Least{x2, f2};
}

/// Weighted sums for c0 a + c1 b ≈ y.
struct Pair {
    double aa = 0, ab = 0, bb = 0, ay = 0, by = 0, yy = 0;
    int n = 0;
};

/// The model with all but μ and lag solved for.
class Profile {
  public:
    Profile(const VesselSamples& samples, const FluxOptions& options)
        : samples_(samples),
          options_(options),
          values_(samples.values.begin(), samples.values.end()),
          growth_(samples.times_h.size()),
          linear_(2 * samples.columns) {}

    std::vector<double>& values() { return values_; }
    /// X0 (column 0), and M0 and q X0 of each metabolite: [column][2], as the last call of chi_square left
    /// them.
    std::span<const double> linear() const { return linear_; }

    double chi_square(double rate, double lag) {
        for (std::size_t i = 0; i < growth_.size(); ++i)
            growth_[i] = exponential(rate * std::max(samples_.times_h[i] - lag, 0.0));
        double sum = biomass();
        for (std::size_t c = 1; c < samples_.columns; ++c)
            sum += metabolite(c, rate, lag);
        return sum;
    }

    /// What the last call fitted, in the places of the values.
    void simulate(double rate, double lag, std::span<double> out) const {
        for (std::size_t i = 0; i < growth_.size(); ++i)
            for (std::size_t c = 0; c < samples_.columns; ++c) {
                const Terms terms = c == 0 ? Terms{growth_[i], 0} : terms_of(i, c, rate, lag);
                out[i * samples_.columns + c] =
                    linear_[2 * c] * terms.start + linear_[2 * c + 1] * terms.made;
            }
    }

  private:
    struct Terms {
        double start;  ///< what is left of M0
        double made;   ///< per q X0
    };

    Terms terms_of(std::size_t i, std::size_t column, double rate, double lag) const {
        const double t = samples_.times_h[i];
        const double k = options_.degradation_per_h.empty() ? 0 : options_.degradation_per_h[column - 1];
        if (k == 0)
            return {1, (growth_[i] - 1) / rate};
        const double decayed = exponential(-k * std::max(t - lag, 0.0));
        return {exponential(-k * t), (growth_[i] - decayed) / (rate + k)};
    }

    double weight(std::size_t at) const {
        return std::isfinite(values_[at]) ? 1 / (samples_.sd[at] * samples_.sd[at]) : 0;
    }

    double biomass() {
        double gg = 0, gx = 0, xx = 0;
        for (std::size_t i = 0; i < growth_.size(); ++i) {
            const std::size_t at = i * samples_.columns;
            const double w = weight(at);
            if (w == 0)
                continue;
            gg += w * growth_[i] * growth_[i];
            gx += w * growth_[i] * values_[at];
            xx += w * values_[at] * values_[at];
        }
        linear_[0] = gx / gg;
        linear_[1] = 0;
        return xx - gx * gx / gg;
    }

    double metabolite(std::size_t column, double rate, double lag) {
        Pair s;
        for (std::size_t i = 0; i < growth_.size(); ++i) {
            const std::size_t at = i * samples_.columns + column;
            const double w = weight(at);
            if (w == 0)
                continue;
            const auto [a, b] = terms_of(i, column, rate, lag);
            const double y = values_[at];
            s.aa += w * a * a;
            s.ab += w * a * b;
            s.bb += w * b * b;
            s.ay += w * a * y;
            s.by += w * b * y;
            s.yy += w * y * y;
            ++s.n;
        }
        const double determinant = s.aa * s.bb - s.ab * s.ab;
        linear_[2 * column] = linear_[2 * column + 1] = undefined;
        if (s.n < 2 || !(determinant > 1e-12 * s.aa * s.bb))
            return 0;
        linear_[2 * column] = (s.bb * s.ay - s.ab * s.by) / determinant;
        linear_[2 * column + 1] = (s.aa * s.by - s.ab * s.ay) / determinant;
        return std::max(s.yy - linear_[2 * column] * s.ay - linear_[2 * column + 1] * s.by, 0.0);
    }

    const VesselSamples& samples_;
    const FluxOptions& options_;
    std::vector<double> values_;
    std::vector<double> growth_;
    std::vector<double> linear_;
};

struct Found {
    double log_rate = undefined;
    double lag = 0;
    double chi_square = std::numeric_limits<double>::infinity();
};

/// Looks for μ and λ. Between two sampling times the sum of squares is smooth in λ, across one it has a kink.
class Search {
  public:
    Search(Profile& profile, const FluxOptions& options, double max_lag, std::span<const double> times_h)
        : profile_(profile),
          low_(natural_log(options.min_rate_per_h)),
          high_(natural_log(options.max_rate_per_h)) {
        edges_.push_back(0);
        for (const double t : times_h)
            if (options.with_lag && t > edges_.back() && t < max_lag)
                edges_.push_back(t);
        if (options.with_lag && max_lag > edges_.back())
            edges_.push_back(max_lag);
    }

    Found run() const {
        Found best = rate_from_grid(0);
        for (std::size_t i = 0; i + 1 < edges_.size(); ++i)
            best = better(best, edges_[i], edges_[i + 1], 1e-7,
                          [this](double lag) { return rate_from_grid(lag); });
        return best;
    }

    /// The minimum near another: λ between the same sampling times or the next ones, μ within a factor of
    /// two.
    Found near(const Found& from) const {
        const auto rate = [&](double lag) {
            return rate_between(from.log_rate - 0.7, from.log_rate + 0.7, lag, 1e-6);
        };
        Found best = rate(from.lag);
        for (std::size_t i = 0; i + 1 < edges_.size(); ++i)
            if (from.lag >= edges_[i == 0 ? 0 : i - 1] &&
                from.lag <= edges_[std::min(i + 2, edges_.size() - 1)])
                best = better(best, edges_[i], edges_[i + 1], 1e-4, rate);
        return best;
    }

    bool at_bound(double log_rate) const { return log_rate - low_ < 1e-6 || high_ - log_rate < 1e-6; }

  private:
    template <class Rate>
    Found better(Found best, double from, double to, double share, Rate rate) const {
        const Least lag =
            golden_section(from, to, share * edges_.back(), [&](double x) { return rate(x).chi_square; });
        for (const double x : {from, lag.at, to}) {
            const Found found = rate(x);
            best = found.chi_square < best.chi_square ? found : best;
        }
        return best;
    }

    Found rate_between(double from, double to, double lag, double tolerance) const {
        const auto f = [&](double x) { return profile_.chi_square(exponential(x), lag); };
        const Least found = golden_section(std::max(from, low_), std::min(to, high_), tolerance, f);
        return {found.at, lag, found.value};
    }

    Found rate_from_grid(double lag) const {
        const double step = (high_ - low_) / rate_grid;
        int best = 0;
        double least = std::numeric_limits<double>::infinity();
        for (int i = 0; i <= rate_grid; ++i)
            if (const double value = profile_.chi_square(exponential(low_ + i * step), lag); value < least) {
                least = value;
                best = i;
            }
        return rate_between(low_ + (best - 1) * step, low_ + (best + 1) * step, lag, 1e-9);
    }

    Profile& profile_;
    double low_;
    double high_;
    std::vector<double> edges_;
};

/// Fitted numbers in one row: X0, μ, lag, then q and M0 of each metabolite.
std::vector<double> row_of(Profile& profile, const Found& found, std::size_t columns) {
    const double rate = exponential(found.log_rate);
    profile.chi_square(rate, found.lag);
    const std::span<const double> linear = profile.linear();
    std::vector<double> row{linear[0], rate, found.lag};
    for (std::size_t c = 1; c < columns; ++c) {
        row.push_back(linear[2 * c + 1] / linear[0]);
        row.push_back(linear[2 * c]);
    }
    return row;
}

/// Percentile of sorted numbers, as NumPy's default.
double percentile(std::span<const double> sorted, double p) {
    const double at = p * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Interval interval_of(std::vector<double> x, double confidence) {
    if (x.size() < 2 || std::any_of(x.begin(), x.end(), [](double v) { return std::isnan(v); }))
        return {};
    std::sort(x.begin(), x.end());
    double mean = 0, squares = 0;
    for (const double v : x)
        mean += v / static_cast<double>(x.size());
    for (const double v : x)
        squares += (v - mean) * (v - mean);
    return {percentile(x, (1 - confidence) / 2), percentile(x, (1 + confidence) / 2),
            std::sqrt(squares / static_cast<double>(x.size() - 1))};
}

void add_intervals(const VesselSamples& samples, const FluxOptions& options, const Search& search,
                   const Found& found, Profile& profile, SteadyState& out, std::span<Flux> fluxes) {
    std::vector<double> fitted(samples.values.size());
    profile.simulate(exponential(found.log_rate), found.lag, fitted);
    std::vector<std::vector<double>> drawn(3 + 2 * samples.metabolites());
    for (std::uint32_t draw = 0; draw < options.draws; ++draw) {
        stats::normal_draws({options.seed, options.stream, draw}, fitted, samples.sd, profile.values());
        for (std::size_t at = 0; at < fitted.size(); ++at)
            if (!std::isfinite(samples.values[at]))
                profile.values()[at] = undefined;
        const Found again = search.near(found);
        const std::vector<double> row = row_of(profile, again, samples.columns);
        for (std::size_t p = 0; p < row.size(); ++p)
            drawn[p].push_back(row[p]);
    }
    out.initial_biomass_interval = interval_of(drawn[0], options.confidence);
    out.growth_rate_interval = interval_of(drawn[1], options.confidence);
    out.lag_interval = interval_of(drawn[2], options.confidence);
    for (std::size_t m = 0; m < fluxes.size(); ++m) {
        fluxes[m].specific_rate_interval = interval_of(drawn[3 + 2 * m], options.confidence);
        fluxes[m].initial_interval = interval_of(drawn[4 + 2 * m], options.confidence);
    }
}

}  // namespace

SteadyState fit_steady_state(const VesselSamples& samples, const FluxOptions& options,
                             std::span<Flux> fluxes) {
    assert(samples.values.size() == samples.times_h.size() * samples.columns);
    assert(samples.sd.size() == samples.values.size() && fluxes.size() == samples.metabolites());
    assert(options.degradation_per_h.empty() || options.degradation_per_h.size() == fluxes.size());
    SteadyState out;
    std::fill(fluxes.begin(), fluxes.end(), Flux{});
    int grown = 0;
    for (std::size_t i = 0; i < samples.times_h.size(); ++i)
        grown += samples.values[i * samples.columns] > 0;
    for (const double x : samples.values)
        out.points += std::isfinite(x);
    if (grown < 2)
        return out;
    const double max_lag = std::isnan(options.max_lag_h) ? samples.times_h.back() / 2 : options.max_lag_h;
    Profile profile(samples, options);
    const Search search(profile, options, max_lag, samples.times_h);
    const Found found = search.run();
    const std::vector<double> row = row_of(profile, found, samples.columns);
    out.initial_biomass = row[0];
    out.growth_rate_per_h = row[1];
    out.lag_h = row[2];
    out.chi_square = found.chi_square;
    out.rate_at_bound = search.at_bound(found.log_rate);
    out.parameters = options.with_lag ? 3 : 2;
    for (std::size_t m = 0; m < fluxes.size(); ++m) {
        fluxes[m].specific_rate = row[3 + 2 * m];
        fluxes[m].initial = row[4 + 2 * m];
        out.parameters += std::isnan(fluxes[m].initial) ? 0 : 2;
    }
    if (options.draws > 0)
        add_intervals(samples, options, search, found, profile, out, fluxes);
    return out;
}

}  // namespace wellsieve::kernels::curve
