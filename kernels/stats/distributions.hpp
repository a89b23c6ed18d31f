#pragma once

namespace wellsieve::kernels::stats {

// Normal and Student t. Tails are relative: p = 1e-200 is as exact as p = 0.1 (error below 1e-12, against
// 50-digit values in tests/data/reference/distributions.tsv). df may be fractional, and +∞ means normal. NaN
// in, NaN out; df ≤ 0 gives NaN.

double normal_cdf(double z) noexcept;

/// The z with Φ(z) = p; −∞ and +∞ at 0 and 1.
double normal_quantile(double p) noexcept;

double student_t_cdf(double t, double df) noexcept;

/// P(|T| ≥ |t|).
double student_t_two_sided_p(double t, double df) noexcept;

/// The t with P(T ≤ t) = p; −∞ and +∞ at 0 and 1.
double student_t_quantile(double p, double df) noexcept;

/// ln P(T ≥ t) for t ≥ 0, and the t ≥ 0 with that ln P ≤ ln ½: for tails below the smallest double.
double student_t_log_tail(double t, double df) noexcept;
double student_t_tail_quantile(double log_p, double df) noexcept;

}  // namespace wellsieve::kernels::stats
