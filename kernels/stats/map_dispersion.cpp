#include "kernels/stats/map_dispersion.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "kernels/stats/distributions.hpp"
#include "kernels/stats/order_statistics_internal.hpp"
#include "kernels/stats/special_functions.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double least_dispersion = 1e-8;
constexpr double telling_dispersion = 100.0 * least_dispersion;  ///< less is none
constexpr double least_mean = 0.5;
constexpr double least_prior_variance = 0.25;
constexpr int most = static_cast<int>(most_coefficients);
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, most, most>;

struct Normalised {
    std::vector<double> size;    ///< of each sample's library, the mean one's is 1
    std::vector<double> values;  ///< [sample][feature]
    std::vector<double> mean;    ///< [feature]
};

Normalised normalise(Counts counts, std::span<const double> offset) {
    const std::size_t features = counts.features();
    const double centre =
        std::accumulate(offset.begin(), offset.end(), 0.0) / static_cast<double>(offset.size());
    Normalised out{{}, std::vector<double>(counts.values.size()), std::vector<double>(features, 0.0)};
    for (std::size_t s = 0; s < counts.samples; ++s) {
        out.size.push_back(std::exp(offset[s] - centre));
        for (std::size_t i = 0; i < features; ++i) {
            out.values[s * features + i] = counts.sample(s)[i] / out.size[s];
            out.mean[i] += out.values[s * features + i] / static_cast<double>(counts.samples);
        }
    }
    return out;
}

bool is_of_groups(const LogLinearDesign& design) {
    std::set<std::vector<double>> rows;
    for (std::size_t s = 0; s < design.offset.size(); ++s) {
        const auto row = design.matrix.subspan(s * design.coefficients, design.coefficients);
        rows.emplace(row.begin(), row.end());
    }
    return rows.size() == design.coefficients;
}

/// Least squares of normalised counts, [sample][feature].
std::vector<double> linear_means(const Normalised& counts, const LogLinearDesign& design) {
    const auto n = static_cast<Eigen::Index>(design.offset.size());
    const auto features = static_cast<Eigen::Index>(counts.mean.size());
    const Eigen::Map<const RowMajor> x(design.matrix.data(), n,
                                       static_cast<Eigen::Index>(design.coefficients));
    const Eigen::Map<const RowMajor> q(counts.values.data(), n, features);
    const RowMajor hat = x * x.completeOrthogonalDecomposition().pseudoInverse();
    std::vector<double> out(counts.values.size());
    Eigen::Map<RowMajor>(out.data(), n, features).noalias() = hat * q;
    return out;
}

/// By moments within groups, at most by those of all samples: only for the means of the first fit.
std::vector<double> moment_dispersions(const Normalised& counts, std::span<const double> linear,
                                       std::size_t residual_df, double largest) {
    const std::size_t features = counts.mean.size();
    const std::size_t samples = counts.size.size();
    double inverse_size = 0.0;
    for (const double size : counts.size)
        inverse_size += 1.0 / (size * static_cast<double>(samples));
    std::vector<double> out(features);
    for (std::size_t i = 0; i < features; ++i) {
        double within = 0.0;
        double squares = 0.0;
        for (std::size_t s = 0; s < samples; ++s) {
            const double q = counts.values[s * features + i];
            const double mu = std::max(linear[s * features + i], 1.0);
            within += ((q - mu) * (q - mu) - mu) / (mu * mu);
            squares += (q - counts.mean[i]) * (q - counts.mean[i]);
        }
        const double variance = squares / static_cast<double>(samples - 1);
        const double overall = (variance - inverse_size * counts.mean[i]) / (counts.mean[i] * counts.mean[i]);
        constexpr double smallest_of_fits = 1e-6;
        out[i] = std::clamp(std::min(within / static_cast<double>(residual_df), overall), smallest_of_fits,
                            largest);
    }
    return out;
}

std::vector<double> means_for_dispersions(Counts counts, const LogLinearDesign& design,
                                          const Normalised& normalised, double largest) {
    const std::size_t features = counts.features();
    std::vector<double> mean = linear_means(normalised, design);
    if (is_of_groups(design)) {
        for (std::size_t s = 0; s < counts.samples; ++s)
            for (std::size_t i = 0; i < features; ++i)
                mean[s * features + i] *= normalised.size[s];
    } else {
        const std::vector<double> first =
            moment_dispersions(normalised, mean, counts.samples - design.coefficients, largest);
        std::vector<double> coefficient(design.coefficients * features), deviance(features);
        fit_negative_binomial(counts, design, first, {coefficient, mean, deviance});
    }
    return mean;
}

