#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "kernels/curve/parametric_fit.hpp"

namespace wellsieve::kernels::curve::parametric_fit_internal {

/// What is really fitted: ln N0, ln K (Zwietering's models: ln A), ln μ, λ, ln shape. In this order, without
/// those that the model lacks.
inline constexpr std::size_t most_parameters = growth_parameter_count;
inline constexpr std::size_t most_moments = most_parameters * (most_parameters + 1) / 2;

struct Slots {
    std::array<GrowthParameter, most_parameters> parameter{};
    std::size_t count = 0;
};

constexpr Slots slots_of(GrowthModel model) noexcept {
    Slots out;
    for (std::size_t p = 0; p < growth_parameter_count; ++p)
        if (has_parameter(model, static_cast<GrowthParameter>(p)))
            out.parameter[out.count++] = static_cast<GrowthParameter>(p);
    return out;
}

constexpr bool is_zwietering(GrowthModel model) noexcept {
    return model == GrowthModel::zwietering_logistic || model == GrowthModel::gompertz ||
           model == GrowthModel::zwietering_richards;
}

/// How many starts a fit is made from.
constexpr std::size_t start_count(GrowthModel model) noexcept {
    return model == GrowthModel::logistic ? 1 : model == GrowthModel::zwietering_logistic ? 2 : 3;
}

/// Where a fit begins and what it may not leave, in fitted parameters.
struct Start {
    std::array<double, most_parameters> at{};
    std::array<double, most_parameters> low{};
    std::array<double, most_parameters> high{};
};

/// One curve, on the scale of the fit; weight 1 where it can be used, else value and weight 0.
struct Samples {
    std::span<const double> times_h;
    std::span<double> value;
    std::span<double> weight;
};

struct Loaded {
    std::uint32_t points = 0;
    double largest = 0;         ///< reading, on the linear scale
    double sum_of_squares = 0;  ///< of the values
};

/// Takes one well out of the plate.
Loaded load(const Curves& curves, std::size_t well, FitScale scale, const Samples& samples) noexcept;

/// FitOutcome of a curve that cannot be fitted, or converged.
FitOutcome refusal(const Loaded& loaded, GrowthModel model) noexcept;

/// Start `index` of a curve that can be fitted.
Start find_start(const Samples& samples, const Loaded& loaded, const FitOptions& options,
                 std::size_t index) noexcept;

/// A minimum that was found: fitted parameters, RSS, Jᵀ J (upper triangle, row after row).
struct Minimum {
    std::array<double, most_parameters> at{};
    std::array<double, most_moments> moments{};
    double rss = 0;
    std::uint32_t iterations = 0;
    bool converged = false;
};

/// Parameters, errors and AIC of a minimum.
GrowthFit describe(const Minimum& minimum, const Start& bounds, const Loaded& loaded,
                   const FitOptions& options) noexcept;

GrowthFit refused(FitOutcome why, std::uint32_t points) noexcept;

/// When a fit stops.
inline constexpr double least_gain = 1e-12;      ///< of RSS, by a step without damping
inline constexpr double rounding_level = 1e-26;  ///< RSS over the sum of squares of what is fitted
inline constexpr double first_damping = 1e-3;
inline constexpr double largest_damping = 1e12;
inline constexpr double least_information = 1e-16;  ///< of a parameter, of that of the best known one
inline constexpr double least_pivot = 1e-13;        ///< of a diagonal element

}  // namespace wellsieve::kernels::curve::parametric_fit_internal
