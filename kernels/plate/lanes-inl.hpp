// Plates in lanes: one vector holds one well of as many plates as the target has lanes.

#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <utility>

#include "kernels/plate/sort_network_internal.hpp"

#if defined(WELLSIEVE_KERNELS_PLATE_LANES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WELLSIEVE_KERNELS_PLATE_LANES_INL
#undef WELLSIEVE_KERNELS_PLATE_LANES_INL
#else
#define WELLSIEVE_KERNELS_PLATE_LANES_INL
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::plate::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<double>;
using Vector = hn::Vec<Lanes>;
using Mask = hn::Mask<Lanes>;
inline constexpr std::size_t lane_count = hn::MaxLanes(Lanes());

HWY_INLINE void exchange(Vector& low, Vector& high) {
    const Vector smaller = hn::Min(low, high);
    high = hn::Max(low, high);
    low = smaller;
}

template <std::size_t N, std::size_t... I>
HWY_INLINE void sort_unrolled(std::array<Vector, N>& v, std::index_sequence<I...>) {
    constexpr auto network = comparators<N>();
    (exchange(v[network[I].low], v[network[I].high]), ...);
}

/// Sorts each lane. Unrolled, so that the compiler keeps vectors in registers and drops what nobody reads.
template <std::size_t N>
HWY_INLINE void sort_lanes(std::array<Vector, N>& v) {
    sort_unrolled(v, std::make_index_sequence<comparator_count(N)>());
}

/// Sorts each lane of n vectors in memory.
HWY_INLINE void sort_lanes(double* HWY_RESTRICT values, std::size_t n) {
    const Lanes d;
    merge_exchange(n, [&](std::size_t i, std::size_t j) HWY_ATTR {
        Vector low = hn::Load(d, values + i * lane_count);
        Vector high = hn::Load(d, values + j * lane_count);
        exchange(low, high);
        hn::Store(low, d, values + i * lane_count);
        hn::Store(high, d, values + j * lane_count);
    });
}

}  // namespace wellsieve::kernels::plate::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
