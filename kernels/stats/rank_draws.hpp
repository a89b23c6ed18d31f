#pragma once

#include <cstdint>
#include <span>

namespace wellsieve::kernels::stats {

/// That a strain's value moves by `weight` with the shared error number `source`.
struct SharedLoading {
    std::uint32_t strain;
    std::uint32_t source;
    double weight;
};

/// Normal joint posterior of all strains: covariance diag(own_sd²) + Z diag(shared_sd²) Zᵀ, Z given by its
/// entries that are not 0. Shared errors are, for example, those of the parent's mean on a plate, or of the
/// overall mean in shrink_effects. A NaN mean or own_sd leaves the strain out.
struct JointPosterior {
    std::span<const double> mean;  ///< higher is better
    std::span<const double> own_sd;
    std::span<const SharedLoading> loadings;
    std::span<const double> shared_sd;  ///< one a source
};

struct RankDrawOptions {
    std::uint64_t seed = 1;
    std::uint32_t draws = 4000;
    std::uint32_t top = 10;
    double interval = 0.9;  ///< coverage of the rank interval
};

/// One element a strain; NaN for strains left out. Rank 1 is best.
struct RankOut {
    std::span<double> best_probability;  ///< to be number 1
    std::span<double> top_probability;   ///< to be among the best `top`
    std::span<double> expected_rank;
    std::span<double>
        rank_low;  ///< the interval leaves at most (1 − interval)/2 of the draws below, and above
    std::span<double> rank_high;
};

/// Ranks all strains in each of `draws` joint draws; ties go to the first. Probabilities carry a Monte Carlo
/// error of √(p(1 − p)/draws). The same for every machine, thread count and SIMD target. Linear in strains ×
/// draws; allocates its working memory first, about (1 − interval) · draws · 8 bytes a strain.
void rank_by_draws(const JointPosterior& posterior, const RankDrawOptions& options, const RankOut& out);

}  // namespace wellsieve::kernels::stats
