#include "kernels/plate/agreement.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "kernels/stats/order_statistics_internal.hpp"

namespace wellsieve::kernels::plate {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

struct Pairs {
    std::vector<double> a;
    std::vector<double> b;
};

Pairs complete(std::span<const double> a, std::span<const double> b) {
    assert(a.size() == b.size());
    Pairs out;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (std::isfinite(a[i]) && std::isfinite(b[i])) {
            out.a.push_back(a[i]);
            out.b.push_back(b[i]);
        }
    return out;
}

double mean(const std::vector<double>& x) {
    return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

double correlation(const Pairs& pairs) {
    const double mean_a = mean(pairs.a);
    const double mean_b = mean(pairs.b);
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (std::size_t i = 0; i < pairs.a.size(); ++i) {
        const double a = pairs.a[i] - mean_a;
        const double b = pairs.b[i] - mean_b;
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    return pairs.a.size() < 2 || aa == 0 || bb == 0
               ? undefined
               : std::clamp(ab / std::sqrt(aa) / std::sqrt(bb), -1.0, 1.0);
}

std::vector<double> ranks(const std::vector<double>& x) {
    std::vector<std::size_t> order(x.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return x[i] < x[j]; });
    std::vector<double> out(x.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t last = first;
        while (last + 1 < order.size() && x[order[last + 1]] == x[order[first]])
            ++last;
        for (std::size_t i = first; i <= last; ++i)
            out[order[i]] = static_cast<double>(first + last) / 2 + 1;
        first = last + 1;
    }
    return out;
}

std::vector<double> places(std::size_t n) {
    std::vector<double> out(n);
    std::iota(out.begin(), out.end(), 0.0);
    return out;
}

}  // namespace

double pearson(std::span<const double> a, std::span<const double> b) noexcept {
    return correlation(complete(a, b));
}

double spearman(std::span<const double> a, std::span<const double> b) noexcept {
    const Pairs pairs = complete(a, b);
    return correlation({ranks(pairs.a), ranks(pairs.b)});
}

double repeatability_sd(std::span<const double> a, std::span<const double> b) noexcept {
    const Pairs pairs = complete(a, b);
    double sum = 0;
    for (std::size_t i = 0; i < pairs.a.size(); ++i)
        sum += (pairs.a[i] - pairs.b[i]) * (pairs.a[i] - pairs.b[i]) / 2;
    return pairs.a.empty() ? undefined : std::sqrt(sum / static_cast<double>(pairs.a.size()));
}

double theil_sen_slope(std::span<const double> in_run_order) noexcept {
    const Pairs pairs = complete(places(in_run_order.size()), in_run_order);
    std::vector<double> slopes;
    for (std::size_t i = 0; i < pairs.a.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            slopes.push_back((pairs.b[i] - pairs.b[j]) / (pairs.a[i] - pairs.a[j]));
    return stats::median_reordering(slopes);
}

double drift_correlation(std::span<const double> in_run_order) noexcept {
    return spearman(places(in_run_order.size()), in_run_order);
}

}  // namespace wellsieve::kernels::plate
