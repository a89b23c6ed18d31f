// The lines of a plate under polish: rows or columns, with plates in lanes.

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/plate/lanes-inl.hpp"
#include "kernels/plate/summary_internal.hpp"

#if defined(WELLSIEVE_KERNELS_PLATE_MEDIAN_POLISH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WELLSIEVE_KERNELS_PLATE_MEDIAN_POLISH_INL
#undef WELLSIEVE_KERNELS_PLATE_MEDIAN_POLISH_INL
#else
#define WELLSIEVE_KERNELS_PLATE_MEDIAN_POLISH_INL
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::plate::HWY_NAMESPACE {

inline hwy::AlignedFreeUniquePtr<double[]> zeros(std::size_t size) {
    auto out = hwy::AllocateAligned<double>(size);
    std::fill(out.get(), out.get() + size, 0.0);
    return out;
}

/// Lengths with a sorting network of their own, all even; a side of another length is padded with missing
/// wells.
inline constexpr std::size_t network_sides[] = {4, 8, 12, 16, 24, 32, 48};

inline std::size_t padded_side(std::size_t side) {
    return *std::find_if(std::begin(network_sides), std::end(network_sides) - 1,
                         [&](std::size_t length) { return side <= length; });
}

/// Which values of some lines of equal, even length are missing. Half of the missing values of a line sort
/// below everything and half above (of an odd number one more above), so the median stays in the middle of
/// the network.
struct Gaps {
    // What is in the middle of a line.
    static constexpr double two_values = 0;
    static constexpr double one_value = 1;
    static constexpr double empty = 2;

    Gaps(std::size_t lines, std::size_t line_length)
        : length(line_length),
          fill(zeros(lines * line_length * lane_count)),
          kind(zeros(lines * lane_count)),
          missing(lines * lane_count),
          flagged(lines) {}

    /// Takes in one line of one lane; is_gone(i) tells the missing places.
    template <typename IsGone>
    void describe(std::size_t line, std::size_t lane, IsGone is_gone) {
        std::size_t count = 0;
        for (std::size_t i = 0; i < length; ++i)
            count += is_gone(i);
        const std::size_t at = line * lane_count + lane;
        if (count == 0 && missing[at] == 0)
            return;
        double above = infinity;
        for (std::size_t i = 0; i < length; ++i) {
            const bool gone = is_gone(i);
            fill[(line * length + i) * lane_count + lane] = gone ? above : 0;
            above = gone ? -above : above;
        }
        missing[at] = static_cast<std::uint8_t>(count);
        kind[at] = count == length ? empty : count % 2 == 1 ? one_value : two_values;
        flagged[line] =
            std::any_of(missing.begin() + line * lane_count, missing.begin() + (line + 1) * lane_count,
                        [](std::uint8_t n) { return n != 0; });
    }

    bool is_empty(std::size_t line, std::size_t lane) const {
        return kind[line * lane_count + lane] == empty;
    }

    std::size_t length;
    hwy::AlignedFreeUniquePtr<double[]> fill;  ///< [line][i][lane]: 0, or ±inf for a missing value
    hwy::AlignedFreeUniquePtr<double[]> kind;  ///< [line][lane]: what is in the middle
    std::vector<std::uint8_t> missing;         ///< [line][lane]: how many
    std::vector<std::uint8_t> flagged;         ///< [line]: some lane misses something
};

/// The rows, or the columns, of the plates in lanes, and their effects.
struct Direction {
    Direction(std::size_t line_total, std::size_t line_length)
        : lines(line_total),
          length(line_length),
          gaps(line_total, line_length),
          effect_gaps(1, line_total),
          effects(zeros(line_total * lane_count)) {}

    void describe(std::size_t lane, const std::uint8_t* gone, std::size_t line_stride, std::size_t step) {
        for (std::size_t line = 0; line < lines; ++line) {
            gaps.describe(line, lane,
                          [&](std::size_t i) { return gone[line * line_stride + i * step] != 0; });
            effects[line * lane_count + lane] = 0;
        }
        effect_gaps.describe(0, lane, [&](std::size_t line) { return gaps.is_empty(line, lane); });
    }

    /// Writes the first n effects of a lane, 0 for empty lines; how many lines are not empty.
    std::size_t store_effects(std::size_t lane, std::size_t n, double* out) const {
        std::size_t used = 0;
        for (std::size_t line = 0; line < n; ++line) {
            const bool empty = gaps.is_empty(line, lane);
            out[line] = empty ? 0 : effects[line * lane_count + lane];
            used += !empty;
        }
        return used;
    }

    std::size_t lines;
    std::size_t length;
    Gaps gaps;
    Gaps effect_gaps;
    hwy::AlignedFreeUniquePtr<double[]> effects;  ///< [line][lane]
};

/// Median of one line in each lane; 0 where the line is empty.
template <std::size_t N>
HWY_INLINE Vector line_median(const double* HWY_RESTRICT z, std::size_t step, const Gaps& gaps,
                              std::size_t line) {
    const Lanes d;
    const Vector half = hn::Set(d, 0.5);
    const double* fill = gaps.fill.get() + line * N * lane_count;
    std::array<Vector, N> v;
    for (std::size_t i = 0; i < N; ++i)
        v[i] = hn::Load(d, z + i * step * lane_count);
    if (!gaps.flagged[line]) {
        sort_lanes<N>(v);
        return hn::Mul(hn::Add(v[N / 2 - 1], v[N / 2]), half);
    }
    for (std::size_t i = 0; i < N; ++i)
        v[i] = hn::Add(v[i], hn::Load(d, fill + i * lane_count));
    sort_lanes<N>(v);
    const Vector kind = hn::Load(d, gaps.kind.get() + line * lane_count);
    const Vector low = v[N / 2 - 1];
    const Vector high = hn::IfThenElse(hn::Eq(kind, hn::Set(d, Gaps::one_value)), low, v[N / 2]);
    return hn::IfThenZeroElse(hn::Eq(kind, hn::Set(d, Gaps::empty)), hn::Mul(hn::Add(low, high), half));
}

/// Takes `delta` off one line; the sum of what is left of it, in absolute value.
template <std::size_t N>
HWY_INLINE Vector take_off(Vector delta, double* HWY_RESTRICT z, std::size_t step, const Gaps& gaps,
                           std::size_t line) {
    const Lanes d;
    const double* fill = gaps.fill.get() + line * N * lane_count;
    const bool flagged = gaps.flagged[line];
    Vector sum = hn::Zero(d);
    for (std::size_t i = 0; i < N; ++i) {
        const Vector rest = hn::Sub(hn::Load(d, z + i * step * lane_count), delta);
        hn::Store(rest, d, z + i * step * lane_count);
        const Vector size = hn::Abs(rest);
        sum = hn::Add(sum, !flagged ? size
                                    : hn::IfThenElseZero(
                                          hn::Eq(hn::Load(d, fill + i * lane_count), hn::Zero(d)), size));
    }
    return sum;
}

template <std::size_t N>
HWY_NOINLINE Vector polish_lines_of(Direction& direction, double* HWY_RESTRICT z, std::size_t line_stride,
                                    std::size_t step, Mask active) {
    const Lanes d;
    Vector sum = hn::Zero(d);
    for (std::size_t line = 0; line < direction.lines; ++line) {
        double* HWY_RESTRICT at = z + line * line_stride * lane_count;
        const Vector delta = hn::IfThenElseZero(active, line_median<N>(at, step, direction.gaps, line));
        double* effect = direction.effects.get() + line * lane_count;
        hn::Store(hn::Add(hn::Load(d, effect), delta), d, effect);
        sum = hn::Add(sum, take_off<N>(delta, at, step, direction.gaps, line));
    }
    return sum;
}

template <std::size_t N>
HWY_NOINLINE Vector centre_effects_of(Direction& direction, Mask active) {
    double* effects = direction.effects.get();
    const Vector delta = hn::IfThenElseZero(active, line_median<N>(effects, 1, direction.effect_gaps, 0));
    take_off<N>(delta, effects, 1, direction.effect_gaps, 0);
    return delta;
}

/// Calls body with the network length N as a compile-time constant.
template <typename Body>
HWY_INLINE Vector for_side(std::size_t side, Body body) {
    switch (side) {
        case 4:
            return body(std::integral_constant<std::size_t, 4>());
        case 8:
            return body(std::integral_constant<std::size_t, 8>());
        case 12:
            return body(std::integral_constant<std::size_t, 12>());
        case 16:
            return body(std::integral_constant<std::size_t, 16>());
        case 24:
            return body(std::integral_constant<std::size_t, 24>());
        case 32:
            return body(std::integral_constant<std::size_t, 32>());
        default:
            return body(std::integral_constant<std::size_t, 48>());
    }
}

/// Takes its median off every line; the sum of absolute values of what is left.
HWY_INLINE Vector polish_lines(Direction& direction, double* z, std::size_t line_stride, std::size_t step,
                               Mask active) {
    return for_side(direction.length, [&](auto n) HWY_ATTR {
        return polish_lines_of<decltype(n)::value>(direction, z, line_stride, step, active);
    });
}

/// Takes their median off the effects, and returns it.
HWY_INLINE Vector centre_effects(Direction& direction, Mask active) {
    return for_side(direction.lines, [&](auto n) HWY_ATTR {
        return centre_effects_of<decltype(n)::value>(direction, active);
    });
}

}  // namespace wellsieve::kernels::plate::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
