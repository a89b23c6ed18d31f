#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/curve/curves.hpp"

namespace wellsieve::kernels::curve {

/// Growth models of the value N at time t, in the parameters of `GrowthParameter`:
/// initial N0, capacity K, rate μ, lag λ, shape.
enum class GrowthModel : std::uint8_t {
    logistic,  ///< N = K / (1 + (K/N0 − 1) e^(−μt)); μ is the intrinsic rate, not the observed maximum
    richards,  ///< N = K (1 + ((K/N0)^β − 1) e^(−βμt))^(−1/β); shape β
    baranyi,   ///< Baranyi & Roberts 1994 (IJFM 23:277); h0 = μλ
    huang,     ///< Huang 2011 (Food Microbiol 28:770); shape α, the sharpness of the end of the lag
    zwietering_logistic,  ///< ln N = ln N0 + A / (1 + e^(4μ(λ−t)/A + 2)), A = ln(K/N0): Zwietering 1990
    gompertz,             ///< ln N = ln N0 + A exp(−e^(μe(λ−t)/A + 1)) (AEM 56:1875)
    zwietering_richards,  ///< ln N = ln N0 + A (1 + v e^(1+v) e^(μ(1+v)^(1+1/v)(λ−t)/A))^(−1/v); shape v
};
inline constexpr std::size_t growth_model_count = 7;

enum class GrowthParameter : std::uint8_t { initial, capacity, rate_per_h, lag_h, shape };
inline constexpr std::size_t growth_parameter_count = 5;

/// Whether a model has a parameter.
constexpr bool has_parameter(GrowthModel model, GrowthParameter parameter) noexcept {
    if (parameter == GrowthParameter::lag_h)
        return model != GrowthModel::logistic && model != GrowthModel::richards;
    if (parameter == GrowthParameter::shape)
        return model == GrowthModel::richards || model == GrowthModel::huang ||
               model == GrowthModel::zwietering_richards;
    return true;
}

enum class FitScale : std::uint8_t {
    linear,       ///< least squares of N, as growthcurver and growthrates do
    logarithmic,  ///< of ln N; readings at or below 0 are not used
};

struct FitOptions {
    GrowthModel model = GrowthModel::logistic;
    FitScale scale = FitScale::linear;
    double min_rate_per_h = 1e-4;
    double max_rate_per_h = 20;
    double min_lag_h = undefined;  ///< NaN: 0, and minus the length of the curve in Zwietering's models
    double max_lag_h = undefined;  ///< NaN: the length of the curve
    std::uint32_t max_iterations = 500;
};

enum class FitOutcome : std::uint8_t {
    converged,
    undetermined,          ///< converged, but the curve says nothing of some parameter: its error is NaN
    iterations_exhausted,  ///< stopped at `max_iterations`, or where no step helped
    too_few_points,        ///< not more usable points than parameters
    no_signal,             ///< no reading above 0: nothing to start from
};

/// The fit of one well. A parameter the model lacks, and everything of a curve that was not fitted, is NaN.
struct GrowthFit {
    std::array<double, growth_parameter_count> value;
    std::array<double, growth_parameter_count>
        standard_error;                          ///< NaN at a bound, and where data say nothing
    double residual_sum_of_squares = undefined;  ///< on the scale of the fit
    double akaike = undefined;  ///< n (ln 2π + ln(RSS/n) + 1) + 2 (p + 1), R's AIC; NaN for RSS = 0
    std::uint32_t points = 0;
    std::uint32_t iterations = 0;  ///< of the start that won
    std::uint8_t at_bound = 0;     ///< bit p: GrowthParameter p stands at a bound: failed, whatever its RSS
    FitOutcome outcome = FitOutcome::too_few_points;

    double operator[](GrowthParameter p) const noexcept { return value[static_cast<std::size_t>(p)]; }
    double error(GrowthParameter p) const noexcept { return standard_error[static_cast<std::size_t>(p)]; }
    bool is_at_bound(GrowthParameter p) const noexcept {
        return (at_bound >> static_cast<unsigned>(p) & 1) != 0;
    }
    bool usable() const noexcept { return outcome == FitOutcome::converged && at_bound == 0; }
};

/// Fits a model to each well by Levenberg–Marquardt from start values taken from the curve, models with more
/// than three parameters from several, of which the lowest RSS counts. Positive parameters are fitted as
/// their logarithms, between 1e-9 and 1000 times the largest reading; shapes between 1e-3 and 100.
///
/// Wells in lanes, each on its own: a lane whose well is done takes the next. Values that are not finite are
/// missing. Same bits on every SIMD target. Converged: the next step would lower RSS by less than 1e-12 of
/// itself. Linear in wells, times and iterations; allocates once a call. out: one a well.
void fit_growth(const Curves& curves, const FitOptions& options, std::span<GrowthFit> out) noexcept;

/// Well after well, with the standard library's functions and derivatives by differences: the same minimum,
/// not the same bits. Slow.
void fit_growth_reference(const Curves& curves, const FitOptions& options, std::span<GrowthFit> out) noexcept;

/// The model at time t, for parameters of which those the model lacks are not looked at.
double growth_at(GrowthModel model, const std::array<double, growth_parameter_count>& parameters,
                 double time_h) noexcept;

}  // namespace wellsieve::kernels::curve
