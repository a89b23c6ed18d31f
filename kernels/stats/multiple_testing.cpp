#include "kernels/stats/multiple_testing.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

namespace wellsieve::kernels::stats {

void benjamini_hochberg(std::span<const double> p, std::span<double> q) {
    assert(p.size() == q.size());
    std::fill(q.begin(), q.end(), std::numeric_limits<double>::quiet_NaN());
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < p.size(); ++i)
        if (!std::isnan(p[i]))
            order.push_back(i);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
    const double tests = static_cast<double>(order.size());
    double smallest = 1.0;
    for (std::size_t rank = order.size(); rank > 0; --rank) {
        smallest = std::min(smallest, tests / static_cast<double>(rank) * p[order[rank - 1]]);
        q[order[rank - 1]] = smallest;
    }
}

std::size_t longest_prefix_within_fdr(std::span<const double> probability, double alpha) noexcept {
    double false_ones = 0.0;
    std::size_t longest = 0;
    for (std::size_t i = 0; i < probability.size(); ++i) {
        false_ones += std::isnan(probability[i]) ? 1.0 : 1.0 - probability[i];
        if (false_ones <= alpha * static_cast<double>(i + 1))
            longest = i + 1;
    }
    return longest;
}

}  // namespace wellsieve::kernels::stats
