#include "kernels/curve/curve_bootstrap.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numeric>
#include <vector>

#include "kernels/curve/curve_traits_internal.hpp"
#include "kernels/curve/growth_rate_internal.hpp"
#include "kernels/stats/philox.hpp"

namespace wellsieve::kernels::curve {
namespace {

using growth_rate_internal::fewest_stencils;
using growth_rate_internal::just_beyond;
using growth_rate_internal::noise_stencils;
using growth_rate_internal::Stencil;
using growth_rate_internal::stencil;
using growth_rate_internal::t_quantile;

constexpr std::size_t fewest_level_readings = 5;
constexpr std::array mean_widths{8.0, 4.0, 2.0};  ///< times the window of the parabola
constexpr double mean_share = 0.03;               ///< of the level, how far a mean may be from the parabola
constexpr double span_share = 0.1;    ///< of all readings, the window of the level where there is no rate
constexpr double least_share = 0.75;  ///< of the draws must have a trait
/// Fourth differences of independent readings say as much of their noise as so many fewer would that are
/// independent: the sum of their squared autocorrelations.
constexpr double residuals_a_dof = 1 + 2 * (56 * 56 + 28 * 28 + 8 * 8 + 1) / (70.0 * 70.0);

/// The usable readings of one well.
struct Readings {
    std::vector<std::size_t> rows;
    std::vector<double> times_h;
    std::vector<double> values;
    std::vector<double> residuals;
};

Readings readings_of(const Curves& curves, std::size_t well, const std::vector<Stencil>& all_stencils) {
    Readings readings;
    for (std::size_t row = 0; row < curves.times(); ++row)
        if (std::isfinite(curves.at(row, well))) {
            readings.rows.push_back(row);
            readings.times_h.push_back(curves.times_h[row]);
            readings.values.push_back(curves.at(row, well));
        }
    const std::vector<Stencil> own =
        readings.rows.size() == curves.times() ? std::vector<Stencil>() : noise_stencils(readings.times_h);
    for (const Stencil& weights : own.empty() ? all_stencils : own) {
        const std::size_t first = readings.residuals.size();
        if (first + stencil > readings.values.size())
            break;
        double difference = 0;
        for (std::size_t j = 0; j < stencil; ++j)
            difference += weights[j] * readings.values[first + j];
        readings.residuals.push_back(difference);
    }
    return readings;
}

/// What a curve is without its noise.
struct Level {
    double value;
    double variance;  ///< of one reading = 1
};

/// At x = 0 of the parabola through the readings first … end − 1, x = t − `time_h`.
Level parabola_at(const Readings& readings, std::size_t first, std::size_t end, double time_h) {
    std::array<double, 5> moments{};
    std::array<double, 3> right{};
    for (std::size_t i = first; i < end; ++i) {
        const double x = readings.times_h[i] - time_h;
        const double xx = x * x;
        const double v = readings.values[i];
        moments[0] += 1;
        moments[1] += x;
        moments[2] += xx;
        moments[3] += xx * x;
        moments[4] += xx * xx;
        right[0] += v;
        right[1] += v * x;
        right[2] += v * xx;
    }
    const double a = moments[2] * moments[4] - moments[3] * moments[3];
    const double b = moments[2] * moments[3] - moments[1] * moments[4];
    const double c = moments[1] * moments[3] - moments[2] * moments[2];
    const double determinant = a * moments[0] + b * moments[1] + c * moments[2];
    return {(a * right[0] + b * right[1] + c * right[2]) / determinant, a / determinant};
}

/// The readings within `width_h` around each reading or, at the ends of the curve, beside it.
class Windows {
  public:
    Windows(const std::vector<double>& times_h, double width_h)
        : times_h_(times_h), reach_h_(width_h * just_beyond) {}

    /// Moves on to reading i; i ascends.
    void move_to(std::size_t i) {
        const double last_h = std::max(times_h_.front(), times_h_.back() - reach_h_);
        const double begin_h = std::clamp(times_h_[i] - reach_h_ / 2, times_h_.front(), last_h);
        while (times_h_[first] < begin_h)
            ++first;
        while (end < times_h_.size() && times_h_[end] <= begin_h + reach_h_)
            ++end;
    }

    std::size_t first = 0;
    std::size_t end = 0;

