#include "kernels/curve/exp_log.hpp"

#include <cassert>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/curve/exp_log.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/curve/exp_log-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {

template <class Lanes, class Scalar>
HWY_INLINE void map_all(std::span<const double> x, std::span<double> out, Lanes lanes, Scalar scalar) {
    const hn::ScalableTag<double> d;
    const std::size_t step = hn::Lanes(d);
    std::size_t i = 0;
    for (; i + step <= x.size(); i += step)
        hn::StoreU(lanes(d, hn::LoadU(d, x.data() + i)), d, out.data() + i);
    for (; i < x.size(); ++i)
        out[i] = scalar(x[i]);
}

void exponentials_in_lanes(std::span<const double> x, std::span<double> out) {
    map_all(
        x, out, [](auto d, auto v) HWY_ATTR { return exponential(d, v); },
        [](double v) { return curve::exponential(v); });
}

void natural_logs_in_lanes(std::span<const double> x, std::span<double> out) {
    map_all(
        x, out, [](auto d, auto v) HWY_ATTR { return natural_log(d, v); },
        [](double v) { return curve::natural_log(v); });
}

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::curve {

HWY_EXPORT(exponentials_in_lanes);
HWY_EXPORT(natural_logs_in_lanes);

void exponentials(std::span<const double> x, std::span<double> out) noexcept {
    assert(x.size() == out.size());
    HWY_DYNAMIC_DISPATCH(exponentials_in_lanes)(x, out);
}

void natural_logs(std::span<const double> x, std::span<double> out) noexcept {
    assert(x.size() == out.size());
    HWY_DYNAMIC_DISPATCH(natural_logs_in_lanes)(x, out);
}

void exponentials_reference(std::span<const double> x, std::span<double> out) noexcept {
    assert(x.size() == out.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        out[i] = exponential(x[i]);
}

void natural_logs_reference(std::span<const double> x, std::span<double> out) noexcept {
    assert(x.size() == out.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        out[i] = natural_log(x[i]);
}

}  // namespace wellsieve::kernels::curve
#endif
