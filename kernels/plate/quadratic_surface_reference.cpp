#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/plate/quadratic_surface.hpp"
#include "kernels/plate/quadratic_surface_internal.hpp"
#include "kernels/plate/summary_internal.hpp"

namespace wellsieve::kernels::plate {
namespace {

using Column = std::vector<double>;

double dot(const Column& a, const Column& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * b[i];
    return sum;
}

/// Weighted least squares by modified Gram-Schmidt.
SurfaceTerms solve(const std::vector<SurfaceTerms>& terms, const Column& z, const Column& weights) {
    std::vector<Column> q(surface_terms, Column(z.size()));
    Column rest(z.size());
    for (std::size_t i = 0; i < z.size(); ++i) {
        rest[i] = std::sqrt(weights[i]) * z[i];
        for (std::size_t j = 0; j < surface_terms; ++j)
            q[j][i] = std::sqrt(weights[i]) * terms[i][j];
    }
    double r[surface_terms][surface_terms] = {};
    SurfaceTerms b{};
    for (std::size_t j = 0; j < surface_terms; ++j) {
        const double before = dot(q[j], q[j]);
        for (std::size_t k = 0; k < j; ++k) {
            r[k][j] = dot(q[k], q[j]);
            for (std::size_t i = 0; i < z.size(); ++i)
                q[j][i] -= r[k][j] * q[k][i];
        }
        r[j][j] = std::sqrt(dot(q[j], q[j]));
        if (!(r[j][j] * r[j][j] > 1e-10 * before))
            r[j][j] = Summary::undefined;
        for (double& x : q[j])
            x /= r[j][j];
        b[j] = dot(q[j], rest);
        for (std::size_t i = 0; i < z.size(); ++i)
            rest[i] -= b[j] * q[j][i];
    }
    for (std::size_t j = surface_terms; j-- > 0;) {
        for (std::size_t k = j + 1; k < surface_terms; ++k)
            b[j] -= r[j][k] * b[k];
        b[j] /= r[j][j];
    }
    return b;
}

double evaluate(const SurfaceTerms& b, const SurfaceTerms& terms) {
    double out = 0;
    for (std::size_t j = 0; j < surface_terms; ++j)
        out += b[j] * terms[j];
    return out;
}

Column residuals_of(const std::vector<SurfaceTerms>& terms, const Column& z, const SurfaceTerms& b) {
    Column out(z);
    for (std::size_t i = 0; i < z.size(); ++i)
        out[i] -= evaluate(b, terms[i]);
    return out;
}

SurfaceFit reweigh(const std::vector<SurfaceTerms>& terms, const Column& z, SurfaceTerms& b) {
    SurfaceFit fit;
    Column residuals = residuals_of(terms, z, b);
    while (!fit.converged && fit.iterations < huber_rounds) {
        Column sizes;
        for (const double r : residuals)
            sizes.push_back(std::abs(r));
        std::sort(sizes.begin(), sizes.end());
        fit.scale = middle(sizes.data(), sizes.size()) / normal_quartile;
        if (!(fit.scale > 0)) {
            fit.converged = true;
            return fit;
        }
        Column weights;
        for (const double r : residuals)
            weights.push_back(std::min(1.0, huber_k / std::abs(r / fit.scale)));
        b = solve(terms, z, weights);
        const Column old = residuals;
        residuals = residuals_of(terms, z, b);
        double change = 0;
        for (std::size_t i = 0; i < z.size(); ++i)
            change += (old[i] - residuals[i]) * (old[i] - residuals[i]);
        ++fit.iterations;
        fit.converged = !(std::sqrt(change / std::max(1e-20, dot(old, old))) > huber_tolerance);
    }
    return fit;
}

}  // namespace

void quadratic_surface_reference(std::span<const double> values, Selection selected, const Shape& shape,
                                 SurfaceMethod method, std::span<double> surface,
                                 std::span<SurfaceFit> fits) noexcept {
    const std::vector<SurfaceTerms> basis = surface_basis(shape.rows, shape.columns);
    for (std::size_t plate = 0; plate < shape.plates; ++plate) {
        const std::size_t first = plate * shape.wells();
        std::vector<SurfaceTerms> terms;
        Column z;
        for (std::size_t well = 0; well < shape.wells(); ++well)
            if (is_used(values[first + well], selected.data(), first + well)) {
                terms.push_back(basis[well]);
                z.push_back(values[first + well]);
            }
        SurfaceTerms b = solve(terms, z, Column(z.size(), 1));
        fits[plate] = {0, 1, true};
        if (method == SurfaceMethod::huber)
            fits[plate] = z.size() < surface_terms ? SurfaceFit{0, 0, true} : reweigh(terms, z, b);
        for (std::size_t well = 0; well < shape.wells(); ++well)
            surface[first + well] = evaluate(b, basis[well]);
    }
}

}  // namespace wellsieve::kernels::plate
