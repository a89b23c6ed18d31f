#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "kernels/curve/curve_areas_internal.hpp"
#include "kernels/curve/curve_traits.hpp"
#include "kernels/curve/curve_traits_internal.hpp"
#include "kernels/curve/exp_log.hpp"

namespace wellsieve::kernels::curve {
namespace {

using namespace curve_traits_internal;

double median_of_three(double a, double b, double c) {
    return std::max(std::min(a, b), std::min(std::max(a, b), c));
}

/// Counts growth phases as it is fed with rates and levels in order.
class PhaseCounter {
  public:
    PhaseCounter(double maximum_rate, double least_rise)
        : least_rate_(least_phase_rate * maximum_rate), least_rise_(least_rise) {}

    void feed(double rate, double level) {
        if (growing_) {
            peak_ = std::max(peak_, rate);
            if (rate < phase_end * peak_) {
                phases_ += level - start_ >= least_rise_;
                growing_ = false;
                trough_ = rate;
            }
            return;
        }
        trough_ = std::min(trough_, rate);
        if (rate >= least_rate_ && rate > phase_begin * trough_) {
            growing_ = true;
            start_ = level;
            peak_ = rate;
        }
    }

    std::uint32_t finish(double maximum) {
        if (growing_)
            phases_ += maximum - start_ >= least_rise_;
        return phases_;
    }

  private:
    double least_rate_;
    double least_rise_;
    bool growing_ = false;
    double start_ = 0;
    double peak_ = 0;
    double trough_ = 0;
    std::uint32_t phases_ = 0;
};

/// One well's usable readings.
class Well {
  public:
    Well(const Curves& curves, std::size_t well) {
        for (std::size_t i = 0; i < curves.times(); ++i)
            if (std::isfinite(curves.at(i, well))) {
                times_h_.push_back(curves.times_h[i]);
                values_.push_back(curves.at(i, well));
            }
        smoothed_ = values_;
        for (std::size_t i = 1; i + 1 < values_.size(); ++i)
            smoothed_[i] = median_of_three(values_[i - 1], values_[i], values_[i + 1]);
        for (std::size_t i = 0; i < smoothed_.size(); ++i)
            if (smoothed_[i] > smoothed_[top_])
                top_ = i;
    }

    Levels levels(const CurveTraitOptions& options, const GrowthRate& rate) const {
        Levels out;
        out.readings = values_.size();
        if (values_.empty())
            return out;
        out.initial = initial(options);
        out.maximum = out.last = smoothed_[top_];
        for (std::size_t i = top_; i < smoothed_.size(); ++i)
            out.last = std::min(out.last, smoothed_[i]);
        out.rises_at_the_end = rises_at_the_end(rate);
        return out;
    }

    double time_of_maximum() const { return values_.empty() ? undefined : times_h_[top_]; }

    double area(const CommonWindow& window, double logarithm_of) const {
        std::vector<double> heights;
        for (std::size_t i = 0; i < values_.size(); ++i)
            heights.push_back(height(i, logarithm_of));
        return area_under(times_h_, heights, window.from_h, window.to_h);
    }

    double first_rise_to(double threshold, bool smoothed) const {
        const std::vector<double>& y = smoothed ? smoothed_ : values_;
        for (std::size_t i = 1; i < y.size(); ++i)
            if (y[i] >= threshold && y[i - 1] < threshold) {
                const double share = (threshold - y[i - 1]) / (y[i] - y[i - 1]);
                return times_h_[i - 1] + share * (times_h_[i] - times_h_[i - 1]);
            }
        return undefined;
    }

    double death_rate(double seen) const {
        double steepest = 0;
        for (std::size_t i = top_; i + rate_readings <= values_.size(); ++i)
            steepest = std::min(steepest, local_rate(i, seen));
        return steepest < 0 ? -steepest : undefined;
    }

    std::uint32_t phases(double seen, double rate_per_h, double least_rise) const {
        PhaseCounter counter(rate_per_h, least_rise);
        for (std::size_t i = 0; i + rate_readings <= values_.size() && i + rate_readings / 2 <= top_; ++i) {
            const double rate = local_rate(i, seen);
            if (!std::isnan(rate))
                counter.feed(rate, smoothed_[i + rate_readings / 2]);
        }
        return counter.finish(smoothed_[top_]);
    }

