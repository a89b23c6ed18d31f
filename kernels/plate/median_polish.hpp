#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/plate/shape.hpp"

namespace wellsieve::kernels::plate {

/// When a polish stops: the sum of absolute residuals changes by less than `tolerance` of itself, or is zero,
/// or `max_iterations` rounds are done.
struct PolishRule {
    double tolerance = 0.01;
    std::uint32_t max_iterations = 10;
};

/// As R's medpolish does by default.
inline constexpr PolishRule polish_rule_r{0.01, 10};
/// As cellHTS2's B-score does.
inline constexpr PolishRule polish_rule_b_score{1e-5, 200};

struct PolishFit {
    double overall = 0;
    std::uint32_t iterations = 0;
    bool converged = false;
    bool operator==(const PolishFit&) const = default;
};

/// Where the results go: residuals[plate][row][column], row_effects[plate][row],
/// column_effects[plate][column], fits[plate].
struct PolishOutput {
    std::span<double> residuals;
    std::span<double> row_effects;
    std::span<double> column_effects;
    std::span<PolishFit> fits;
};

inline constexpr std::size_t largest_polished_side = 48;

/// Tukey's median polish of each plate, in the order of steps of R's medpolish: row medians, median of the
/// column effects, column medians, median of the row effects. Each plate stops on its own. Only selected
/// wells with a value take part; a row or column without any has effect 0. Residual = x − (overall + (row +
/// column)) for every well with a value, selected or not. A plate without any well to fit has overall and
/// residuals NaN.
///
/// At most 48 rows and 48 columns; values of at most 1e300. Sums of absolute residuals run down the columns,
/// then across, so the bits are the same on every SIMD target; against R: relative 1e-12. Allocates once a
/// call. B-score (Brideau 2003, J Biomol Screen 8:634) = residual / mad of the residuals of the samples.
void median_polish(std::span<const double> values, Selection selected, const Shape& shape,
                   const PolishRule& rule, const PolishOutput& out) noexcept;

void median_polish_reference(std::span<const double> values, Selection selected, const Shape& shape,
                             const PolishRule& rule, const PolishOutput& out) noexcept;

}  // namespace wellsieve::kernels::plate
