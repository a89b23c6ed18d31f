#include <algorithm>
#include <cmath>

#include "kernels/curve/exp_log.hpp"
#include "kernels/curve/growth_rate_internal.hpp"

namespace wellsieve::kernels::curve::growth_rate_internal {
namespace {

constexpr double selection_at_reference = 2.5;
constexpr double selection_reference = 120;  ///< readings
constexpr double selection_growth = 0.6;     ///< by e times as many readings
constexpr double least_selection = 1;
constexpr double interval_widening = 1.15;
constexpr double bias_left = 0.1;  ///< in the slope of the cubic, of what it takes from the line's
constexpr double step_wider = 1.25;
constexpr int most_steps = 4;
constexpr std::size_t cubic_terms = 4;
constexpr std::size_t fewest_cubic_points = 6;
using CubicTerms = std::array<double, cubic_terms>;

/// The variance of a weighted fit relative to the noise expected, shrunken towards 1; NaN without evidence.
double relative_variance(double chi_square, double dof, double noise_dof) noexcept {
    return noise_dof + dof > 0 ? (noise_dof + chi_square) / (noise_dof + dof) : undefined;
}

/// The slope of a cubic and its standard error.
struct Slope {
    double value;
    double error;
};

/// A weighted cubic through the readings within `half_width` of `middle`, in x = (t − middle) / half_width.
class Cubic {
  public:
    Cubic(const WeightedLogs& logs, double middle, double half_width)
        : logs_(logs), middle_(middle), half_width_(half_width) {
        const auto row = [&](auto place) { return static_cast<std::size_t>(place - logs.times_h.begin()); };
        const double reach = half_width * just_beyond;
        first_ = row(std::lower_bound(logs.times_h.begin(), logs.times_h.end(), middle - reach));
        end_ = row(std::upper_bound(logs.times_h.begin(), logs.times_h.end(), middle + reach));
        for (std::size_t i = first_; i < end_; ++i)
            points_ += logs.weight_at(i) > 0;
    }

    std::size_t points() const noexcept { return points_; }

    /// False where the readings cannot tell the four terms apart.
    bool fit(double noise_dof) noexcept {
        accumulate();
        if (!invert())
            return false;
        for (std::size_t i = 0; i < cubic_terms; ++i)
            for (std::size_t j = 0; j < cubic_terms; ++j)
                coefficients_[i] += inverse_[i][j] * right_[j];
        dof_ = noise_dof + static_cast<double>(points_ - cubic_terms);
        variance_ = relative_variance(chi_square(), dof_ - noise_dof, noise_dof);
        return true;
    }

    double dof() const noexcept { return dof_; }

    Slope slope_at(double time_h) const noexcept {
        const double x = (time_h - middle_) / half_width_;
        const CubicTerms derivative{0, 1, 2 * x, 3 * x * x};
        double value = 0;
        double variance = 0;
        for (std::size_t i = 0; i < cubic_terms; ++i) {
            value += derivative[i] * coefficients_[i];
            for (std::size_t j = 0; j < cubic_terms; ++j)
                variance += derivative[i] * derivative[j] * inverse_[i][j];
        }
        return {value / half_width_, std::sqrt(variance * variance_) / half_width_};
    }

  private:
    void accumulate() noexcept {
        std::array<double, 2 * cubic_terms - 1> moments{};
        for (std::size_t i = first_; i < end_; ++i) {
            const double x = (logs_.times_h[i] - middle_) / half_width_;
            double power = logs_.weight_at(i);
            for (std::size_t k = 0; k < moments.size(); ++k, power *= x) {
                moments[k] += power;
                if (k < cubic_terms)
                    right_[k] += power * logs_.log_at(i);
            }
        }
        for (std::size_t a = 0; a < cubic_terms; ++a)
            for (std::size_t b = 0; b < cubic_terms; ++b)
                inverse_[a][b] = moments[a + b];
    }

    /// In place, by Gauss and Jordan: the matrix is positive definite.
    bool invert() noexcept {
        const auto before = inverse_;
        for (std::size_t k = 0; k < cubic_terms; ++k) {
            const double pivot = inverse_[k][k];
            if (!(pivot > 1e-10 * before[k][k]))
                return false;
            inverse_[k][k] = 1;
            for (double& x : inverse_[k])
                x /= pivot;
            for (std::size_t i = 0; i < cubic_terms; ++i) {
                if (i == k)
                    continue;
                const double factor = inverse_[i][k];
                inverse_[i][k] = 0;
                for (std::size_t j = 0; j < cubic_terms; ++j)
                    inverse_[i][j] -= factor * inverse_[k][j];
            }
        }
        return true;
    }

    double chi_square() const noexcept {
        const CubicTerms& c = coefficients_;
        double sum = 0;
        for (std::size_t i = first_; i < end_; ++i) {
            const double x = (logs_.times_h[i] - middle_) / half_width_;
            const double residual = logs_.log_at(i) - (c[0] + x * (c[1] + x * (c[2] + x * c[3])));
            sum += logs_.weight_at(i) * residual * residual;
        }
        return sum;
    }