  private:
    double initial(const CurveTraitOptions& options) const {
        if (options.start_level == StartLevel::minimum)
            return *std::min_element(values_.begin(), values_.end());
        const std::size_t wanted = options.start_level == StartLevel::first ? 1 : options.first_points;
        const std::size_t n = std::clamp<std::size_t>(wanted, 1, values_.size());
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i)
            sum += values_[i];
        return sum / static_cast<double>(n);
    }

    bool rises_at_the_end(const GrowthRate& rate) const {
        const std::size_t n = std::max(fewest_readings, values_.size() / tail_part);
        if (values_.size() < n)
            return false;
        const std::size_t first = values_.size() - n;
        double mean_t = 0;
        double mean_v = 0;
        for (std::size_t i = first; i < values_.size(); ++i) {
            mean_t += times_h_[i];
            mean_v += values_[i];
        }
        mean_t /= static_cast<double>(n);
        mean_v /= static_cast<double>(n);
        double stt = 0;
        double stv = 0;
        double svv = 0;
        for (std::size_t i = first; i < values_.size(); ++i) {
            const double t = times_h_[i] - mean_t;
            const double v = values_[i] - mean_v;
            stt += t * t;
            stv += t * v;
            svv += v * v;
        }
        const double slope = stv / stt;
        const double variance = std::max(0.0, svv - slope * stv) / (static_cast<double>(n - 2) * stt);
        return slope > 0 && slope * slope > rising_errors * rising_errors * variance &&
               slope > rising_share * rate.rate_per_h * (rate.of_logarithm ? mean_v : 1);
    }

    double height(std::size_t i, double logarithm_of) const {
        return std::isnan(logarithm_of) ? values_[i] : natural_log(values_[i]) - natural_log(logarithm_of);
    }

    /// The slope of ln(smoothed) over the readings from i on; NaN where one is not seen.
    double local_rate(std::size_t i, double seen) const {
        double mean_t = 0;
        for (std::size_t k = i; k < i + rate_readings; ++k) {
            if (!(smoothed_[k] > seen))
                return undefined;
            mean_t += times_h_[k];
        }
        mean_t /= static_cast<double>(rate_readings);
        double stt = 0;
        double stz = 0;
        for (std::size_t k = i; k < i + rate_readings; ++k) {
            const double t = times_h_[k] - mean_t;
            stt += t * t;
            stz += t * natural_log(smoothed_[k]);
        }
        return stz / stt;
    }

    std::vector<double> times_h_;
    std::vector<double> values_;
    std::vector<double> smoothed_;
    std::size_t top_ = 0;
};

CurveTraits traits_of(const Well& well, double seen, double first_row_h, double row_h,
                      const CommonWindow& window, const CurveTraitOptions& options, GrowthRate& rate) {
    CurveTraits out;
    const Levels levels = well.levels(options, rate);
    judge(levels, seen, first_row_h, row_h, options, rate, out);
    out.maximum = levels.maximum;
    out.time_of_maximum_h = well.time_of_maximum();
    out.auc = well.area(window, undefined);
    out.time_to_threshold_h = well.first_rise_to(options.threshold, false);
    if (!std::isnan(out.initial))
        out.ln_auc = well.area(window, out.initial);
    if (!std::isnan(out.capacity))
        out.saturation_h = well.first_rise_to(saturation_share * out.capacity, true);
    if (out.verdicts.has(Verdict::lysis))
        out.death_rate_per_h = well.death_rate(seen);
    if (options.phases && !std::isnan(rate.rate_per_h) && rate.of_logarithm)
        out.phases =
            well.phases(seen, rate.rate_per_h, options.phase_share * (levels.maximum - levels.initial));
    return out;
}

}  // namespace

void curve_traits_reference(const Curves& curves, std::span<const double> detection_limits,
                            const CurveTraitOptions& options, std::span<GrowthRate> rates,
                            std::span<CurveTraits> out) noexcept {
    assert(curves.consistent() && out.size() == curves.wells && rates.size() == curves.wells);
    assert(detection_limits.empty() || detection_limits.size() == curves.wells);
    const CommonWindow window = common_window(curves, options);
    const double first_row_h = curves.times() > 0 ? curves.times_h[0] : 0;
    const double row_h = curves.times() > 1 ? curves.times_h[1] - first_row_h : 0;
    for (std::size_t i = 0; i < curves.wells; ++i) {
        const double seen = seen_level(detection_limits.empty() ? 0 : detection_limits[i], rates[i].noise_sd);
        out[i] = traits_of(Well(curves, i), seen, first_row_h, row_h, window, options, rates[i]);
    }
}

}  // namespace wellsieve::kernels::curve
