#pragma once

namespace wellsieve::kernels::stats {

// Strictly standardised mean difference of a strain, where it has replicates or none (Zhang XD 2007 Genomics
// 89:552; 2011 J Biomol Screen 16:775). NaN where an estimate is not defined.

/// Γ((n − 1)/2) / Γ((n − 2)/2), n > 2, from which the unbiased estimates are made.
double ssmd_gamma_ratio(double n) noexcept;

/// Replicates paired with the median of their plate's negative controls, d_j = x_j − median: mean and
/// standard deviation of the d_j. By moments: mean/sd, n ≥ 2.
double paired_ssmd(double n, double mean, double sd) noexcept;

/// The uniformly minimum variance unbiased estimate: Γ((n − 1)/2)/Γ((n − 2)/2) √(2/(n − 1)) · mean/sd. It
/// does not exist for n = 2, where the factor is 0: n ≥ 3.
double paired_ssmd_umvue(double n, double mean, double sd) noexcept;

/// One value against the negative controls of its plate, whose variance it is taken to have: (x − centre)/(√2
/// spread), with mean and standard deviation (moments) or median and 1.4826 MAD (robust).
double single_ssmd(double value, double centre, double spread) noexcept;

/// Its unbiased estimate from n ≥ 3 controls: (x − mean)/(sd √(2(n − 1)/K)), K = 2 (Γ((n − 1)/2)/Γ((n −
/// 2)/2))², about n − 2.48.
double single_ssmd_umvue(double value, double n, double mean, double sd) noexcept;

}  // namespace wellsieve::kernels::stats