    const WeightedLogs& logs_;
    double middle_;
    double half_width_;
    std::size_t first_ = 0;
    std::size_t end_ = 0;
    std::size_t points_ = 0;
    std::array<CubicTerms, cubic_terms> inverse_{};
    CubicTerms right_{};
    CubicTerms coefficients_{};
    double dof_ = 0;
    double variance_ = 0;
};

/// The line; its window is that of the readings used.
GrowthRate fit_line(const WeightedLogs& logs, std::size_t first, std::size_t end, double noise_dof) noexcept {
    GrowthRate out;
    double sum_w = 0;
    double sum_t = 0;
    double sum_z = 0;
    for (std::size_t i = first; i < end; ++i) {
        const double weight = logs.weight_at(i);
        if (!(weight > 0))
            continue;
        if (out.window_points++ == 0)
            out.window_start_h = logs.times_h[i];
        out.window_end_h = logs.times_h[i];
        sum_w += weight;
        sum_t += weight * logs.times_h[i];
        sum_z += weight * logs.log_at(i);
    }
    const double mean_t = sum_t / sum_w;
    const double mean_z = sum_z / sum_w;
    double stt = 0;
    double stz = 0;
    double szz = 0;
    for (std::size_t i = first; i < end; ++i) {
        const double weight = logs.weight_at(i);
        const double t = logs.times_h[i] - mean_t;
        const double z = weight > 0 ? logs.log_at(i) - mean_z : 0;
        stt += weight * t * t;
        stz += weight * t * z;
        szz += weight * z * z;
    }
    out.rate_per_h = stz / stt;
    out.ln_intercept = mean_z - out.rate_per_h * mean_t;
    out.r_squared = stz * stz / (stt * szz);
    out.time_h = (out.window_start_h + out.window_end_h) / 2;
    const double chi_square = std::max(0.0, szz - out.rate_per_h * stz);
    out.standard_error_per_h =
        std::sqrt(relative_variance(chi_square, out.window_points - 2.0, noise_dof) / stt);
    return out;
}

/// Whether the window begins within a quarter of its readings from the first: the rate may have been larger
/// before.
bool begins_with_the_curve(const WeightedLogs& logs, std::size_t first, std::size_t window_points) noexcept {
    std::size_t before = 0;
    for (std::size_t i = 0; i < first; ++i)
        before += logs.weight_at(i) > 0;
    return before < std::max<std::size_t>(2, window_points / 4);
}

void set_interval(const WeightedLogs& logs, std::size_t first, double noise_dof, GrowthRate& rate) noexcept {
    double half_width = (rate.window_end_h - rate.window_start_h) / 2 * interval_widening;
    for (int step = 0; step < most_steps; ++step, half_width *= step_wider) {
        Cubic cubic(logs, rate.time_h, half_width);
        if (cubic.points() < fewest_cubic_points || !cubic.fit(noise_dof))
            continue;
        const double t = t_quantile(cubic.dof());
        const Slope middle = cubic.slope_at(rate.time_h);
        const double reach = t * middle.error + bias_left * std::abs(middle.value - rate.rate_per_h);
        rate.lower_per_h = middle.value - reach;
        rate.upper_per_h = middle.value + reach;
        if (begins_with_the_curve(logs, first, rate.window_points)) {
            const Slope start = cubic.slope_at(rate.window_start_h);
            rate.upper_per_h = std::max(rate.upper_per_h, start.value + t * start.error);
        }
        break;
    }
    if (std::isnan(rate.lower_per_h)) {
        const double t = t_quantile(noise_dof + rate.window_points - 2.0);
        rate.lower_per_h = rate.rate_per_h - t * rate.standard_error_per_h;
        rate.upper_per_h = rate.rate_per_h + t * rate.standard_error_per_h;
    }
    rate.lower_per_h = std::min(rate.lower_per_h, rate.rate_per_h);
    rate.upper_per_h = std::max(rate.upper_per_h, rate.rate_per_h);
}

/// In hours.
std::vector<double> window_widths(const GrowthRateOptions& options, std::span<const double> times_h) {
    if (!std::isnan(options.window_h))
        return {options.window_h * just_beyond};
    std::vector<double> out;
    const double span_h = times_h.empty() ? 0 : times_h.back() - times_h.front();
    double width = std::min(narrowest_h, narrowest_share * span_h);
    double last = 0;
    do {
        last = width * just_beyond;
        if (!(last < options.near_window_h / 2) && !(width > options.near_window_h * 2))
            out.push_back(last);
        width *= wider;
    } while (last < span_h);
    return out;
}

/// Running sums of the lines through ln of a curve without noise.
class LevelSums {
  public:
    struct Score {
        double readings;
        double score;
        double error;
    };

