#include <algorithm>
#include <cmath>

#include "kernels/curve/exp_log.hpp"
#include "kernels/curve/spline_basis_internal.hpp"

namespace wellsieve::kernels::curve::spline_internal {
namespace {

double ratio(double a, double b) {
    return b > 0 ? a / b : 0;
}

/// The `n` B-splines of order n that are not zero in [t[k], t[k+1]), at x (de Boor's recursion).
template <std::size_t n>
std::array<double, n> splines(const double* t, std::size_t k, double x) {
    std::array<double, n> out{1};
    for (std::size_t m = 1; m < n; ++m) {
        double saved = 0;
        for (std::size_t j = 0; j < m; ++j) {
            const double right = t[k + j + 1], left = t[k + 1 + j - m];
            const double share = ratio(out[j], right - left);
            out[j] = saved + (right - x) * share;
            saved = (x - left) * share;
        }
        out[m] = saved;
    }
    return out;
}

/// First derivatives at x of the four functions of interval k.
Four slopes(const double* t, std::size_t k, double x) {
    const std::array<double, 3> lower = splines<3>(t, k, x);
    Four out{};
    for (std::size_t a = 0; a < order; ++a) {
        const std::size_t i = k - 3 + a;
        const double left = a > 0 ? ratio(lower[a - 1], t[i + 3] - t[i]) : 0;
        const double right = a < 3 ? ratio(lower[a], t[i + 4] - t[i + 1]) : 0;
        out[a] = 3 * (left - right);
    }
    return out;
}

/// Second derivatives at x.
Four bends(const double* t, std::size_t k, double x) {
    const std::array<double, 2> lower = splines<2>(t, k, x);
    // First derivative of the quadratic splines k − 2, k − 1, k, with zeros on both sides.
    std::array<double, 5> quadratic{};
    for (std::size_t a = 0; a < 3; ++a) {
        const std::size_t i = k - 2 + a;
        const double left = a > 0 ? ratio(lower[a - 1], t[i + 2] - t[i]) : 0;
        const double right = a < 2 ? ratio(lower[a], t[i + 3] - t[i + 1]) : 0;
        quadratic[a + 1] = 2 * (left - right);
    }
    Four out{};
    for (std::size_t a = 0; a < order; ++a) {
        const std::size_t i = k - 3 + a;
        out[a] = 3 * (ratio(quadratic[a], t[i + 3] - t[i]) - ratio(quadratic[a + 1], t[i + 4] - t[i + 1]));
    }
    return out;
}

/// Mean product of two lines from a0 to a1 and from b0 to b1, with R's third of 0.333: smooth.spline's
/// degrees of freedom for a spar differ by up to 1e-3 from those with the true third.
double bend_product(double a0, double a1, double b0, double b1) {
    const double da = a1 - a0, db = b1 - b0;
    return a0 * b0 + 0.5 * (da * b0 + db * a0) + penalty_third * da * db;
}

}  // namespace

std::size_t knots_for(std::size_t n) {
    // log2 of the knots at 50, 200, 800 and 3200 times, by straight lines between, in R's order of
    // operations.
    const double log2_knots[] = {std::log2(50.0), std::log2(100.0), std::log2(140.0), std::log2(200.0)};
    const double at[] = {50, 200, 800, 3200};
    const auto x = static_cast<double>(n);
    if (n < 50)
        return n;
    for (std::size_t i = 0; i < 3; ++i)
        if (x < at[i + 1]) {
            const double rise = (log2_knots[i + 1] - log2_knots[i]) * (x - at[i]) / (at[i + 1] - at[i]);
            return static_cast<std::size_t>(std::pow(2.0, log2_knots[i] + rise));
        }
    return static_cast<std::size_t>(200 + std::pow(x - 3200, 0.2));
}

Four Piece::at(double s) const noexcept {
    Four out;
    for (std::size_t a = 0; a < order; ++a)
        out[a] = value[a] + s * (slope[a] + s * (bend[a] / 2 + s * (bend_end[a] - bend[a]) / (6 * length)));
    return out;
}

Four Piece::slope_at(double s) const noexcept {
    Four out;
    for (std::size_t a = 0; a < order; ++a)
        out[a] = slope[a] + s * (bend[a] + s * (bend_end[a] - bend[a]) / (2 * length));
    return out;
}

Basis::Basis(std::span<const double> times_h)
    : start_h(times_h.front()),
      range_h(times_h.back() - times_h.front()),
      piece(times_h.size()),
      value(times_h.size()) {
    const std::size_t n = knots_for(times_h.size());
    const auto scaled = [&](std::size_t i) { return (times_h[i] - start_h) / range_h; };
    knots.assign(3, 0.0);
    for (std::size_t j = 0; j < n; ++j) {
        const double step = static_cast<double>(times_h.size() - 1) / static_cast<double>(n - 1);
        knots.push_back(scaled(j + 1 == n ? times_h.size() - 1
                                          : static_cast<std::size_t>(static_cast<double>(j) * step)));
    }
    knots.insert(knots.end(), 3, 1.0);
    coefficients = n + 2;
    penalty.resize(coefficients);
    for (std::size_t j = 0; j + 1 < n; ++j) {
        const std::size_t k = j + 3;
        Piece p;
        p.from = knots[k];
        p.length = knots[k + 1] - knots[k];
        p.value = splines<4>(knots.data(), k, p.from);
        p.slope = slopes(knots.data(), k, p.from);
        p.bend = bends(knots.data(), k, p.from);
        p.bend_end = bends(knots.data(), k, knots[k + 1]);
        for (std::size_t a = 0; a < order; ++a)
            for (std::size_t b = a; b < order; ++b)
                penalty[j + a][b - a] +=
                    p.length * bend_product(p.bend[a], p.bend_end[a], p.bend[b], p.bend_end[b]);
        pieces.push_back(p);
    }
    for (std::size_t i = 0, j = 0; i < times_h.size(); ++i) {
        while (j + 1 < pieces.size() && scaled(i) >= pieces[j + 1].from)
            ++j;
        piece[i] = j;
        value[i] = pieces[j].at(scaled(i) - pieces[j].from);
    }
}

double smoothing_factor(double smoothness) noexcept {
    return exponential((3 * smoothness - 1) * natural_log(256.0));
}

namespace {

std::vector<Four> normal_equations(const Basis& basis, double smoothness) {
    std::vector<Four> out(basis.coefficients);
    for (std::size_t i = 0; i < basis.value.size(); ++i)
        for (std::size_t a = 0; a < order; ++a)
            for (std::size_t b = a; b < order; ++b)
                out[basis.piece[i] + a][b - a] += basis.value[i][a] * basis.value[i][b];
    double data = 0, penalty = 0;
    for (std::size_t i = 2; i + 3 < basis.coefficients; ++i) {
        data += out[i][0];
        penalty += basis.penalty[i][0];
    }
    const double lambda = smoothing_factor(smoothness) * data / penalty;
    for (std::size_t i = 0; i < basis.coefficients; ++i)
        for (std::size_t d = 0; d < order; ++d)
            out[i][d] += lambda * basis.penalty[i][d];
    return out;
}

/// A = LDLᵀ in place.
void factorise(std::vector<Four>& band) {
    for (std::size_t j = 0; j < band.size(); ++j) {
        const Four below = band[j];
        for (std::size_t d = 1; d < order; ++d)
            band[j][d] = below[d] / below[0];
        for (std::size_t d = 1; d < order; ++d)
            for (std::size_t e = d; e < order && j + e < band.size(); ++e)
                band[j + d][e - d] -= band[j][d] * below[e];
    }
}

/// The band of A⁻¹ from LDLᵀ (Hutchinson & de Hoog 1985).
std::vector<Four> inverse_band(const std::vector<Four>& factor) {
    std::vector<Four> out(factor.size() + 3);
    for (std::size_t j = factor.size(); j-- > 0;) {
        for (std::size_t d = 1; d < order; ++d)
            for (std::size_t e = 1; e < order; ++e)
                out[j][d] -= factor[j][e] * out[j + std::min(d, e)][d > e ? d - e : e - d];
        out[j][0] = 1 / factor[j][0];
        for (std::size_t e = 1; e < order; ++e)
            out[j][0] -= factor[j][e] * out[j][e];
    }
    return out;
}

}  // namespace

System::System(const Basis& basis, double smoothness) : factor(normal_equations(basis, smoothness)) {
    factorise(factor);
    inverse = inverse_band(factor);
    for (std::size_t i = 0; i < basis.value.size(); ++i)
        for (std::size_t a = 0; a < order; ++a)
            for (std::size_t b = a; b < order; ++b)
                degrees_of_freedom += (a == b ? 1 : 2) * basis.value[i][a] * basis.value[i][b] *
                                      inverse[basis.piece[i] + a][b - a];
}

}  // namespace wellsieve::kernels::curve::spline_internal
