#include "kernels/plate/agreement.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

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

/// The slopes between all pairs of points, in order; none is held, so that n points cost O(n log n).
class Slopes {
  public:
    /// `a` ascends.
    explicit Slopes(Pairs points) : points_(std::move(points)) {
        for (std::size_t i = points_.b.size(); i-- > 0;)
            points_.b[i] -= points_.b[0];  // slopes stay, and their rounding errors become small
        for (std::size_t i = 1; i < points_.a.size(); ++i) {  // the steepest slopes are between neighbours
            const double slope = (points_.b[i] - points_.b[i - 1]) / (points_.a[i] - points_.a[i - 1]);
            lowest_ = std::fmin(lowest_, slope);
            highest_ = std::fmax(highest_, slope);
        }
    }

    std::uint64_t count() const {
        const std::uint64_t n = points_.a.size();
        return n * (n - 1) / 2 * (n > 0);
    }

    /// The slope that `rank` slopes stand before: the least that more than `rank` slopes do not exceed.
    double at(std::uint64_t rank) const {
        std::int64_t low = place_of(lowest_);
        std::int64_t high = place_of(highest_);
        while (low < high) {
            const std::int64_t middle = std::midpoint(low, high);
            if (count_up_to(double_at(middle)) > rank)
                high = middle;
            else
                low = middle + 1;
        }
        return double_at(high);
    }

  private:
    /// Doubles in order, numbered.
    static std::int64_t place_of(double x) {
        const auto bits = std::bit_cast<std::int64_t>(x);
        return bits < 0 ? std::numeric_limits<std::int64_t>::min() - bits : bits;
    }
    static double double_at(std::int64_t place) {
        return std::bit_cast<double>(place < 0 ? std::numeric_limits<std::int64_t>::min() - place : place);
    }

    /// How many slopes are at most `slope`: pairs whose later point does not lie above the earlier one once
    /// the points are seen along a line of that slope.
    std::uint64_t count_up_to(double slope) const {
        std::vector<double> height(points_.a.size());
        for (std::size_t i = 0; i < height.size(); ++i)
            height[i] = points_.b[i] - slope * points_.a[i];
        std::vector<double> sorted(height.size());
        std::uint64_t pairs = 0;
        for (std::size_t width = 1; width < height.size(); width *= 2) {
            for (std::size_t begin = 0; begin < height.size(); begin += 2 * width)
                pairs += merge(height, begin, width, sorted);
            height.swap(sorted);
        }
        return pairs;
    }

    /// Merges two sorted runs; gives the pairs of them in which the later value does not exceed the earlier.
    static std::uint64_t merge(const std::vector<double>& from, std::size_t begin, std::size_t width,
                               std::vector<double>& into) {
        const std::size_t middle = std::min(begin + width, from.size());
        const std::size_t end = std::min(middle + width, from.size());
        std::uint64_t pairs = 0;
        std::size_t i = begin;
        std::size_t j = middle;
        for (std::size_t k = begin; k < end; ++k) {
            if (j < end && (i == middle || from[j] <= from[i])) {
                pairs += middle - i;
                into[k] = from[j++];
            } else {
                into[k] = from[i++];
            }
        }
        return pairs;
    }

    Pairs points_;
    double lowest_ = undefined;
    double highest_ = undefined;
};

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
    const Slopes slopes(complete(places(in_run_order.size()), in_run_order));
    if (slopes.count() == 0)
        return undefined;
    const double upper = slopes.at(slopes.count() / 2);
    return slopes.count() % 2 != 0 ? upper : (slopes.at(slopes.count() / 2 - 1) + upper) / 2;
}

double drift_correlation(std::span<const double> in_run_order) noexcept {
    return spearman(places(in_run_order.size()), in_run_order);
}

}  // namespace wellsieve::kernels::plate
