#include "kernels/plate/median_polish.hpp"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/plate/median_polish.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/plate/lanes-inl.hpp"
#include "kernels/plate/median_polish-inl.hpp"
#include "kernels/plate/summary_internal.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::plate::HWY_NAMESPACE {

/// What one call works on.
struct Job {
    const double* values;
    const std::uint8_t* selected;
    Shape shape;
    PolishRule rule;
    PolishOutput out;
};

/// One plate a lane; a lane whose plate has converged takes the next one.
class Polisher {
  public:
    explicit Polisher(const Job& job)
        : job_(job),
          rows_(padded_side(job.shape.rows), padded_side(job.shape.columns)),
          columns_(rows_.length, rows_.lines),
          z_(zeros(rows_.lines * rows_.length * lane_count)),
          gone_(rows_.lines * rows_.length) {}

    void run() {
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            take_next(lane);
        while (std::any_of(busy_, busy_ + lane_count, [](double busy) { return busy != 0; })) {
            iterate();
            for (std::size_t lane = 0; lane < lane_count; ++lane)
                if (busy_[lane] != 0 && is_done(lane)) {
                    unload(lane);
                    take_next(lane);
                }
        }
    }

  private:
    void iterate() {
        const Lanes d;
        const Mask active = hn::Ne(hn::Load(d, busy_), hn::Zero(d));
        Vector overall = hn::Load(d, overall_);
        polish_lines(rows_, z_.get(), rows_.length, 1, active);
        overall = hn::Add(overall, centre_effects(columns_, active));
        const Vector sum = polish_lines(columns_, z_.get(), 1, rows_.length, active);
        overall = hn::Add(overall, centre_effects(rows_, active));
        hn::Store(overall, d, overall_);
        hn::Store(sum, d, new_sum_);
    }

    bool is_done(std::size_t lane) {
        PolishFit& fit = job_.out.fits[plate_[lane]];
        const double sum = new_sum_[lane];
        fit.converged = sum == 0 || std::abs(sum - old_sum_[lane]) < job_.rule.tolerance * sum;
        old_sum_[lane] = sum;
        return ++fit.iterations == job_.rule.max_iterations || fit.converged;
    }

    void take_next(std::size_t lane) {
        busy_[lane] = next_ < job_.shape.plates ? 1 : 0;
        if (busy_[lane] != 0)
            load(lane, next_++);
    }

    void load(std::size_t lane, std::size_t plate) {
        plate_[lane] = plate;
        overall_[lane] = old_sum_[lane] = 0;
        job_.out.fits[plate] = {};
        const std::size_t first = plate * job_.shape.wells();
        for (std::size_t row = 0; row < rows_.lines; ++row)
            for (std::size_t column = 0; column < rows_.length; ++column) {
                const std::size_t at = row * rows_.length + column;
                const bool on_plate = row < job_.shape.rows && column < job_.shape.columns;
                const std::size_t well = first + row * job_.shape.columns + column;
                const bool used = on_plate && is_used(job_.values[well], job_.selected, well);
                gone_[at] = !used;
                z_[at * lane_count + lane] = used ? job_.values[well] + 0.0 : 0.0;
            }
        rows_.describe(lane, gone_.data(), rows_.length, 1);
        columns_.describe(lane, gone_.data(), 1, rows_.length);
    }

    void unload(std::size_t lane) {
        const Shape& shape = job_.shape;
        const std::size_t plate = plate_[lane];
        double* row_effects = job_.out.row_effects.data() + plate * shape.rows;
        double* column_effects = job_.out.column_effects.data() + plate * shape.columns;
        const std::size_t lines_left = rows_.store_effects(lane, shape.rows, row_effects);
        columns_.store_effects(lane, shape.columns, column_effects);
        const double overall = lines_left == 0 ? Summary::undefined : overall_[lane];
        job_.out.fits[plate].overall = overall;
        const double* x = job_.values + plate * shape.wells();
        double* residuals = job_.out.residuals.data() + plate * shape.wells();
        for (std::size_t row = 0, well = 0; row < shape.rows; ++row)
            for (std::size_t column = 0; column < shape.columns; ++column, ++well) {
                const double fitted = overall + (row_effects[row] + column_effects[column]);
                residuals[well] = std::abs(x[well]) < infinity ? x[well] - fitted : Summary::undefined;
            }
    }

    Job job_;
    Direction rows_;
    Direction columns_;
    hwy::AlignedFreeUniquePtr<double[]> z_;
    std::vector<std::uint8_t> gone_;
    std::size_t next_ = 0;
    std::size_t plate_[lane_count] = {};
    HWY_ALIGN double busy_[lane_count] = {};
    HWY_ALIGN double overall_[lane_count] = {};
    HWY_ALIGN double old_sum_[lane_count] = {};
    HWY_ALIGN double new_sum_[lane_count] = {};
};

void polish_plates(std::span<const double> values, Selection selected, const Shape& shape,
                   const PolishRule& rule, const PolishOutput& out) {
    Polisher({values.data(), selected.data(), shape, rule, out}).run();
}

}  // namespace wellsieve::kernels::plate::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::plate {

HWY_EXPORT(polish_plates);

void median_polish(std::span<const double> values, Selection selected, const Shape& shape,
                   const PolishRule& rule, const PolishOutput& out) noexcept {
    assert(values.size() == shape.size() && (selected.empty() || selected.size() == values.size()));
    assert(shape.rows <= largest_polished_side && shape.columns <= largest_polished_side);
    assert(out.residuals.size() == values.size() && out.row_effects.size() == shape.plates * shape.rows);
    assert(out.column_effects.size() == shape.plates * shape.columns && out.fits.size() == shape.plates);
    assert(rule.max_iterations > 0);
    HWY_DYNAMIC_DISPATCH(polish_plates)(values, selected, shape, rule, out);
}

}  // namespace wellsieve::kernels::plate
#endif
