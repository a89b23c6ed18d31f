#include "kernels/stats/replicate_moments.hpp"

#include <cassert>
#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/stats/replicate_moments.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef WELLSIEVE_REPLICATE_MOMENTS_SHARED
#define WELLSIEVE_REPLICATE_MOMENTS_SHARED
namespace wellsieve::kernels::stats::replicate_moments_internal {

inline constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

inline void one_feature(std::span<const double> values, std::size_t replicates, std::size_t feature,
                        const MomentsOut& out) {
    const std::size_t features = out.mean.size();
    double count = 0.0;
    double sum = 0.0;
    for (std::size_t r = 0; r < replicates; ++r)
        if (const double value = values[r * features + feature]; !std::isnan(value)) {
            count += 1.0;
            sum += value;
        }
    const double mean = sum / count;
    double squares = 0.0;
    for (std::size_t r = 0; r < replicates; ++r)
        if (const double value = values[r * features + feature]; !std::isnan(value))
            squares += (value - mean) * (value - mean);
    out.count[feature] = count;
    out.mean[feature] = mean;
    out.variance[feature] = count > 1.0 ? squares / (count - 1.0) : nan_value;
}

}  // namespace wellsieve::kernels::stats::replicate_moments_internal
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::stats::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

void moments_in_lanes(std::span<const double> values, std::size_t replicates, const MomentsOut& out) {
    const hn::ScalableTag<double> d;
    const auto one = hn::Set(d, 1.0);
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t features = out.mean.size();
    std::size_t i = 0;
    for (; i + lanes <= features; i += lanes) {
        auto count = hn::Zero(d);
        auto sum = hn::Zero(d);
        for (std::size_t r = 0; r < replicates; ++r) {
            const auto value = hn::LoadU(d, values.data() + r * features + i);
            const auto present = hn::Eq(value, value);
            count = hn::Add(count, hn::IfThenElseZero(present, one));
            sum = hn::Add(sum, hn::IfThenElseZero(present, value));
        }
        const auto mean = hn::Div(sum, count);
        auto squares = hn::Zero(d);
        for (std::size_t r = 0; r < replicates; ++r) {
            const auto value = hn::LoadU(d, values.data() + r * features + i);
            const auto off = hn::Sub(value, mean);
            squares = hn::Add(squares, hn::IfThenElseZero(hn::Eq(value, value), hn::Mul(off, off)));
        }
        const auto variance = hn::IfThenElse(hn::Gt(count, one), hn::Div(squares, hn::Sub(count, one)),
                                             hn::Set(d, replicate_moments_internal::nan_value));
        hn::StoreU(count, d, out.count.data() + i);
        hn::StoreU(mean, d, out.mean.data() + i);
        hn::StoreU(variance, d, out.variance.data() + i);
    }
    for (; i < features; ++i)
        replicate_moments_internal::one_feature(values, replicates, i, out);
}

}  // namespace wellsieve::kernels::stats::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::stats {
namespace {

HWY_EXPORT(moments_in_lanes);

}  // namespace

void replicate_moments(std::span<const double> values, std::size_t replicates,
                       const MomentsOut& out) noexcept {
    assert(values.size() == replicates * out.mean.size());
    HWY_DYNAMIC_DISPATCH(moments_in_lanes)(values, replicates, out);
}

void replicate_moments_reference(std::span<const double> values, std::size_t replicates,
                                 const MomentsOut& out) noexcept {
    assert(values.size() == replicates * out.mean.size());
    for (std::size_t i = 0; i < out.mean.size(); ++i)
        replicate_moments_internal::one_feature(values, replicates, i, out);
}

}  // namespace wellsieve::kernels::stats
#endif
