#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

#include "kernels/curve/exp_log.hpp"
#include "kernels/curve/growth_rate.hpp"
#include "kernels/curve/growth_rate_internal.hpp"

namespace wellsieve::kernels::curve {
namespace {

using namespace growth_rate_internal;

/// The noise of one reading, and how much evidence there is of it.
struct Noise {
    double sd = 0;
    double dof = 0;
};

/// What all wells share.
struct Plan {
    std::vector<Stencil> stencils;
    std::vector<Window> windows;
};

/// Weighted sums over the first rows, times relative to the first.
struct Sums {
    double w = 0;
    double wt = 0;
    double wz = 0;
    double wtt = 0;
    double wtz = 0;
    double points = 0;
};

class Well {
  public:
    Well(const Curves& curves, std::size_t well, double detection_limit, const GrowthRateOptions& options,
         const Plan& plan)
        : times_h_(curves.times_h), options_(options), plan_(plan) {
        for (std::size_t i = 0; i < curves.times(); ++i) {
            const double value = curves.at(i, well);
            values_.push_back(std::isfinite(value) ? value : undefined);
            largest_ = value > largest_ && std::isfinite(value) ? value : largest_;
        }
        selection_ = selection_errors(static_cast<double>(
            std::count_if(values_.begin(), values_.end(), [](double v) { return !std::isnan(v); })));
        noise_ = noise();
        take_logs(detection_limit);
    }

    GrowthRate steepest() const {
        const std::vector<Sums> sums = running_sums();
        const double rise = least_rise();
        double best_score = 0;
        std::size_t best_first = 0;
        std::size_t best_end = 0;
        for (const auto& [first, end] : plan_.windows) {
            const double score = score_of(sums, first, end, rise);
            if (score > best_score) {
                best_score = score;
                best_first = first;
                best_end = end;
            }
        }
        if (best_end == 0) {
            GrowthRate none;
            none.noise_sd = largest_ > 0 ? noise_.sd : undefined;
            return none;
        }
        return describe_window({z_.data(), weights_.data(), 1, times_h_}, best_first, best_end, noise_.sd,
                               noise_.dof, options_.interval);
    }

  private:
    Noise noise() const {
        const double least = smallest_noise * largest_;
        if (!std::isnan(options_.noise_sd))
            return {std::max(least, options_.noise_sd), prior_dof};
        std::vector<double> sizes;
        for (std::size_t i = 0; i < plan_.stencils.size(); ++i) {
            double difference = 0;
            for (std::size_t j = 0; j < stencil; ++j)
                difference += plan_.stencils[i][j] * values_[i + j];
            if (!std::isnan(difference))
                sizes.push_back(std::abs(difference));
        }
        if (sizes.size() < fewest_stencils)
            return {least, 0};
        const double n = static_cast<double>(sizes.size());
        double scale = std::accumulate(sizes.begin(), sizes.end(), 0.0) / (n * mean_size);
        for (int round = 0; round < clipping_rounds; ++round) {
            const double bound = clip * scale;
            double sum = 0;
            for (const double size : sizes)
                sum += std::min(size, bound);
            scale = sum / (n * mean_clipped_size);
        }
        return {std::max(least, scale), std::min(prior_dof, n * 0.5)};
    }

    /// The mean of each reading, twice, and its usable neighbours, once.
    std::vector<double> pilot() const {
        std::vector<double> out(values_.size(), undefined);
        for (std::size_t i = 0; i < values_.size(); ++i) {
            double sum = 2 * values_[i];
            double weight = 2;
            for (std::size_t before = i; before-- > 0;)
                if (!std::isnan(values_[before])) {
                    sum += values_[before];
                    weight += 1;
                    break;
                }
            for (std::size_t after = i + 1; after < values_.size(); ++after)
                if (!std::isnan(values_[after])) {
                    sum += values_[after];
                    weight += 1;
                    break;
                }
            out[i] = sum / weight;
        }
        return out;
    }

    void take_logs(double detection_limit) {
        const std::vector<double> means = pilot();
        const double limit = std::max(visible_noise * noise_.sd, detection_limit);
        z_.assign(values_.size(), 0);
        weights_.assign(values_.size(), 0);
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const double mean = means[i];
            if (!(mean > limit))
                continue;
            const bool clear = values_[i] > clear_noise * noise_.sd;
            z_[i] = natural_log(clear ? values_[i] : mean) + (clear ? 0 : (values_[i] - mean) / mean);
            const double relative = mean / noise_.sd;
            weights_[i] = relative * relative;
            highest_ = std::max(highest_, mean);
            lowest_ = std::min(lowest_, mean);
        }
    }

    double least_rise() const {
        if (!std::isnan(options_.window_h))
            return 0;
        const double doublings = std::isnan(options_.window_doublings) ? 1 : options_.window_doublings;
        return std::min(doublings * std::numbers::ln2,
                        rise_share * (natural_log(highest_) - natural_log(lowest_)));
    }

    std::vector<Sums> running_sums() const {
        std::vector<Sums> out(values_.size() + 1);
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const double t = times_h_[i] - times_h_[0];
            const double wt = weights_[i] * t;
            const double wz = weights_[i] * z_[i];
            out[i + 1] = {out[i].w + weights_[i],  out[i].wt + wt,
                          out[i].wz + wz,          out[i].wtt + wt * t,
                          out[i].wtz + wt * z_[i], out[i].points + (weights_[i] > 0 ? 1 : 0)};
        }
        return out;
    }

    /// The slope less its errors; 0 where the window does not count.
    double score_of(const std::vector<Sums>& sums, std::size_t first, std::size_t end, double rise) const {
        const Sums& a = sums[first];
        const Sums& b = sums[end];
        if (!(b.points - a.points >= options_.min_points))
            return 0;
        const double mean_t = (b.wt - a.wt) / (b.w - a.w);
        const double stt = (b.wtt - a.wtt) - mean_t * (b.wt - a.wt);
        const double stz = (b.wtz - a.wtz) - mean_t * (b.wz - a.wz);
        const double slope = stz / stt;
        const double length = last_used(end) - first_used(first);
        if (!(stt > 0) || !(slope * length >= rise))
            return 0;
        return slope - selection_ / std::sqrt(stt);
    }

    double first_used(std::size_t row) const {
        while (!(weights_[row] > 0))
            ++row;
        return times_h_[row];
    }

    double last_used(std::size_t end) const {
        while (!(weights_[end - 1] > 0))
            --end;
        return times_h_[end - 1];
    }

    std::span<const double> times_h_;
    const GrowthRateOptions& options_;
    const Plan& plan_;
    std::vector<double> values_;
    std::vector<double> z_;
    std::vector<double> weights_;
    double selection_ = 0;
    double largest_ = 0;
    double highest_ = 0;
    double lowest_ = std::numeric_limits<double>::infinity();
    Noise noise_;
};

}  // namespace

void growth_rates_reference(const Curves& curves, std::span<const double> detection_limits,
                            const GrowthRateOptions& options, std::span<GrowthRate> out) noexcept {
    assert(curves.consistent() && out.size() == curves.wells);
    assert(detection_limits.empty() || detection_limits.size() == curves.wells);
    const Plan plan{noise_stencils(curves.times_h), windows_of(options, curves.times_h)};
    for (std::size_t well = 0; well < curves.wells; ++well) {
        const double limit = detection_limits.empty() ? 0 : detection_limits[well];
        out[well] = Well(curves, well, limit, options, plan).steepest();
    }
}

}  // namespace wellsieve::kernels::curve