    LevelSums(const Curves& copies, double detection_limit, double noise_sd)
        : times_h_(copies.times_h), sums_(copies.times() + 1) {
        const double limit =
            std::max((visible_noise - reach_noise) * noise_sd, detection_limit - reach_noise * noise_sd);
        double readings = 0;
        for (std::size_t row = 0; row < copies.times(); ++row) {
            const double level = copies.at(row, copies.wells - 1);
            readings += std::isfinite(level) ? 1 : 0;
            Sums& next = sums_[row + 1];
            next = sums_[row];
            if (!(level > limit))
                continue;
            const double weight = level / noise_sd * (level / noise_sd);
            const double t = times_h_[row] - times_h_[0];
            const double z = natural_log(level);
            next.w += weight;
            next.wt += weight * t;
            next.wz += weight * z;
            next.wtt += weight * t * t;
            next.wtz += weight * t * z;
            next.readings += 1;
        }
        selection_ = selection_errors(readings);
    }

    Score score_of(const Window& window) const noexcept {
        const Sums& a = sums_[window.first];
        const Sums& b = sums_[window.end];
        const double mean_t = (b.wt - a.wt) / (b.w - a.w);
        const double stt = (b.wtt - a.wtt) - mean_t * (b.wt - a.wt);
        const double stz = (b.wtz - a.wtz) - mean_t * (b.wz - a.wz);
        const double error = 1 / std::sqrt(stt);
        return {b.readings - a.readings, stz / stt - selection_ * error, error};
    }

  private:
    struct Sums {
        double w = 0, wt = 0, wz = 0, wtt = 0, wtz = 0, readings = 0;
    };

    std::span<const double> times_h_;
    std::vector<Sums> sums_;
    double selection_ = 0;
};

}  // namespace

double selection_errors(double readings) noexcept {
    return std::max(least_selection,
                    selection_at_reference + selection_growth * natural_log(readings / selection_reference));
}

double t_quantile(double dof) noexcept {
    return 1.6449 + 1.524 / dof + 1.42 / (dof * dof);
}

std::vector<Stencil> noise_stencils(std::span<const double> times_h) {
    std::vector<Stencil> out;
    for (std::size_t first = 0; first + stencil <= times_h.size(); ++first) {
        Stencil weights;
        double squares = 0;
        for (std::size_t i = 0; i < stencil; ++i) {
            weights[i] = 1;
            for (std::size_t j = 0; j < stencil; ++j)
                if (j != i)
                    weights[i] /= times_h[first + i] - times_h[first + j];
            squares += weights[i] * weights[i];
        }
        for (double& weight : weights)
            weight /= std::sqrt(squares);
        out.push_back(weights);
    }
    return out;
}

std::vector<Window> windows_of(const GrowthRateOptions& options, std::span<const double> times_h) {
    std::vector<Window> out;
    for (const double width : window_widths(options, times_h)) {
        std::size_t end = 0;
        for (std::size_t first = 0; first < times_h.size(); ++first) {
            while (end < times_h.size() && times_h[end] - times_h[first] <= width)
                ++end;
            if (end - first >= options.min_points)
                out.push_back({first, end});
        }
    }
    return out;
}

std::vector<Window> windows_in_reach(const std::vector<Window>& windows, const Curves& copies,
                                     double detection_limit, double copy_sd,
                                     const GrowthRateOptions& options) {
    const LevelSums sums(copies, detection_limit, options.noise_sd);
    std::vector<LevelSums::Score> scores;
    scores.reserve(windows.size());
    LevelSums::Score best{0, 0, 0};
    std::size_t best_window = windows.size();
    for (std::size_t i = 0; i < windows.size(); ++i) {
        scores.push_back(sums.score_of(windows[i]));
        if (scores[i].readings >= options.min_points && scores[i].score > best.score) {
            best = scores[i];
            best_window = i;
        }
    }
    const double reach = reach_errors * std::max(1.0, copy_sd / options.noise_sd);
    std::vector<Window> out;
    out.reserve(windows.size());
    for (std::size_t i = 0; i < windows.size(); ++i) {
        const auto& [readings, score, error] = scores[i];
        const double gap = std::max(0.0, best.score - score);
        if (readings > 0 && !(gap * gap > reach * reach * (error * error + best.error * best.error)))
            out.push_back(windows[i]);
        if (i == best_window)
            std::swap(out.front(), out.back());
    }
    return out;
}

GrowthRate describe_window(const WeightedLogs& logs, std::size_t first, std::size_t end, double noise_sd,
                           double noise_dof, bool interval) noexcept {
    GrowthRate out = fit_line(logs, first, end, noise_dof);
    out.noise_sd = noise_sd;
    if (interval)
        set_interval(logs, first, noise_dof, out);
    return out;
}

}  // namespace wellsieve::kernels::curve::growth_rate_internal