  private:
    const std::vector<double>& times_h_;
    double reach_h_;
};

std::vector<Level> parabola_levels(const Readings& readings, double width_h) {
    const std::size_t n = readings.values.size();
    std::vector<Level> levels(n);
    Windows window(readings.times_h, width_h);
    for (std::size_t i = 0; i < n; ++i) {
        window.move_to(i);
        std::size_t first = window.first;
        std::size_t end = window.end;
        if (end - first < fewest_level_readings) {
            constexpr std::size_t half = fewest_level_readings / 2;
            first = std::min(i < half ? 0 : i - half, n - fewest_level_readings);
            end = first + fewest_level_readings;
        }
        levels[i] = parabola_at(readings, first, end, readings.times_h[i]);
    }
    return levels;
}

/// Where the mean of a wide window says the same, it knows the level better.
void take_means(const Readings& readings, double width_h, double noise_sd, std::vector<Level>& levels) {
    const std::size_t n = levels.size();
    std::vector<double> sums(n + 1);
    std::partial_sum(readings.values.begin(), readings.values.end(), sums.begin() + 1);
    std::vector<bool> taken(n);
    for (const double wider : mean_widths) {
        Windows window(readings.times_h, width_h * wider);
        for (std::size_t i = 0; i < n; ++i) {
            window.move_to(i);
            const auto count = static_cast<double>(window.end - window.first);
            const double mean = (sums[window.end] - sums[window.first]) / count;
            const double difference = std::abs(mean - levels[i].value);
            if (taken[i] || difference > noise_sd || difference > mean_share * std::abs(mean))
                continue;
            levels[i] = {mean, 1 / count};
            taken[i] = true;
        }
    }
}

std::vector<Level> levels_of(const Readings& readings, double width_h, double noise_sd) {
    std::vector<Level> levels = parabola_levels(readings, width_h);
    take_means(readings, width_h, noise_sd, levels);
    return levels;
}

/// Which residual each draw takes at each time, and of which sign.
class Picks {
  public:
    Picks(std::size_t times, const BootstrapOptions& options)
        : words_(times * options.draws), picks_(words_.size()) {
        const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(options.seed),
                                               static_cast<std::uint32_t>(options.seed >> 32)};
        for (std::uint32_t draw = 0; draw < options.draws; ++draw)
            for (std::size_t time = 0; time < times; time += 4) {
                const auto block = stats::philox({static_cast<std::uint32_t>(time / 4), draw, 0, 0}, key);
                for (std::size_t i = 0; i < 4 && time + i < times; ++i)
                    words_[(time + i) * options.draws + draw] = block[i];
            }
    }

    /// [time][draw]: twice the number of one of so many residuals, and 1 more for the positive sign.
    const std::vector<std::uint32_t>& of(std::size_t residuals) {
        if (residuals != residuals_) {
            residuals_ = residuals;
            std::transform(words_.begin(), words_.end(), picks_.begin(), [&](std::uint64_t word) {
                return static_cast<std::uint32_t>(2 * ((word >> 1) * residuals >> 31) + (word & 1));
            });
        }
        return picks_;
    }

  private:
    std::vector<std::uint32_t> words_;
    std::vector<std::uint32_t> picks_;
    std::size_t residuals_ = 0;
};

/// Curves of one well: [time][draw], the level alone in the last column.
std::vector<double> drawn_curves(const Readings& readings, const std::vector<Level>& levels,
                                 std::size_t times, std::size_t draws, Picks& all_picks) {
    const std::size_t columns = draws + 1;
    std::vector<double> values(times * columns, undefined);
    const std::vector<std::uint32_t>& picks = all_picks.of(readings.residuals.size());
    std::vector<double> of_either_sign;
    for (const double residual : readings.residuals)
        of_either_sign.insert(of_either_sign.end(), {-residual, residual});
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const double level = levels[i].value;
        const std::uint32_t* pick = picks.data() + readings.rows[i] * draws;
        double* row = values.data() + readings.rows[i] * columns;
        for (std::size_t draw = 0; draw < draws; ++draw)
            row[draw] = level + of_either_sign[pick[draw]];
        row[draws] = level;
    }
    return values;
}

/// How well the noise of a curve and its level are known.
struct Known {
    double residual_dof;
    double residual_sd;
    double error_of_maximum;  ///< of the level where it is largest
};

Known known_of(const Readings& readings, const std::vector<Level>& levels) {
    const auto count = static_cast<double>(readings.residuals.size());
    double squares = 0;
    for (const double residual : readings.residuals)
        squares += residual * residual;
    const auto highest = std::max_element(levels.begin(), levels.end(),
                                          [](const Level& a, const Level& b) { return a.value < b.value; });
    return {count / residuals_a_dof, std::sqrt(squares / count),
            std::sqrt(squares / count * highest->variance)};
}

/// A trait of a curve and of its draws. `level_error`: of what the draws' bias is measured against.
template <typename Of>
TraitInterval interval_of(const Of& estimate, std::span<const Of> draws, double Of::*trait,
                          double residual_dof, double level_error) {
    const double level = draws.back().*trait;
    double count = 0;
    double sum = 0;
    for (const Of& draw : draws.first(draws.size() - 1))
        if (std::isfinite(draw.*trait)) {
            ++count;
            sum += draw.*trait;
        }
    const double needed = least_share * static_cast<double>(draws.size() - 1);
    if (!std::isfinite(estimate.*trait) || !std::isfinite(level) || count < std::max(2.0, needed))
        return {};
    const double mean = sum / count;
    double squares = 0;
    for (const Of& draw : draws.first(draws.size() - 1))
        if (std::isfinite(draw.*trait))
            squares += (draw.*trait - mean) * (draw.*trait - mean);
    const double variance = squares / (count - 1);
    const double centre = estimate.*trait - (mean - level);
    const double dof = 1 / (1 / (count - 1) + 1 / residual_dof);
    const double reach = t_quantile(dof) * std::sqrt(variance * (1 + 1 / count) + level_error * level_error);
    return {std::sqrt(variance), centre - reach, centre + reach};
}

