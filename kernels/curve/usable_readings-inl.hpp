// The usable readings of as many wells as there are lanes, moved together: reading k of each.

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "kernels/curve/lanes-inl.hpp"

#if defined(WELLSIEVE_KERNELS_CURVE_USABLE_READINGS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WELLSIEVE_KERNELS_CURVE_USABLE_READINGS_INL
#undef WELLSIEVE_KERNELS_CURVE_USABLE_READINGS_INL
#else
#define WELLSIEVE_KERNELS_CURVE_USABLE_READINGS_INL
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {

using Rows = hwy::AlignedFreeUniquePtr<double[]>;  ///< [row][lane]

HWY_INLINE Vector row_of(const Rows& rows, std::size_t row) {
    return hn::Load(Lanes(), rows.get() + row * lane_count);
}

HWY_INLINE void set_row(Rows& rows, std::size_t row, Vector v) {
    hn::Store(v, Lanes(), rows.get() + row * lane_count);
}

class UsableReadings {
  public:
    /// `behind` rows follow the readings of each lane, with times 0 and values 1.
    UsableReadings(const Curves& curves, std::size_t behind)
        : curves_(curves),
          rows_(curves.times() + behind),
          times_h_(hwy::AllocateAligned<double>((rows_ + 1) * lane_count)),
          values_(hwy::AllocateAligned<double>((rows_ + 1) * lane_count)) {}

    void load(std::size_t first, std::size_t wells, bool positive_only) {
        const Lanes d;
        bool together = true;  // no lane has missed a reading
        std::fill(count_, count_ + lane_count, curves_.times());
        for (std::size_t row = 0; row < curves_.times(); ++row) {
            Vector v = load_finite(curves_.values.data() + row * curves_.wells + first, wells);
            if (positive_only)
                v = hn::IfThenElse(hn::Gt(v, hn::Zero(d)), v, hn::Set(d, undefined));
            if (together && !hn::AllTrue(d, hn::Eq(v, v))) {
                together = false;
                std::fill(count_, count_ + lane_count, row);
            }
            if (together) {
                set_row(values_, row, v);
                set_row(times_h_, row, hn::Set(d, curves_.times_h[row]));
            } else {
                append(curves_.times_h[row], v);
            }
        }
        most_ = *std::max_element(count_, count_ + lane_count);
        fill_behind();
    }

    std::size_t count(std::size_t lane) const { return count_[lane]; }
    std::size_t most() const { return most_; }  ///< of any lane
    Rows& times_h() { return times_h_; }
    Rows& values() { return values_; }

  private:
    /// Puts the readings of one row behind those that each lane has.
    void append(double time_h, Vector v) {
        HWY_ALIGN double lanes[lane_count];
        hn::Store(v, Lanes(), lanes);
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            if (!std::isnan(lanes[lane])) {
                const std::size_t at = count_[lane]++ * lane_count + lane;
                values_[at] = lanes[lane];
                times_h_[at] = time_h;
            }
    }

    void fill_behind() {
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            for (std::size_t row = count_[lane]; row < rows_; ++row) {
                values_[row * lane_count + lane] = 1;
                times_h_[row * lane_count + lane] = 0;
            }
    }

    const Curves& curves_;
    std::size_t rows_;
    Rows times_h_;
    Rows values_;
    std::size_t count_[lane_count] = {};
    std::size_t most_ = 0;
};

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
