#include "kernels/stats/rank_aggregation.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

#include "kernels/stats/special_functions.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// P(k-th smallest of n uniform values ≤ x).
double order_statistic_cdf(std::size_t k, std::size_t n, double x) {
    return incomplete_beta(static_cast<double>(k), static_cast<double>(n - k + 1), x);
}

/// How many of n uniform values lie below a bound that rises from 0: the probability of each number, of those
/// paths that are still followed (Noé 1972).
class UniformCounts {
  public:
    explicit UniformCounts(std::size_t n) : n_(n) { probability_[0] = 1.0; }

    void raise_bound(double bound) {
        const double share = bound_ < 1.0 ? std::clamp((bound - bound_) / (1.0 - bound_), 0.0, 1.0) : 0.0;
        std::array<double, most_rank_lists + 1> next{};
        for (std::size_t j = 0; j <= n_; ++j)
            spread(probability_[j], j, share, next);
        probability_ = next;
        bound_ = bound;
    }

    /// Stops following the paths with `first` to `last` values below the bound; their probability.
    double drop(std::size_t first, std::size_t last) {
        double sum = 0.0;
        for (std::size_t j = first; j <= last; ++j) {
            sum += probability_[j];
            probability_[j] = 0.0;
        }
        return sum;
    }

    double probability(std::size_t count) const { return probability_[count]; }

  private:
    std::size_t n_;
    double bound_ = 0.0;
    std::array<double, most_rank_lists + 1> probability_{};

    /// Adds p times the binomial probabilities of 0, 1, … of the n − j values above to fall below the new
    /// bound.
    void spread(double p, std::size_t j, double share, std::array<double, most_rank_lists + 1>& next) const {
        const std::size_t above = n_ - j;
        if (share == 1.0) {
            next[n_] += p;
            return;
        }
        double term = p * std::pow(1.0 - share, static_cast<double>(above));
        for (std::size_t i = 0; i <= above; ++i) {
            next[j + i] += term;
            term *= share / (1.0 - share) * static_cast<double>(above - i) / static_cast<double>(i + 1);
        }
    }
};

double stuart_p(std::span<const double> sorted) {
    UniformCounts counts(sorted.size());
    for (std::size_t k = 1; k <= sorted.size(); ++k) {
        counts.raise_bound(sorted[k - 1]);
        counts.drop(0, k - 1);
    }
    return counts.probability(sorted.size());
}

/// P(min_k β_k ≤ ρ): that at some k the k-th smallest value is below its own bound.
double robust_p(double rho, std::size_t n) {
    UniformCounts counts(n);
    double p = 0.0;
    for (std::size_t k = 1; k <= n; ++k) {
        counts.raise_bound(
            incomplete_beta_inverse(static_cast<double>(k), static_cast<double>(n - k + 1), rho));
        p += counts.drop(k, n);
    }
    return std::min(p, 1.0);
}

}  // namespace

RankAggregate aggregate_ranks(std::span<const double> ranks, double ranked) noexcept {
    assert(ranks.size() <= most_rank_lists);
    std::array<double, most_rank_lists> share;
    std::size_t n = 0;
    double log_product = 0.0;
    for (const double rank : ranks)
        if (!std::isnan(rank)) {
            share[n++] = rank / ranked;
            log_product += std::log(rank);
        }
    if (n == 0)
        return {nan_value, nan_value, nan_value, nan_value, nan_value, nan_value};
    std::sort(share.begin(), share.begin() + n);
    const double lists = static_cast<double>(n);
    RankAggregate out{};
    out.rank_product = std::exp(log_product / lists);
    out.rank_product_p = incomplete_gamma_upper(lists, lists * std::log(ranked + 1.0) - log_product);
    out.robust_rho = 1.0;
    for (std::size_t k = 1; k <= n; ++k)
        out.robust_rho = std::min(out.robust_rho, order_statistic_cdf(k, n, share[k - 1]));
    out.robust_p_bound = std::min(1.0, lists * out.robust_rho);
    out.robust_p = robust_p(out.robust_rho, n);
    out.stuart_p = stuart_p(std::span(share).first(n));
    return out;
}

}  // namespace wellsieve::kernels::stats
