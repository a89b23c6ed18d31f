#include "kernels/stats/t_test.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "kernels/stats/distributions.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// Σ (x − mean)², 0 for a single value.
double squares(double count, double variance) {
    return count > 1.0 ? (count - 1.0) * variance : 0.0;
}

[[maybe_unused]] bool same_size(const GroupMoments& group, std::size_t n) {
    return group.count.size() == n && group.mean.size() == n && group.variance.size() == n;
}

}  // namespace

void one_sample_contrast(const GroupMoments& group, const ContrastOut& out) noexcept {
    assert(same_size(group, out.effect.size()));
    for (std::size_t i = 0; i < out.effect.size(); ++i) {
        const double n = group.count[i];
        out.effect[i] = group.mean[i];
        out.unscaled_sd[i] = 1.0 / std::sqrt(n);
        out.variance[i] = group.variance[i];
        out.df[i] = std::max(n - 1.0, 0.0);
    }
}

void two_group_contrast(const GroupMoments& a, const GroupMoments& b, const ContrastOut& out) noexcept {
    assert(same_size(a, out.effect.size()) && same_size(b, out.effect.size()));
    for (std::size_t i = 0; i < out.effect.size(); ++i) {
        const bool both = a.count[i] > 0.0 && b.count[i] > 0.0;
        const double df = both ? a.count[i] + b.count[i] - 2.0 : 0.0;
        out.effect[i] = a.mean[i] - b.mean[i];
        out.unscaled_sd[i] = both ? std::sqrt(1.0 / a.count[i] + 1.0 / b.count[i]) : nan_value;
        out.variance[i] = df > 0.0
                              ? (squares(a.count[i], a.variance[i]) + squares(b.count[i], b.variance[i])) / df
                              : nan_value;
        out.df[i] = df;
    }
}

void ordinary_t(const Contrast& contrast, const TTestOut& out) noexcept {
    assert(out.t.size() == contrast.effect.size());
    for (std::size_t i = 0; i < out.t.size(); ++i) {
        out.t[i] = contrast.effect[i] / (contrast.unscaled_sd[i] * std::sqrt(contrast.variance[i]));
        out.df[i] = contrast.df[i];
        out.p[i] = student_t_two_sided_p(out.t[i], out.df[i]);
    }
}

void welch_t(const GroupMoments& a, const GroupMoments& b, const TTestOut& out) noexcept {
    assert(same_size(a, out.t.size()) && same_size(b, out.t.size()));
    for (std::size_t i = 0; i < out.t.size(); ++i) {
        const double va = a.variance[i] / a.count[i];
        const double vb = b.variance[i] / b.count[i];
        const double v = va + vb;
        out.t[i] = (a.mean[i] - b.mean[i]) / std::sqrt(v);
        out.df[i] = v * v / (va * va / (a.count[i] - 1.0) + vb * vb / (b.count[i] - 1.0));
        out.p[i] = student_t_two_sided_p(out.t[i], out.df[i]);
    }
}

}  // namespace wellsieve::kernels::stats
