#pragma once

#include <span>

namespace wellsieve::kernels::curve {

/// What a reading would be if the reader answered in proportion, c₁ m + c₂ m² + c₃ m³ …, for a reading m less
/// its blank. The coefficients are those of a dilution series.
double polynomial_response(std::span<const double> coefficients, double measured) noexcept;

/// The smallest reading from 0 to `largest` from which on a polynomial with c₁ > 0 falls; NaN where it rises
/// all the way. Beyond it two readings would have one response. Cost: the square of the number of
/// coefficients.
double polynomial_turn(std::span<const double> coefficients, double largest);

/// The same from the points of a dilution series, on the lines between them. `measured` strictly ascending,
/// two points or more, `truth` as long. Below the first point its line goes on, so that noise about a blank
/// stays as it is; above the last nothing is known: infinity. NaN stays NaN.
double tabulated_response(std::span<const double> measured, std::span<const double> truth,
                          double value) noexcept;

}  // namespace wellsieve::kernels::curve
