#pragma once

#include <cstdint>
#include <span>

#include "kernels/curve/curves.hpp"

namespace wellsieve::kernels::curve {

struct GaussianProcessOptions {
    std::uint32_t min_points = 6;       ///< usable points; never fewer than 4
    double least_length_h = undefined;  ///< of the process; NaN: twice the mean distance of the times
    double most_length_h = undefined;   ///< NaN: three times the length of the curve
};

/// Everything is NaN where a curve has too few points or does not move at all.
struct GaussianProcessRate {
    double rate_per_h = undefined;  ///< largest posterior mean of d ln(value)/dt at a time of the plate
    double standard_error_per_h = undefined;  ///< posterior, given length and variances: a lower bound
    double time_h = undefined;
    double ln_value = undefined;  ///< posterior mean there
    double length_h = undefined;  ///< of the process
    double process_sd = undefined;
    double noise_sd = undefined;  ///< of ln(value)
    double log_likelihood = undefined;
    std::uint32_t points = 0;
    bool length_at_bound = false;
};

/// The maximum specific growth rate by a Gaussian process of ln(value) and its derivative (Swain 2016, Nat
/// Commun 7:13766), with Matérn-5/2 covariance about the mean of the curve. Length and noise maximise the
/// marginal likelihood, the variance is solved for. Readings at or below 0 are not used; the time of the
/// maximum lies between the first and the last usable reading.
///
/// Exact, and linear in times: the process is that of a linear stochastic differential equation of three
/// states, so a Kalman filter gives its likelihood, and a Bryson–Frazier smoother its derivative (Hartikainen
/// & Särkkä 2010). Wells in lanes, each sum in one order: the same bits on every SIMD target. Allocates once
/// a call. out: one a well.
void gaussian_process_rates(const Curves& curves, const GaussianProcessOptions& options,
                            std::span<GaussianProcessRate> out) noexcept;

/// The same by dense covariance matrices; agrees to about 1e-5. Slow: cubic in times.
void gaussian_process_rates_reference(const Curves& curves, const GaussianProcessOptions& options,
                                      std::span<GaussianProcessRate> out) noexcept;

}  // namespace wellsieve::kernels::curve