/// Whether each feature's means vanish in some sample: its group has no count there, and says nothing.
std::vector<std::uint8_t> vanishing(std::span<const double> mean, std::size_t features) {
    constexpr double as_good_as_zero = 1e-4;
    std::vector<std::uint8_t> out(features, 0);
    for (std::size_t k = 0; k < mean.size(); ++k)
        out[k % features] |= mean[k] < as_good_as_zero;
    return out;
}

struct NormalPrior {
    double mean = 0.0;
    double variance = std::numeric_limits<double>::infinity();
};

/// Cox & Reid's adjusted log likelihood of one feature's dispersion at known means, plus a normal prior of
/// ln dispersion.
class Posterior {
  public:
    Posterior(Counts counts, const LogLinearDesign& design, std::span<const double> mean)
        : counts_(counts), design_(design), mean_(mean) {}

    void look_at(std::size_t feature, NormalPrior prior) {
        feature_ = feature;
        prior_ = prior;
    }

    double operator()(double log_dispersion) {
        const double phi = std::exp(log_dispersion);
        const double r = 1.0 / phi;
        const double constant = log_gamma(r);
        const std::size_t features = counts_.features();
        const auto p = static_cast<Eigen::Index>(design_.coefficients);
        Square information = Square::Zero(p, p);
        double sum = 0.0;
        for (std::size_t s = 0; s < counts_.samples; ++s) {
            const double k = counts_.sample(s)[feature_];
            const double mu = mean_[s * features + feature_];
            const double product = phi * mu;
            sum += log_gamma(k + r) - constant + (k > 0.0 ? k * std::log(product / (1.0 + product)) : 0.0) -
                   r * std::log1p(product);
            const Eigen::Map<const Eigen::VectorXd> x(&design_.matrix[s * design_.coefficients], p);
            information.noalias() += (mu / (1.0 + product)) * x * x.transpose();
        }
        const Eigen::LLT<Square> cholesky(information);
        for (Eigen::Index c = 0; c < p; ++c)
            sum -= std::log(cholesky.matrixLLT()(c, c));
        const double from_prior = log_dispersion - prior_.mean;
        return sum - from_prior * from_prior / (2.0 * prior_.variance);
    }

  private:
    Counts counts_;
    const LogLinearDesign& design_;
    std::span<const double> mean_;
    std::size_t feature_ = 0;
    NormalPrior prior_;
};

/// Where f is highest between low and high: the best of a grid, then ever shorter steps, then a parabola.
template <typename Function>
double maximise(double low, double high, Function& f) {
    constexpr int cells = 12;
    double step = (high - low) / cells;
    double best = low;
    double highest = -std::numeric_limits<double>::infinity();
    const auto improves = [&](double x) {
        const double y = f(x);
        if (!(y > highest))
            return false;
        highest = y;
        best = x;
        return true;
    };
    for (int k = 0; k <= cells; ++k)
        improves(low + k * step);
    constexpr double fine = 2e-3;
    while (step > fine)
        if (!improves(std::min(best + step, high)) && !improves(std::max(best - step, low)))
            step *= 0.4;
    if (best - step < low || best + step > high)
        return best;
    const double left = f(best - step);
    const double right = f(best + step);
    const double bend = left - 2.0 * highest + right;
    return bend < 0.0 ? best + std::clamp(0.5 * (left - right) / bend, -1.0, 1.0) * step : best;
}

struct Trend {
    double asymptotic, extra;
    double at(double mean) const { return asymptotic + extra / mean; }
};

/// One gamma regression with identity link of `own` on 1/mean, from `trend` on; false where it leaves what is
/// above 0.
bool regress(std::span<const double> mean, std::span<const double> own, Trend& trend) {
    constexpr int most_steps = 100;
    constexpr double agreed = 1e-10;
    for (int step = 0; step < most_steps; ++step) {
        Eigen::Matrix2d information = Eigen::Matrix2d::Zero();
        Eigen::Vector2d right = Eigen::Vector2d::Zero();
        for (std::size_t k = 0; k < own.size(); ++k) {
            const Eigen::Vector2d x(1.0, 1.0 / mean[k]);
            const double weight = 1.0 / (trend.at(mean[k]) * trend.at(mean[k]));
            information += weight * x * x.transpose();
            right += weight * own[k] * x;
        }
        const Eigen::Vector2d next = information.ldlt().solve(right);
        const double moved =
            std::abs(next(0) / trend.asymptotic - 1.0) + std::abs(next(1) / trend.extra - 1.0);
        trend = {next(0), next(1)};
        if (!(trend.asymptotic > 0.0 && trend.extra > 0.0))
            return false;
        if (moved < agreed)
            return true;
    }
    return false;
}

