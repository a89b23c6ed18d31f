#include "kernels/plate/summary.hpp"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/plate/summary.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/plate/lanes-inl.hpp"
#include "kernels/plate/summary_internal.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::plate::HWY_NAMESPACE {

/// The well values of up to lane_count plates, missing ones +inf; counts what is there.
void load_block(const double* values, const std::uint8_t* selected, std::size_t wells, std::size_t plates,
                double* HWY_RESTRICT block, Summary* out) {
    std::fill(block, block + wells * lane_count, infinity);
    for (std::size_t lane = 0; lane < plates; ++lane) {
        const double* plate = values + lane * wells;
        std::size_t count = 0;
        for (std::size_t well = 0; well < wells; ++well)
            if (is_used(plate[well], selected, lane * wells + well)) {
                block[well * lane_count + lane] = plate[well] + 0.0;
                ++count;
            }
        out[lane].count = count;
    }
}

void block_moments(const double* HWY_RESTRICT block, std::size_t wells, std::size_t plates, Summary* out) {
    const Lanes d;
    const Vector missing = hn::Set(d, infinity);
    Vector sum = hn::Zero(d);
    Vector lost = hn::Zero(d);
    for (std::size_t well = 0; well < wells; ++well) {
        const Vector stored = hn::Load(d, block + well * lane_count);
        const Vector x = hn::IfThenElseZero(hn::Lt(stored, missing), stored);
        const Vector next = hn::Add(sum, x);
        const Vector taken = hn::Sub(next, sum);
        lost = hn::Add(lost, hn::Add(hn::Sub(sum, hn::Sub(next, taken)), hn::Sub(x, taken)));
        sum = next;
    }
    HWY_ALIGN double lanes[lane_count];
    HWY_ALIGN double losses[lane_count];
    hn::Store(sum, d, lanes);
    hn::Store(lost, d, losses);
    for (std::size_t lane = 0; lane < plates; ++lane)
        lanes[lane] = out[lane].mean = mean_of(lanes[lane], losses[lane], out[lane].count);
    const Vector mean = hn::Load(d, lanes);
    Vector squares = hn::Zero(d);
    for (std::size_t well = 0; well < wells; ++well) {
        const Vector x = hn::Load(d, block + well * lane_count);
        const Vector deviation = hn::IfThenElseZero(hn::Lt(x, missing), hn::Sub(x, mean));
        squares = hn::Add(squares, hn::Mul(deviation, deviation));
    }
    hn::Store(squares, d, lanes);
    for (std::size_t lane = 0; lane < plates; ++lane)
        out[lane].sd = sd_of(lanes[lane], out[lane].count);
}

/// The smallest of length(i) over the windows i … i + width of sorted values; `length` takes both ends.
template <typename VectorLength, typename ScalarLength>
HWY_INLINE double shortest_window(const double* sorted, std::size_t count, std::size_t width,
                                  VectorLength vector_length, ScalarLength scalar_length) {
    const Lanes d;
    const std::size_t windows = count - width;
    Vector best = hn::Set(d, infinity);
    std::size_t i = 0;
    for (; i + lane_count <= windows; i += lane_count)
        best = hn::Min(best, vector_length(hn::LoadU(d, sorted + i), hn::LoadU(d, sorted + i + width)));
    double least = hn::GetLane(hn::MinOfLanes(d, best));
    for (; i < windows; ++i)
        least = std::min(least, scalar_length(sorted[i], sorted[i + width]));
    return least;
}

/// The k nearest of sorted values to a centre are neighbours, so the k-th smallest distance is the smallest,
/// over all windows of k values, of the distance to the farther end.
HWY_INLINE double ranked_distance(const double* sorted, std::size_t count, double centre, std::size_t rank) {
    const Vector c = hn::Set(Lanes(), centre);
    return shortest_window(
        sorted, count, rank,
        [&](Vector low, Vector high) HWY_ATTR { return hn::Max(hn::Sub(c, low), hn::Sub(high, c)); },
        [&](double low, double high) { return std::max(centre - low, high - centre); });
}

