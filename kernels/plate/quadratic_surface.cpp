#include "kernels/plate/quadratic_surface.hpp"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/plate/quadratic_surface.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/plate/lanes-inl.hpp"
#include "kernels/plate/quadratic_surface_internal.hpp"
#include "kernels/plate/summary_internal.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::plate::HWY_NAMESPACE {

using Coefficients = std::array<Vector, surface_terms>;

/// Weighted least squares in each lane, by the normal equations and LDLᵀ; NaN where the terms are not told
/// apart.
Coefficients solve(const std::vector<SurfaceTerms>& basis, const double* z, const double* weights) {
    const Lanes d;
    constexpr std::size_t n = surface_terms;
    Vector a[n][n];
    Coefficients b;
    for (std::size_t i = 0; i < n; ++i) {
        b[i] = hn::Zero(d);
        for (std::size_t j = 0; j < n; ++j)
            a[i][j] = hn::Zero(d);
    }
    for (std::size_t well = 0; well < basis.size(); ++well) {
        const Vector w = hn::Load(d, weights + well * lane_count);
        const Vector x = hn::Load(d, z + well * lane_count);
        for (std::size_t i = 0; i < n; ++i) {
            const Vector wi = hn::Mul(w, hn::Set(d, basis[well][i]));
            b[i] = hn::Add(b[i], hn::Mul(wi, x));
            for (std::size_t j = 0; j <= i; ++j)
                a[i][j] = hn::Add(a[i][j], hn::Mul(wi, hn::Set(d, basis[well][j])));
        }
    }
    Vector pivot[n];
    for (std::size_t j = 0; j < n; ++j) {
        pivot[j] = a[j][j];
        for (std::size_t k = 0; k < j; ++k)
            pivot[j] = hn::Sub(pivot[j], hn::Mul(hn::Mul(a[j][k], a[j][k]), pivot[k]));
        const Mask good = hn::Gt(pivot[j], hn::Mul(hn::Set(d, 1e-10), a[j][j]));
        pivot[j] = hn::IfThenElse(good, pivot[j], hn::NaN(d));
        for (std::size_t i = j + 1; i < n; ++i) {
            for (std::size_t k = 0; k < j; ++k)
                a[i][j] = hn::Sub(a[i][j], hn::Mul(hn::Mul(a[i][k], a[j][k]), pivot[k]));
            a[i][j] = hn::Div(a[i][j], pivot[j]);
        }
    }
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < i; ++k)
            b[i] = hn::Sub(b[i], hn::Mul(a[i][k], b[k]));
    for (std::size_t i = n; i-- > 0;) {
        b[i] = hn::Div(b[i], pivot[i]);
        for (std::size_t k = i + 1; k < n; ++k)
            b[i] = hn::Sub(b[i], hn::Mul(a[k][i], b[k]));
    }
    return b;
}

HWY_INLINE Vector evaluate(const Coefficients& b, const SurfaceTerms& terms) {
    const Lanes d;
    Vector out = hn::Mul(b[0], hn::Set(d, terms[0]));
    for (std::size_t i = 1; i < surface_terms; ++i)
        out = hn::Add(out, hn::Mul(b[i], hn::Set(d, terms[i])));
    return out;
}

/// As many plates as there are lanes.
class Block {
  public:
    explicit Block(const Shape& shape)
        : shape_(shape), basis_(surface_basis(shape.rows, shape.columns)), wells_(shape.wells()) {
        for (auto* array : {&z_, &used_, &weights_, &residuals_, &sizes_})
            *array = hwy::AllocateAligned<double>((wells_ + 1) * lane_count);
    }

    void load(const double* values, const std::uint8_t* selected, std::size_t first, std::size_t plates) {
        std::fill(count_, count_ + lane_count, std::size_t{0});
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            for (std::size_t well = 0; well < wells_; ++well) {
                const std::size_t from = (first + lane) * wells_ + well;
                const bool used = lane < plates && is_used(values[from], selected, from);
                z_[well * lane_count + lane] = used ? values[from] : 0;
                used_[well * lane_count + lane] = weights_[well * lane_count + lane] = used;
                count_[lane] += used;
            }
        coefficients_ = solve(basis_, z_.get(), weights_.get());
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            fit_[lane] = {0, 1, true};
    }

    void reweigh() {
        const Lanes d;
        update_residuals(nullptr, nullptr);
        for (std::size_t lane = 0; lane < lane_count; ++lane) {
            const bool some = count_[lane] >= surface_terms;
            fit_[lane] = {0, 0, !some};
            busy_[lane] = some;
        }
        for (std::size_t round = 1; round <= huber_rounds; ++round) {
            choose_scales();
            if (std::none_of(busy_, busy_ + lane_count, [](double busy) { return busy != 0; }))
                return;
            choose_weights();
            const Mask active = hn::Ne(hn::Load(d, busy_), hn::Zero(d));
            const Coefficients next = solve(basis_, z_.get(), weights_.get());
            for (std::size_t i = 0; i < surface_terms; ++i)
                coefficients_[i] = hn::IfThenElse(active, next[i], coefficients_[i]);
            HWY_ALIGN double change[lane_count];
            HWY_ALIGN double length[lane_count];
            update_residuals(change, length);
            for (std::size_t lane = 0; lane < lane_count; ++lane)
                if (busy_[lane] != 0) {
                    fit_[lane].iterations = static_cast<std::uint32_t>(round);
                    const double moved = std::sqrt(change[lane] / std::max(1e-20, length[lane]));
                    fit_[lane].converged = !(moved > huber_tolerance);
                    busy_[lane] = !fit_[lane].converged;
                }
        }
    }

