#include "kernels/curve/spline_growth_rate.hpp"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "kernels/curve/spline_basis_internal.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/curve/spline_growth_rate.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/curve/exp_log-inl.hpp"
#include "kernels/curve/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::curve::HWY_NAMESPACE {
namespace splines {

namespace in = spline_internal;

/// Vectors in memory, one a coefficient or a time.
class Column {
  public:
    explicit Column(std::size_t n) : data_(hwy::AllocateAligned<double>(n * lane_count)) {
        std::fill_n(data_.get(), n * lane_count, 0.0);
    }
    Vector operator[](std::size_t i) const { return hn::Load(Lanes(), data_.get() + i * lane_count); }
    void set(std::size_t i, Vector x) { hn::Store(x, Lanes(), data_.get() + i * lane_count); }
    double lane(std::size_t i, std::size_t lane) const { return data_[i * lane_count + lane]; }
    double* at(std::size_t i) { return data_.get() + i * lane_count; }

  private:
    hwy::AlignedFreeUniquePtr<double[]> data_;
};

/// Wells with readings at the same times, one a lane.
class Smoother {
  public:
    Smoother(const Curves& curves, const SplineOptions& options, std::span<const std::size_t> rows,
             std::span<const double> times_h)
        : curves_(curves),
          rows_(rows),
          basis_(times_h),
          system_(basis_, options.smoothness),
          value_(rows.size()),
          coefficient_(basis_.coefficients) {}

    void run(std::span<const std::size_t> wells, std::span<SplineRate> out) {
        load(wells);
        solve();
        measure_fit();
        find_steepest();
        for (std::size_t lane = 0; lane < wells.size(); ++lane)
            out[wells[lane]] = describe(lane);
    }

  private:
    void load(std::span<const std::size_t> wells) {
        for (std::size_t i = 0; i < basis_.coefficients; ++i)
            coefficient_.set(i, number(0));
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            double* x = value_.at(i);
            for (std::size_t lane = 0; lane < lane_count; ++lane)
                x[lane] = lane < wells.size() ? curves_.at(rows_[i], wells[lane]) : 1.0;
            const Vector y = natural_log(Lanes(), value_[i]);
            value_.set(i, y);
            for (std::size_t a = 0; a < in::order; ++a) {
                const std::size_t at = basis_.piece[i] + a;
                coefficient_.set(at, coefficient_[at] + number(basis_.value[i][a]) * y);
            }
        }
    }

    void solve() {
        const std::size_t n = basis_.coefficients;
        for (std::size_t j = 0; j < n; ++j)
            for (std::size_t d = 1; d < in::order && j + d < n; ++d)
                coefficient_.set(j + d, coefficient_[j + d] - number(system_.factor[j][d]) * coefficient_[j]);
        for (std::size_t j = n; j-- > 0;) {
            Vector x = coefficient_[j] / number(system_.factor[j][0]);
            for (std::size_t d = 1; d < in::order && j + d < n; ++d)
                x = x - number(system_.factor[j][d]) * coefficient_[j + d];
            coefficient_.set(j, x);
        }
    }