TraitIntervals intervals_of(const GrowthRate& rate, const CurveTraits& found, const Known& known,
                            std::span<const GrowthRate> rates, std::span<const CurveTraits> traits) {
    const auto of_trait = [&](double CurveTraits::*trait) {
        return interval_of(found, traits, trait, known.residual_dof, 0);
    };
    const auto of_height = [&](double CurveTraits::*trait) {
        return interval_of(found, traits, trait, known.residual_dof, known.error_of_maximum);
    };
    return {interval_of(rate, rates, &GrowthRate::rate_per_h, known.residual_dof, 0),
            of_trait(&CurveTraits::initial),
            of_trait(&CurveTraits::lag_h),
            of_trait(&CurveTraits::doubling_time_h),
            of_height(&CurveTraits::maximum),
            of_height(&CurveTraits::capacity),
            of_height(&CurveTraits::yield),
            of_trait(&CurveTraits::saturation_h),
            of_trait(&CurveTraits::auc),
            of_trait(&CurveTraits::ln_auc),
            of_trait(&CurveTraits::time_to_threshold_h),
            of_trait(&CurveTraits::death_rate_per_h)};
}

}  // namespace

RateEstimator rates_in_similar_windows(std::span<const double> detection_limits,
                                       const GrowthRateOptions& own_options) {
    return [=](const Curves& draws, const DrawnWell& of, std::span<GrowthRate> rates) {
        GrowthRateOptions options = own_options;
        options.near_window_h = of.estimate.window_end_h - of.estimate.window_start_h;
        options.noise_sd = of.estimate.noise_sd;
        options.interval = false;
        const std::vector<double> limits(detection_limits.empty() ? 0 : draws.wells,
                                         detection_limits.empty() ? 0 : detection_limits[of.well]);
        growth_rates_of_copies(draws, limits, of.residual_sd, options, rates);
    };
}

void bootstrap_traits(const Curves& curves, std::span<const double> detection_limits,
                      const CurveTraitOptions& trait_options, const RateEstimator& estimate_rates,
                      std::span<const GrowthRate> rates, std::span<const CurveTraits> traits,
                      const BootstrapOptions& options, std::span<TraitIntervals> out) {
    assert(curves.consistent() && options.draws >= 2);
    assert(rates.size() == curves.wells && traits.size() == curves.wells && out.size() == curves.wells);
    const curve_traits_internal::CommonWindow window =
        curve_traits_internal::common_window(curves, trait_options);
    CurveTraitOptions of_draws = trait_options;
    of_draws.from_h = window.from_h;
    of_draws.to_h = window.to_h;
    of_draws.phases = false;
    Picks picks(curves.times(), options);
    const std::vector<Stencil> stencils = noise_stencils(curves.times_h);
    const std::size_t columns = options.draws + std::size_t{1};
    std::vector<GrowthRate> drawn_rates(columns);
    std::vector<CurveTraits> drawn_traits(columns);
    for (std::size_t well = 0; well < curves.wells; ++well) {
        out[well] = {};
        const Readings readings = readings_of(curves, well, stencils);
        if (readings.residuals.size() < fewest_stencils)
            continue;
        const bool has_rate = !std::isnan(rates[well].rate_per_h);
        const double window_h = rates[well].window_end_h - rates[well].window_start_h;
        const double width_h = std::isnan(window_h)
                                   ? span_share * (readings.times_h.back() - readings.times_h.front())
                                   : window_h;
        const std::vector<Level> levels = levels_of(readings, width_h, rates[well].noise_sd);
        const std::vector<double> values =
            drawn_curves(readings, levels, curves.times(), options.draws, picks);
        const Curves draws{values, curves.times_h, columns};
        const Known known = known_of(readings, levels);
        std::fill(drawn_rates.begin(), drawn_rates.end(), GrowthRate{});
        if (has_rate)
            estimate_rates(draws, {well, rates[well], known.residual_sd}, drawn_rates);
        for (GrowthRate& rate : drawn_rates)
            rate.noise_sd = rates[well].noise_sd;
        const std::vector<double> limits(detection_limits.empty() ? 0 : columns,
                                         detection_limits.empty() ? 0 : detection_limits[well]);
        curve_traits(draws, limits, of_draws, drawn_rates, drawn_traits);
        out[well] = intervals_of(rates[well], traits[well], known, drawn_rates, drawn_traits);
    }
}

}  // namespace wellsieve::kernels::curve
