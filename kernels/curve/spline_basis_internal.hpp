#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace wellsieve::kernels::curve::spline_internal {

inline constexpr std::size_t order = 4;
inline constexpr double penalty_third = 0.333;  ///< R's, for the penalty
/// Four numbers: one for each basis function that is not zero in an interval.
using Four = std::array<double, order>;

/// How many knots R's smooth.spline takes of n different times.
std::size_t knots_for(std::size_t n);

/// One interval between knots, on times scaled to 0 … 1. Function a of the four is coefficient interval + a.
struct Piece {
    double from = 0;
    double length = 0;
    Four value{};     ///< of the basis functions at `from`
    Four slope{};     ///< at `from`
    Four bend{};      ///< second derivative at `from`
    Four bend_end{};  ///< and at the end

    /// Values at `offset` after `from`.
    Four at(double offset) const noexcept;
    Four slope_at(double offset) const noexcept;
};

/// The cubic B-splines of a plate's times.
struct Basis {
    explicit Basis(std::span<const double> times_h);

    double start_h = 0;
    double range_h = 0;
    std::size_t coefficients = 0;
    std::vector<double> knots;  ///< scaled, with four at each end
    std::vector<Piece> pieces;
    std::vector<std::size_t> piece;  ///< [time]
    std::vector<Four> value;         ///< [time]
    std::vector<Four> penalty;       ///< [coefficient][d]: ∫ B''_i B''_(i+d)
};

/// λ over tr(XᵀX) / tr(Σ), both without the ends, as in R.
double smoothing_factor(double smoothness) noexcept;

/// The normal equations A = XᵀX + λΣ of curves with a reading at each time: LDLᵀ, and the band of A⁻¹.
struct System {
    System(const Basis& basis, double smoothness);

    std::vector<Four> factor;   ///< [coefficient]: D, and the three elements of L below it
    std::vector<Four> inverse;  ///< [coefficient][d]: element (i, i + d) of A⁻¹; three rows of zeros follow
    double degrees_of_freedom = 0;
};

}  // namespace wellsieve::kernels::curve::spline_internal
