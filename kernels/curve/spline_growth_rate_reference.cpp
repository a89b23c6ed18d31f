#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "kernels/curve/spline_basis_internal.hpp"
#include "kernels/curve/spline_growth_rate.hpp"

namespace wellsieve::kernels::curve {
namespace {

namespace in = spline_internal;

/// B-splines by their definition (Cox & de Boor), derivatives by differences of lower orders.
struct Definition {
    const std::vector<double>& t;

    double value(std::size_t i, int order, double x, bool last) const {
        if (order == 1)
            return (t[i] <= x && x < t[i + 1]) || (last && t[i] < t[i + 1] && x == t[i + 1] && x == t.back());
        return term(i, order, x - t[i], value(i, order - 1, x, last)) +
               term(i + 1, order, t[i + static_cast<std::size_t>(order)] - x,
                    value(i + 1, order - 1, x, last));
    }
    double derivative(int times, std::size_t i, int order, double x) const {
        if (times == 0)
            return value(i, order, x, true);
        return (order - 1) * (term(i, order, 1, derivative(times - 1, i, order - 1, x)) -
                              term(i + 1, order, 1, derivative(times - 1, i + 1, order - 1, x)));
    }

  private:
    /// factor / width of the support of spline i of order − 1 · lower; 0 where it has no support.
    double term(std::size_t i, int order, double factor, double lower) const {
        const double width = t[i + static_cast<std::size_t>(order) - 1] - t[i];
        return width > 0 ? factor / width * lower : 0;
    }
};

class Dense {
  public:
    explicit Dense(std::span<const double> times_h)
        : basis_(times_h), n_(static_cast<Eigen::Index>(basis_.coefficients)) {
        x_.resize(static_cast<Eigen::Index>(times_h.size()), n_);
        for (Eigen::Index i = 0; i < x_.rows(); ++i)
            x_.row(i) = row(0, (times_h[static_cast<std::size_t>(i)] - basis_.start_h) / basis_.range_h);
        penalty_ = Eigen::MatrixXd::Zero(n_, n_);
        for (const in::Piece& p : basis_.pieces) {
            // Simpson's rule is exact for products of lines; the ends are taken just inside the piece.
            const double inside = 1e-7 * p.length;
            const Eigen::RowVectorXd from = row(2, p.from + inside), to = row(2, p.from + p.length - inside);
            const Eigen::RowVectorXd middle = row(2, p.from + p.length / 2);
            const Eigen::RowVectorXd start = from + (from - to) * 1e-7 / (1 - 2e-7),
                                     end = to + (to - from) * 1e-7 / (1 - 2e-7);
            penalty_ += p.length / 6 *
                        (start.transpose() * start + 4 * middle.transpose() * middle + end.transpose() * end);
            penalty_ -= p.length * (1.0 / 3 - in::penalty_third) * (end - start).transpose() * (end - start);
        }
    }

    SplineRate fit(const Eigen::VectorXd& y, double smoothness) const {
        const Eigen::MatrixXd normal = x_.transpose() * x_;
        double above = 0, below = 0;
        for (Eigen::Index i = 2; i + 3 < n_; ++i) {
            above += normal(i, i);
            below += penalty_(i, i);
        }
        const Eigen::MatrixXd inverse =
            (normal + in::smoothing_factor(smoothness) * above / below * penalty_).inverse();
        const Eigen::VectorXd c = inverse * x_.transpose() * y;
        SplineRate out;
        out.points = static_cast<std::uint32_t>(y.size());
        double best = -std::numeric_limits<double>::infinity(), at = 0;
        for (const in::Piece& p : basis_.pieces) {
            const double bend = row(2, p.from + 1e-7 * p.length) * c;
            const double end = row(2, p.from + (1 - 1e-7) * p.length) * c;
            const double top = bend > 0 && end < 0 ? bend / (bend - end) * p.length : 0;
            for (const double x : {p.from, p.from + top, p.from + p.length})
                if (const double slope = row(1, x) * c; slope > best) {
                    best = slope;
                    at = x;
                }
        }
        const Eigen::VectorXd residual = y - x_ * c;
        out.rate_per_h = best / basis_.range_h;
        out.time_h = basis_.start_h + at * basis_.range_h;
        out.ln_value = row(0, at) * c;
        out.degrees_of_freedom = (inverse * normal).trace();
        const double variance = residual.squaredNorm() / (out.points - out.degrees_of_freedom);
        const Eigen::RowVectorXd slope = row(1, at);
        out.standard_error_per_h =
            std::sqrt(variance * (slope * inverse * slope.transpose()).value()) / basis_.range_h;
        out.r_squared = 1 - residual.squaredNorm() / (y.array() - y.mean()).square().sum();
        return out;
    }

  private:
    Eigen::RowVectorXd row(int times, double x) const {
        const Definition b{basis_.knots};
        Eigen::RowVectorXd out(n_);
        for (Eigen::Index i = 0; i < n_; ++i)
            out(i) = b.derivative(times, static_cast<std::size_t>(i), 4, x);
        return out;
    }

    in::Basis basis_;
    Eigen::Index n_;
    Eigen::MatrixXd x_;
    Eigen::MatrixXd penalty_;
};

}  // namespace

void spline_growth_rates_reference(const Curves& curves, const SplineOptions& options,
                                   std::span<SplineRate> out) noexcept {
    assert(curves.consistent() && out.size() == curves.wells);
    std::fill(out.begin(), out.end(), SplineRate{});
    for (std::size_t well = 0; well < curves.wells; ++well) {
        std::vector<double> times_h, y;
        for (std::size_t i = 0; i < curves.times(); ++i)
            if (const double x = curves.at(i, well); x > 0 && std::isfinite(x)) {
                times_h.push_back(curves.times_h[i]);
                y.push_back(std::log(x));
            }
        out[well].points = static_cast<std::uint32_t>(y.size());
        if (y.size() >= std::max(options.min_points, least_spline_points))
            out[well] = Dense(times_h).fit(
                Eigen::Map<const Eigen::VectorXd>(y.data(), static_cast<Eigen::Index>(y.size())),
                options.smoothness);
    }
}

}  // namespace wellsieve::kernels::curve
