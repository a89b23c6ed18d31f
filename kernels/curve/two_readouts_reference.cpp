#include <cassert>
#include <cmath>

#include "kernels/curve/two_readouts.hpp"
#include "kernels/curve/two_readouts_internal.hpp"

namespace wellsieve::kernels::curve {
namespace {

/// Mean over time of a quantity that is known now and then.
class MeanOverTime {
  public:
    void add(double time_h, double value) {
        if (any_)
            area_ += (value + last_) * 0.5 * (time_h - last_h_);
        else
            first_h_ = time_h;
        any_ = true;
        last_ = value;
        last_h_ = time_h;
    }
    double mean() const { return any_ && last_h_ > first_h_ ? area_ / (last_h_ - first_h_) : undefined; }

  private:
    bool any_ = false;
    double area_ = 0, last_ = 0, last_h_ = 0, first_h_ = 0;
};

/// The slope of P around a row; NaN where too few readings are near.
double slope_at(const Curves& product, std::size_t row, std::size_t well, const TwoReadoutOptions& options) {
    const double half = options.slope_window_h / 2 * just_beyond_window;
    const double middle = product.times_h[row];
    double count = 0;
    double sum_x = 0;
    for (std::size_t j = 0; j < product.times(); ++j) {
        const double x = product.times_h[j] - middle;
        if (std::abs(x) <= half && std::isfinite(product.at(j, well))) {
            count += 1;
            sum_x += x;
        }
    }
    if (count < options.min_points)
        return undefined;
    const double mean = sum_x / count;
    double sxx = 0;
    double sxp = 0;
    for (std::size_t j = 0; j < product.times(); ++j) {
        const double x = product.times_h[j] - middle;
        if (std::abs(x) <= half && std::isfinite(product.at(j, well))) {
            sxx += (x - mean) * (x - mean);
            sxp += (x - mean) * product.at(j, well);
        }
    }
    return sxp / sxx;
}

TwoReadouts of_well(const Curves& product, const Curves& biomass, std::size_t well, double limit,
                    const TwoReadoutOptions& options) {
    TwoReadouts out;
    MeanOverTime ratio;
    MeanOverTime activity;
    double before_n = undefined;
    double before_p = undefined;
    for (std::size_t row = 0; row < product.times(); ++row) {
        const double time = product.times_h[row];
        const double n = biomass.at(row, well);
        const double p = product.at(row, well);
        if (!(std::isfinite(n) && n > 0 && n > limit))
            continue;
        const bool inside = !(time < options.from_h) && !(time > options.to_h);
        if (std::isfinite(p)) {
            if (inside)
                ratio.add(time, p / n);
            if (std::isnan(out.ratio_at_biomass) && before_n < options.at_biomass && n >= options.at_biomass)
                out.ratio_at_biomass =
                    (before_p + (options.at_biomass - before_n) / (n - before_n) * (p - before_p)) /
                    options.at_biomass;
            before_n = n;
            before_p = p;
        }
        const double made = inside ? slope_at(product, row, well, options) / n : undefined;
        if (std::isnan(made))
            continue;
        activity.add(time, made);
        if (!(made <= out.maximum_activity)) {
            out.maximum_activity = made;
            out.time_of_maximum_activity_h = time;
        }
    }
    out.mean_ratio = ratio.mean();
    out.mean_activity = activity.mean();
    return out;
}

}  // namespace

void two_readouts_reference(const Curves& product, const Curves& biomass,
                            std::span<const double> detection_limits, const TwoReadoutOptions& options,
                            std::span<TwoReadouts> out) noexcept {
    assert(product.consistent() && biomass.consistent() && product.wells == biomass.wells &&
           product.times() == biomass.times() && out.size() == product.wells);
    for (std::size_t well = 0; well < product.wells; ++well)
        out[well] =
            of_well(product, biomass, well, detection_limits.empty() ? 0 : detection_limits[well], options);
}

}  // namespace wellsieve::kernels::curve