    void measure_fit() {
        Vector sum = number(0), residual_square = number(0), square = number(0);
        for (std::size_t i = 0; i < rows_.size(); ++i)
            sum = sum + value_[i];
        const Vector mean = sum / number(rows_.size());
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const Vector residual = value_[i] - combination(basis_.value[i], basis_.piece[i]);
            const Vector spread = value_[i] - mean;
            residual_square = residual_square + residual * residual;
            square = square + spread * spread;
        }
        hn::Store(residual_square, Lanes(), residual_square_);
        hn::Store(square, Lanes(), square_);
    }

    Vector combination(const in::Four& of, std::size_t piece) const {
        Vector out = number(0);
        for (std::size_t a = 0; a < in::order; ++a)
            out = out + number(of[a]) * coefficient_[piece + a];
        return out;
    }

    /// The slope is a parabola in each piece: its ends, and its top where the bend changes sign.
    void find_steepest() {
        Vector best = number(-std::numeric_limits<double>::infinity());
        Vector at = number(0), piece = number(0);
        const auto consider = [&](Vector slope, Vector offset, std::size_t j) HWY_ATTR {
            const auto steeper = hn::Gt(slope, best);
            best = hn::IfThenElse(steeper, slope, best);
            at = hn::IfThenElse(steeper, offset, at);
            piece = hn::IfThenElse(steeper, number(j), piece);
        };
        for (std::size_t j = 0; j < basis_.pieces.size(); ++j) {
            const in::Piece& p = basis_.pieces[j];
            const Vector slope = combination(p.slope, j), bend = combination(p.bend, j),
                         end = combination(p.bend_end, j);
            consider(slope, number(0), j);
            const Vector fall = bend - end;
            const auto has_top = hn::And(hn::Gt(bend, number(0)), hn::Lt(end, number(0)));
            const Vector offset =
                hn::IfThenElseZero(has_top, bend / hn::IfThenElse(has_top, fall, number(1))) *
                number(p.length);
            consider(slope + number(0.5) * bend * offset, offset, j);
            if (j + 1 == basis_.pieces.size())
                consider(slope + number(0.5 * p.length) * (bend + end), number(p.length), j);
        }
        hn::Store(best, Lanes(), best_);
        hn::Store(at, Lanes(), at_);
        hn::Store(piece, Lanes(), piece_);
    }

    SplineRate describe(std::size_t lane) const {
        const auto j = static_cast<std::size_t>(piece_[lane]);
        const in::Piece& piece = basis_.pieces[j];
        const in::Four value = piece.at(at_[lane]), slope = piece.slope_at(at_[lane]);
        double ln_value = 0, variance = 0;
        for (std::size_t a = 0; a < in::order; ++a) {
            ln_value += value[a] * coefficient_.lane(j + a, lane);
            for (std::size_t b = 0; b < in::order; ++b)
                variance += slope[a] * slope[b] * system_.inverse[j + std::min(a, b)][a > b ? a - b : b - a];
        }
        SplineRate out;
        out.points = static_cast<std::uint32_t>(rows_.size());
        out.rate_per_h = best_[lane] / basis_.range_h;
        out.time_h = basis_.start_h + (piece.from + at_[lane]) * basis_.range_h;
        out.ln_value = ln_value;
        out.degrees_of_freedom = system_.degrees_of_freedom;
        const double left = out.points - out.degrees_of_freedom;
        if (left > 0)
            out.standard_error_per_h =
                std::sqrt(residual_square_[lane] / left * std::max(variance, 0.0)) / basis_.range_h;
        if (square_[lane] > 0)
            out.r_squared = 1 - residual_square_[lane] / square_[lane];
        return out;
    }

    const Curves& curves_;
    std::span<const std::size_t> rows_;
    in::Basis basis_;
    in::System system_;
    Column value_;
    Column coefficient_;
    HWY_ALIGN double residual_square_[lane_count];
    HWY_ALIGN double square_[lane_count];
    HWY_ALIGN double best_[lane_count];
    HWY_ALIGN double at_[lane_count];
    HWY_ALIGN double piece_[lane_count];
};

}  // namespace splines

void smooth_wells(const Curves& curves, const SplineOptions& options, std::span<const std::size_t> rows,
                  std::span<const std::size_t> wells, std::span<SplineRate> out) {
    std::vector<double> times_h;
    for (const std::size_t row : rows)
        times_h.push_back(curves.times_h[row]);
    splines::Smoother smoother(curves, options, rows, times_h);
    for (std::size_t first = 0; first < wells.size(); first += lane_count)
        smoother.run(wells.subspan(first, std::min(lane_count, wells.size() - first)), out);
}

}  // namespace wellsieve::kernels::curve::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::curve {

HWY_EXPORT(smooth_wells);

void spline_growth_rates(const Curves& curves, const SplineOptions& options,
                         std::span<SplineRate> out) noexcept {
    assert(curves.consistent() && out.size() == curves.wells);
    std::fill(out.begin(), out.end(), SplineRate{});
    // Knots, and with them all matrices, belong to the times at which a well was read: mostly all of them.
    std::map<std::vector<std::size_t>, std::vector<std::size_t>> wells_of;
    std::vector<std::size_t> rows;
    for (std::size_t well = 0; well < curves.wells; ++well) {
        rows.clear();
        for (std::size_t i = 0; i < curves.times(); ++i)
            if (const double x = curves.at(i, well); x > 0 && std::isfinite(x))
                rows.push_back(i);
        out[well].points = static_cast<std::uint32_t>(rows.size());
        if (rows.size() >= std::max(options.min_points, least_spline_points))
            wells_of[rows].push_back(well);
    }
    for (const auto& [used, wells] : wells_of)
        HWY_DYNAMIC_DISPATCH(smooth_wells)(curves, options, used, wells, out);
}

}  // namespace wellsieve::kernels::curve
#endif