/// The trend through the features that are no outliers of it.
bool fit_trend(std::span<const double> mean, std::span<const double> own, Trend& trend) {
    constexpr int most_rounds = 50;
    constexpr double agreed = 1e-6;
    constexpr double lowest_ratio = 1e-4, highest_ratio = 15.0;
    trend = {0.1, 1.0};
    for (int round = 0; round < most_rounds; ++round) {
        std::vector<double> kept_mean, kept;
        for (std::size_t k = 0; k < own.size(); ++k)
            if (const double ratio = own[k] / trend.at(mean[k]);
                ratio > lowest_ratio && ratio < highest_ratio) {
                kept_mean.push_back(mean[k]);
                kept.push_back(own[k]);
            }
        const Trend before = trend;
        if (kept.size() < 3 || !regress(kept_mean, kept, trend))
            return false;
        const double change = std::pow(std::log(trend.asymptotic / before.asymptotic), 2) +
                              std::pow(std::log(trend.extra / before.extra), 2);
        if (change < agreed)
            return true;
    }
    return false;
}

/// The features whose own dispersion is more than none.
struct Telling {
    std::vector<double> mean, own;
};

Telling telling_features(const MapDispersions& all) {
    Telling out;
    for (std::size_t i = 0; i < all.own.size(); ++i)
        if (all.own[i] >= telling_dispersion) {
            out.mean.push_back(all.base_mean[i]);
            out.own.push_back(all.own[i]);
        }
    return out;
}

/// Local quadratic regression of ln own on ln mean, with tricube weights of the nearest seven tenths of the
/// features, times their means.
class LocalTrend {
  public:
    explicit LocalTrend(const Telling& telling) {
        std::vector<double> x, y;
        for (std::size_t k = 0; k < telling.own.size(); ++k) {
            x.push_back(std::log(telling.mean[k]));
            y.push_back(std::log(telling.own[k]));
        }
        const auto [low, high] = std::minmax_element(x.begin(), x.end());
        first_ = *low;
        step_ = (*high - *low) / (points - 1);
        for (int k = 0; k < points; ++k)
            curve_.push_back(fit(first_ + k * step_, x, y, telling.mean));
    }

    double at(double mean) const {
        const double place =
            step_ > 0.0 ? std::clamp((std::log(mean) - first_) / step_, 0.0, points - 1.0) : 0.0;
        const auto below = std::min(static_cast<std::size_t>(place), curve_.size() - 2);
        const double part = place - static_cast<double>(below);
        return std::exp((1.0 - part) * curve_[below] + part * curve_[below + 1]);
    }

  private:
    static constexpr int points = 101;

    static double fit(double at, const std::vector<double>& x, const std::vector<double>& y,
                      const std::vector<double>& weight) {
        constexpr double share = 0.7;
        std::vector<double> distance;
        for (const double value : x)
            distance.push_back(std::abs(value - at));
        const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(x.size() - 1));
        std::vector<double> sorted = distance;
        std::nth_element(sorted.begin(), sorted.begin() + rank, sorted.end());
        const double reach = std::max(sorted[static_cast<std::size_t>(rank)], 1e-6);
        Eigen::Matrix3d information = Eigen::Matrix3d::Zero();
        Eigen::Vector3d right = Eigen::Vector3d::Zero();
        for (std::size_t k = 0; k < x.size(); ++k)
            if (distance[k] < reach) {
                const double u = (x[k] - at) / reach;
                const double tricube = std::pow(1.0 - std::pow(std::abs(u), 3), 3);
                const Eigen::Vector3d row(1.0, u, u * u);
                information += tricube * weight[k] * row * row.transpose();
                right += tricube * weight[k] * y[k] * row;
            }
        return information.completeOrthogonalDecomposition().solve(right)(0);
    }

    double first_, step_;
    std::vector<double> curve_;
};

void add_trend(const Telling& telling, MapDispersions& out) {
    const auto fill = [&](const auto& trend) {
        for (std::size_t i = 0; i < out.base_mean.size(); ++i)
            if (out.base_mean[i] > 0.0)
                out.trend[i] = trend.at(out.base_mean[i]);
    };
    if (Trend trend{}; fit_trend(telling.mean, telling.own, trend)) {
        out.asymptotic = trend.asymptotic;
        out.extra = trend.extra;
        fill(trend);
    } else {
        fill(LocalTrend(telling));
    }
}

