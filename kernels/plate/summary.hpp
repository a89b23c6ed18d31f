#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include "kernels/plate/shape.hpp"

namespace wellsieve::kernels::plate {

/// Location and spread of some wells of one plate; NaN where too few wells are left for a number.
struct Summary {
    static constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

    std::size_t count = 0;
    double mean = undefined;
    double sd = undefined;      ///< divisor count − 1; needs two wells
    double median = undefined;  ///< even count: mean of the two middle values
    double mad = undefined;     ///< 1.4826 × median of |x − median|
    double shorth = undefined;  ///< mean of the shortest half, as genefilter::shorth has it
};

/// Makes a MAD of normal values estimate their standard deviation.
inline constexpr double mad_to_sd = 1.4826;

/// Summaries of the selected wells of each plate; out[plate]. `selected` is empty or as long as the values.
///
/// The shorth follows R's genefilter (and so cellHTS2): h = round(n/2), half to even; of all runs of h + 1
/// sorted values the shortest, its first h values averaged; of several equally short runs the one at the mean
/// of their positions, rounded down. genefilter stops when ties lie more than 5 % of n apart; this does not.
///
/// Sums run in the order of wells (the mean with what rounding lost) and of sorted values, so the bits are
/// the same on every SIMD target. Against exact arithmetic: relative 1e-12. Pools of any size are welcome
/// (shape {1, 1, n} summarises n values as one), but only plates of up to 1536 wells use SIMD. Allocates its
/// work space once a call.
void summarise(std::span<const double> values, Selection selected, const Shape& shape,
               std::span<Summary> out) noexcept;

void summarise_reference(std::span<const double> values, Selection selected, const Shape& shape,
                         std::span<Summary> out) noexcept;

}  // namespace wellsieve::kernels::plate