void summarise_sorted(const double* sorted, Summary& out) {
    const std::size_t n = out.count;
    if (n == 0)
        return;
    out.median = middle(sorted, n);
    const double upper = ranked_distance(sorted, n, out.median, n / 2);
    const double lower = n % 2 == 1 ? upper : ranked_distance(sorted, n, out.median, n / 2 - 1);
    out.mad = mad_to_sd * ((lower + upper) * 0.5);
    const std::size_t half = half_of(n);
    const double shortest = shortest_window(
        sorted, n, half, [](Vector low, Vector high) HWY_ATTR { return hn::Sub(high, low); },
        [](double low, double high) { return high - low; });
    out.shorth = shorth_at(sorted, n, half, shortest);
}

void summarise_blocks(const double* values, const std::uint8_t* selected, const Shape& shape, Summary* out) {
    const std::size_t wells = shape.wells();
    const auto block = hwy::AllocateAligned<double>((wells + 1) * lane_count);
    const auto sorted = hwy::AllocateAligned<double>(wells + 1);
    for (std::size_t first = 0; first < shape.plates; first += lane_count) {
        const std::size_t plates = std::min(lane_count, shape.plates - first);
        load_block(values + first * wells, selected == nullptr ? nullptr : selected + first * wells, wells,
                   plates, block.get(), out + first);
        block_moments(block.get(), wells, plates, out + first);
        sort_lanes(block.get(), wells);
        for (std::size_t lane = 0; lane < plates; ++lane) {
            for (std::size_t i = 0; i < out[first + lane].count; ++i)
                sorted[i] = block[i * lane_count + lane];
            summarise_sorted(sorted.get(), out[first + lane]);
        }
    }
}

}  // namespace wellsieve::kernels::plate::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::plate {
namespace {

HWY_EXPORT(summarise_blocks);

constexpr std::size_t largest_block = 1536;

double mean_of(const std::vector<double>& x) {
    double sum = 0;
    double lost = 0;
    for (const double value : x) {
        const double next = sum + value;
        const double taken = next - sum;
        lost += (sum - (next - taken)) + (value - taken);
        sum = next;
    }
    return kernels::plate::mean_of(sum, lost, x.size());
}

Summary summarise_plate(std::vector<double>& x) {
    Summary out;
    out.count = x.size();
    if (x.empty())
        return out;
    out.mean = mean_of(x);
    double squares = 0;
    for (const double value : x)
        squares += (value - out.mean) * (value - out.mean);
    out.sd = sd_of(squares, x.size());
    std::sort(x.begin(), x.end());
    out.median = middle(x.data(), x.size());
    const std::size_t half = half_of(x.size());
    double shortest = infinity;
    for (std::size_t i = 0; i + half < x.size(); ++i)
        shortest = std::min(shortest, x[i + half] - x[i]);
    out.shorth = shorth_at(x.data(), x.size(), half, shortest);
    for (double& value : x)
        value = std::abs(value - out.median);
    std::sort(x.begin(), x.end());
    out.mad = mad_to_sd * middle(x.data(), x.size());
    return out;
}

}  // namespace

void summarise(std::span<const double> values, Selection selected, const Shape& shape,
               std::span<Summary> out) noexcept {
    assert(values.size() == shape.size() && out.size() == shape.plates);
    assert(selected.empty() || selected.size() == values.size());
    if (shape.wells() > largest_block)
        return summarise_reference(values, selected, shape, out);
    std::fill(out.begin(), out.end(), Summary{});
    HWY_DYNAMIC_DISPATCH(summarise_blocks)(values.data(), selected.data(), shape, out.data());
}

void summarise_reference(std::span<const double> values, Selection selected, const Shape& shape,
                         std::span<Summary> out) noexcept {
    std::vector<double> used;
    used.reserve(shape.wells());
    for (std::size_t plate = 0; plate < shape.plates; ++plate) {
        used.clear();
        for (std::size_t i = plate * shape.wells(); i < (plate + 1) * shape.wells(); ++i)
            if (is_used(values[i], selected.data(), i))
                used.push_back(values[i] + 0.0);
        out[plate] = summarise_plate(used);
    }
}

}  // namespace wellsieve::kernels::plate
#endif