/// Residuals of ln own in bins of ½ from −10 to 10, and how likely they are as ln(χ²/df) plus a normal.
class BinnedResiduals {
  public:
    BinnedResiduals(std::span<const double> residual, double df) {
        for (const double r : residual)
            if (std::abs(r) < reach)
                count_[static_cast<std::size_t>(2.0 * (r + reach))] += 1.0;
        const double half = df / 2.0;
        const double constant = half * std::log(half) - log_gamma(half);
        for (double x = -40.0; x < 6.0; x += step) {
            x_.push_back(x);
            density_.push_back(std::exp(constant + half * (x - std::exp(x))));
        }
    }

    double operator()(double variance) const {
        std::array<double, bins + 1> below{};
        for (std::size_t b = 0; b <= bins; ++b)
            for (std::size_t k = 0; k < x_.size(); ++k)
                below[b] += step * density_[k] *
                            normal_cdf((static_cast<double>(b) / 2.0 - reach - x_[k]) / std::sqrt(variance));
        double sum = 0.0;
        for (std::size_t b = 0; b < bins; ++b)
            if (count_[b] > 0.0)
                sum += count_[b] * std::log((below[b + 1] - below[b]) / (below[bins] - below[0]));
        return sum;
    }

  private:
    static constexpr double reach = 10.0;
    static constexpr std::size_t bins = 40;
    static constexpr double step = 0.05;
    std::array<double, bins> count_{};
    std::vector<double> x_, density_;
};

void add_widths(std::size_t residual_df, MapDispersions& out) {
    constexpr double mad_to_sd = 1.4826;
    constexpr std::size_t few = 3;
    constexpr double widest = 8.0;
    std::vector<double> residual, distance;
    for (std::size_t i = 0; i < out.own.size(); ++i)
        if (out.own[i] >= telling_dispersion)
            residual.push_back(std::log(out.own[i]) - std::log(out.trend[i]));
    const double centre = median(residual);
    for (const double r : residual)
        distance.push_back(std::abs(r - centre));
    out.residual_variance = std::pow(mad_to_sd * median_reordering(distance), 2);
    const double df = static_cast<double>(residual_df);
    if (residual_df > few) {
        out.prior_variance = std::max(out.residual_variance - trigamma(df / 2.0), least_prior_variance);
    } else {
        const BinnedResiduals likelihood(residual, df);
        out.prior_variance = maximise(least_prior_variance, widest, likelihood);
    }
}

double largest_dispersion(std::size_t samples) {
    return std::max(10.0, static_cast<double>(samples));
}

double most_likely(Posterior& posterior, std::size_t samples) {
    return std::exp(maximise(std::log(least_dispersion), std::log(largest_dispersion(samples)), posterior));
}

}  // namespace

void moderate_dispersions(Counts counts, const LogLinearDesign& design, MapDispersions& out) {
    Posterior posterior(counts, design, out.mean);
    const double outlying = 2.0 * std::sqrt(out.residual_variance);
    out.dispersion = out.own;
    for (std::size_t i = 0; i < out.own.size(); ++i) {
        const double centre = std::log(out.trend[i]);
        if (!(std::log(out.own[i]) <= centre + outlying))
            continue;
        posterior.look_at(i, {centre, out.prior_variance});
        out.dispersion[i] = most_likely(posterior, counts.samples);
    }
}

MapDispersions estimate_map_dispersions(Counts counts, const LogLinearDesign& design) {
    const std::size_t features = counts.features();
    const std::vector<double> unknown(features, nan_value);
    const Normalised normalised = normalise(counts, design.offset);
    MapDispersions out{normalised.mean, unknown,   unknown,   unknown,  {},
                       nan_value,       nan_value, nan_value, nan_value};
    if (counts.samples <= design.coefficients)
        return out;
    out.mean = means_for_dispersions(counts, design, normalised, largest_dispersion(counts.samples));
    const std::vector<std::uint8_t> vanish = vanishing(out.mean, features);
    for (double& mu : out.mean)
        mu = std::max(mu, least_mean);
    Posterior posterior(counts, design, out.mean);
    for (std::size_t i = 0; i < features; ++i)
        if (out.base_mean[i] > 0.0) {
            posterior.look_at(i, {});
            out.own[i] = vanish[i] ? least_dispersion : most_likely(posterior, counts.samples);
        }
    constexpr std::size_t least_features = 3;
    const Telling telling = telling_features(out);
    if (telling.own.size() < least_features) {  // nothing scatters beyond counting
        out.dispersion = out.trend = out.own;
        return out;
    }
    add_trend(telling, out);
    add_widths(counts.samples - design.coefficients, out);
    moderate_dispersions(counts, design, out);
    return out;
}

}  // namespace wellsieve::kernels::stats
