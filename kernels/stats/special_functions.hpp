#pragma once

namespace wellsieve::kernels::stats {

// Special functions that <cmath> lacks or that are not safe in threads there. Relative error below 1e-12
// against 50-digit values (tests/data/reference/special_functions.tsv). An argument outside the domain gives
// NaN.

/// ln Γ(x), x > 0.
double log_gamma(double x) noexcept;

/// ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b), without the cancellation that large arguments bring; a, b >
/// 0.
double log_beta(double a, double b) noexcept;

/// ψ(x), ψ'(x) and ψ''(x), x > 0. Near the root of ψ at 1.4616 the error is absolute.
double digamma(double x) noexcept;
double trigamma(double x) noexcept;
double tetragamma(double x) noexcept;

/// The y > 0 with ψ'(y) = x, x > 0. Newton on 1/ψ' with limma's start and its limits for very large and small
/// x (Smyth 2004, appendix).
double trigamma_inverse(double x) noexcept;

/// Regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 − P, a > 0, x ≥ 0; each accurate in its own
/// tail.
double incomplete_gamma_lower(double a, double x) noexcept;
double incomplete_gamma_upper(double a, double x) noexcept;

/// Regularised incomplete beta function I_x(a, b), a, b > 0, 0 ≤ x ≤ 1.
double incomplete_beta(double a, double b, double x) noexcept;

/// ln I_x(a, b) where the caller knows y = 1 − x better than a subtraction would give it. Does not underflow.
double log_incomplete_beta(double a, double b, double x, double y) noexcept;

/// The x with I_x(a, b) = p, 0 ≤ p ≤ 1.
double incomplete_beta_inverse(double a, double b, double p) noexcept;

}  // namespace wellsieve::kernels::stats