    void store(std::size_t first, std::size_t plates, double* surface, SurfaceFit* fits) const {
        const Lanes d;
        HWY_ALIGN double lanes[lane_count];
        for (std::size_t well = 0; well < wells_; ++well) {
            hn::Store(evaluate(coefficients_, basis_[well]), d, lanes);
            for (std::size_t lane = 0; lane < plates; ++lane)
                surface[(first + lane) * wells_ + well] = lanes[lane];
        }
        std::copy(fit_, fit_ + plates, fits + first);
    }

  private:
    /// New residuals; the squared length of the old ones and of the change, where asked for.
    void update_residuals(double* change, double* length) {
        const Lanes d;
        Vector changes = hn::Zero(d);
        Vector lengths = hn::Zero(d);
        for (std::size_t well = 0; well < wells_; ++well) {
            double* at = residuals_.get() + well * lane_count;
            const Vector fitted = evaluate(coefficients_, basis_[well]);
            const Mask used = hn::Ne(hn::Load(d, used_.get() + well * lane_count), hn::Zero(d));
            const Vector residual =
                hn::IfThenElseZero(used, hn::Sub(hn::Load(d, z_.get() + well * lane_count), fitted));
            if (change != nullptr) {
                const Vector old = hn::Load(d, at);
                const Vector step = hn::Sub(old, residual);
                changes = hn::Add(changes, hn::Mul(step, step));
                lengths = hn::Add(lengths, hn::Mul(old, old));
            }
            hn::Store(residual, d, at);
        }
        if (change != nullptr) {
            hn::Store(changes, d, change);
            hn::Store(lengths, d, length);
        }
    }

    /// Scale of the residuals of busy lanes; a lane without any is done.
    void choose_scales() {
        const Lanes d;
        for (std::size_t well = 0; well < wells_; ++well) {
            const std::size_t at = well * lane_count;
            const Mask used = hn::Ne(hn::Load(d, used_.get() + at), hn::Zero(d));
            const Vector size = hn::Abs(hn::Load(d, residuals_.get() + at));
            hn::Store(hn::IfThenElse(used, size, hn::Inf(d)), d, sizes_.get() + at);
        }
        sort_lanes(sizes_.get(), wells_);
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            if (busy_[lane] != 0) {
                const std::size_t n = count_[lane];
                const double middle_size =
                    (sizes_[(n - 1) / 2 * lane_count + lane] + sizes_[n / 2 * lane_count + lane]) * 0.5;
                fit_[lane].scale = scale_[lane] = middle_size / normal_quartile;
                if (!(scale_[lane] > 0)) {
                    fit_[lane].converged = true;
                    busy_[lane] = 0;
                }
            }
    }

    void choose_weights() {
        const Lanes d;
        const Vector bend = hn::Mul(hn::Set(d, huber_k), hn::Load(d, scale_));
        for (std::size_t well = 0; well < wells_; ++well) {
            const std::size_t at = well * lane_count;
            const Vector size = hn::Abs(hn::Load(d, residuals_.get() + at));
            const Mask far = hn::Gt(size, bend);
            const Vector weight = hn::IfThenElse(far, hn::Div(bend, size), hn::Set(d, 1));
            hn::Store(hn::Mul(weight, hn::Load(d, used_.get() + at)), d, weights_.get() + at);
        }
    }

    Shape shape_;
    std::vector<SurfaceTerms> basis_;
    std::size_t wells_;
    // [well][lane]
    hwy::AlignedFreeUniquePtr<double[]> z_, used_, weights_, residuals_, sizes_;
    Coefficients coefficients_;
    SurfaceFit fit_[lane_count];
    std::size_t count_[lane_count];
    HWY_ALIGN double busy_[lane_count] = {};
    HWY_ALIGN double scale_[lane_count] = {};
};

void fit_surfaces(const double* values, const std::uint8_t* selected, const Shape& shape,
                  SurfaceMethod method, double* surface, SurfaceFit* fits) {
    Block block(shape);
    for (std::size_t first = 0; first < shape.plates; first += lane_count) {
        const std::size_t plates = std::min(lane_count, shape.plates - first);
        block.load(values, selected, first, plates);
        if (method == SurfaceMethod::huber)
            block.reweigh();
        block.store(first, plates, surface, fits);
    }
}

}  // namespace wellsieve::kernels::plate::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::plate {

HWY_EXPORT(fit_surfaces);

void quadratic_surface(std::span<const double> values, Selection selected, const Shape& shape,
                       SurfaceMethod method, std::span<double> surface, std::span<SurfaceFit> fits) noexcept {
    assert(values.size() == shape.size() && (selected.empty() || selected.size() == values.size()));
    assert(surface.size() == values.size() && fits.size() == shape.plates && shape.wells() <= 1536);
    HWY_DYNAMIC_DISPATCH(fit_surfaces)
    (values.data(), selected.data(), shape, method, surface.data(), fits.data());
}

}  // namespace wellsieve::kernels::plate
#endif
