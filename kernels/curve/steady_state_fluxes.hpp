#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/curve/curves.hpp"

namespace wellsieve::kernels::curve {

/// Samples of one vessel: values[time * columns + column], column 0 the biomass X, the others metabolites;
/// NaN is not measured. sd: standard deviation of each value, in the same places (only ratios count for the
/// estimates; all of it for the intervals and chi-square). Times ascending from inoculation.
struct VesselSamples {
    std::span<const double> times_h;
    std::span<const double> values;
    std::span<const double> sd;
    std::size_t columns = 0;

    std::size_t metabolites() const noexcept { return columns - 1; }
};

struct FluxOptions {
    bool with_lag = true;
    double min_rate_per_h = 1e-3;
    double max_rate_per_h = 3;
    double max_lag_h = undefined;  ///< NaN: half of the last time
    /// Known first-order decay of each metabolite without cells, 1/h; empty: none.
    std::span<const double> degradation_per_h = {};
    std::uint32_t draws = 0;   ///< Monte Carlo refits behind the intervals; 0: none
    double confidence = 0.95;  ///< of the intervals
    std::uint64_t seed = 1;
    std::uint32_t stream = 0;  ///< e.g. the number of the vessel
};

struct Interval {
    double low = undefined;
    double high = undefined;
    double sd = undefined;
};

/// Of one metabolite: q in units of it per unit of biomass and hour, negative for what is taken up.
struct Flux {
    double specific_rate = undefined;
    double initial = undefined;  ///< M0
    Interval specific_rate_interval;
    Interval initial_interval;
};

struct SteadyState {
    double initial_biomass = undefined;  ///< X0
    double growth_rate_per_h = undefined;
    double lag_h = undefined;  ///< 0 without lag
    Interval initial_biomass_interval;
    Interval growth_rate_interval;
    Interval lag_interval;
    double chi_square = undefined;  ///< Σ (deviation / sd)²
    std::uint32_t points = 0;       ///< measured values
    std::uint32_t parameters = 0;
    bool rate_at_bound = false;  ///< the fit has failed
};

/// Growth rate and fluxes of a culture in exponential steady state, as PhysioFit estimates them (Le Grégam
/// 2024, Bioinformatics 40:btae512): after the lag X = X0 e^(μτ), τ = t − lag, and each metabolite with decay
/// k
///   M = M0 e^(−kt) + q X0 / (μ + k) · (e^(μτ) − e^(−kτ)),
/// before it X = X0, M = M0 e^(−kt); weighted least squares over all of them. Given μ and lag all else is
/// linear, so the minimum is looked for in these two alone, between every two sampling times: it is the
/// global one. X0, M0 and q have no bounds. Intervals: percentiles of refits, near the minimum, of the fitted
/// curve with normal errors of sd.
///
/// A metabolite that its samples do not determine has NaN; a vessel with fewer than two biomass values above
/// 0 has NaN throughout. fluxes: one a metabolite. Allocates; deterministic in seed and stream.
SteadyState fit_steady_state(const VesselSamples& samples, const FluxOptions& options,
                             std::span<Flux> fluxes);

}  // namespace wellsieve::kernels::curve
