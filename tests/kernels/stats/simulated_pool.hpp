#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "kernels/stats/counts.hpp"

namespace wellsieve::tests {

struct PoolSpec {
    std::size_t genes = 5000;
    std::size_t guides_per_gene = 4;
    std::size_t samples = 6;
    double log_abundance_sd = 0.9;
    double dispersion = 0.05;      ///< at many counts
    double dispersion_df = 10.0;   ///< how much features differ in it: χ²-distributed
    double jackpot_share = 0.001;  ///< of counts that are multiplied
    double jackpot_factor = 20.0;
    std::vector<std::size_t> batch = {};  ///< [sample]; empty: all of one
    double batch_sd = 0.0;                ///< of ln of what a batch multiplies a guide by
    unsigned seed = 1;
};

/// [sample] Of one guide.
inline std::vector<double> batch_factors(const PoolSpec& spec, std::mt19937_64& random) {
    std::vector<double> out(spec.samples, 1.0);
    if (spec.batch.empty())
        return out;
    std::normal_distribution<double> normal(0.0, spec.batch_sd);
    std::vector<double> factor(1 + *std::max_element(spec.batch.begin(), spec.batch.end()));
    for (double& f : factor)
        f = std::exp(normal(random));
    for (std::size_t s = 0; s < spec.samples; ++s)
        out[s] = factor[spec.batch[s]];
    return out;
}

/// Counts without any effect of a condition: over-dispersed, with jackpots; [sample][guide], guides of a gene
/// side by side.
inline std::vector<double> pool_without_effects(const PoolSpec& spec) {
    std::mt19937_64 random(spec.seed);
    std::normal_distribution<double> normal;
    std::chi_squared_distribution<double> scatter(spec.dispersion_df);
    std::uniform_real_distribution<double> uniform;
    const std::size_t n = spec.genes * spec.guides_per_gene;
    std::vector<double> out(spec.samples * n);
    for (std::size_t i = 0; i < n; ++i) {
        const double mean = 300.0 * std::exp(spec.log_abundance_sd * normal(random));
        const double phi = (spec.dispersion + 2.0 / mean) * spec.dispersion_df / scatter(random);
        const std::vector<double> of_batch = batch_factors(spec, random);
        for (std::size_t s = 0; s < spec.samples; ++s) {
            const double depth = 1.0 + 0.1 * static_cast<double>(s % 3);
            std::gamma_distribution<double> rate(1.0 / phi, phi * mean * depth * of_batch[s]);
            double value =
                static_cast<double>(std::poisson_distribution<std::int64_t>(rate(random) + 1e-12)(random));
            if (uniform(random) < spec.jackpot_share)
                value *= spec.jackpot_factor;
            out[s * n + i] = value;
        }
    }
    return out;
}

}  // namespace wellsieve::tests
