#include "kernels/stats/negative_binomial_fit.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <vector>

#include "kernels/stats/special_functions.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/stats/negative_binomial_fit.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/stats/lane_math-inl.hpp"

#ifndef WELLSIEVE_NEGATIVE_BINOMIAL_FIT_SHARED
#define WELLSIEVE_NEGATIVE_BINOMIAL_FIT_SHARED
namespace wellsieve::kernels::stats::negative_binomial_internal {

inline constexpr int most_steps = 200;
inline constexpr double smallest_gain = 1e-10;
inline constexpr double first_damping = 1e-6;
inline constexpr double smallest_count = 1e-8;  ///< what a zero is taken as inside a logarithm

/// The rows of (XᵀX)⁻¹Xᵀ: least squares on logarithms gives the first coefficients.
inline std::vector<double> start_matrix(const LogLinearDesign& design) {
    const auto p = static_cast<Eigen::Index>(design.coefficients);
    const auto n = static_cast<Eigen::Index>(design.offset.size());
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Eigen::Map<const RowMajor> x(design.matrix.data(), n, p);
    const RowMajor inverse = x.completeOrthogonalDecomposition().pseudoInverse();
    return {inverse.data(), inverse.data() + p * n};
}

}  // namespace wellsieve::kernels::stats::negative_binomial_internal
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::stats::HWY_NAMESPACE {

namespace nb = negative_binomial_internal;

/// The fit of as many features as `Ops` has lanes. Everything that has one value a lane lies in rows of
/// lanes.
template <class Ops>
class Block {
  public:
    using V = typename Ops::V;
    using M = typename Ops::M;

    Block(const LogLinearDesign& design, std::span<const double> start)
        : design_(design),
          start_(start),
          lanes_(Ops::lanes()),
          samples_(design.offset.size()),
          coefficients_(design.coefficients),
          room_(lanes_ * (6 * samples_ + coefficients_ * (coefficients_ + 5))) {
        double* next = room_.data();
        for (double** row : {&count, &mean, &eta_, &new_mean_, &new_eta_, &weight_}) {
            *row = next;
            next += lanes_ * samples_;
        }
        for (double** row : {&beta, &new_beta_, &gradient_, &step_, &unused_}) {
            *row = next;
            next += lanes_ * coefficients_;
        }
        factor_ = next;
    }

    double* count;
    double* mean;
    double* beta;

    void start_from_counts() {
        for (std::size_t c = 0; c < coefficients_; ++c) {
            V sum = Ops::set(0.0);
            for (std::size_t s = 0; s < samples_; ++s) {
                const V logarithm = lane_log<Ops>(Ops::add(row(count, s), Ops::set(0.5)));
                sum = Ops::add(sum, Ops::mul(Ops::set(start_[c * samples_ + s]),
                                             Ops::sub(logarithm, Ops::set(design_.offset[s]))));
            }
            put(sum, beta, c);
        }
    }

    /// From `beta` to the maximum.
    void fit(V phi) {
        predict(beta, eta_, mean);
        V lack = lack_of_fit(phi, eta_, mean);
        V damping = Ops::set(0.0);
        M active = Ops::less(Ops::set(-1.0), Ops::set(0.0));
        for (int step = 0; step < nb::most_steps && Ops::any(active); ++step) {
            const V largest = information(phi);
            if (step == 0)
                damping = Ops::mul(largest, Ops::set(nb::first_damping));
            decompose(damping);
            const V gain = solve_step();
            for (std::size_t c = 0; c < coefficients_; ++c)
                put(Ops::add(row(beta, c), row(step_, c)), new_beta_, c);
            predict(new_beta_, new_eta_, new_mean_);
            const V new_lack = lack_of_fit(phi, new_eta_, new_mean_);
            const M done = Ops::less(gain, Ops::set(nb::smallest_gain));
            const M better = Ops::no(Ops::less(lack, new_lack));
            const M take = Ops::both(active, better);
            accept(take);
            lack = Ops::select(take, new_lack, lack);
            const V raised =
                maximum<Ops>(Ops::mul(damping, Ops::set(10.0)), Ops::mul(largest, Ops::set(1e-3)));
            damping = Ops::select(better, Ops::mul(damping, Ops::set(0.1)), raised);
            active = Ops::both(active, Ops::no(done));
        }
    }

    V deviance(V phi) const {
        const M poisson = Ops::no(Ops::less(Ops::set(0.0), phi));
        const V size = Ops::div(Ops::set(1.0), Ops::select(poisson, Ops::set(1.0), phi));
        V sum = Ops::set(0.0);
        for (std::size_t s = 0; s < samples_; ++s) {
            const V y = Ops::add(row(count, s), Ops::set(nb::smallest_count));
            const V mu = Ops::add(row(mean, s), Ops::set(nb::smallest_count));
            const V ratio = Ops::mul(y, lane_log<Ops>(Ops::div(y, mu)));
            const V excess =
                Ops::mul(Ops::add(y, size), lane_log<Ops>(Ops::div(Ops::add(y, size), Ops::add(mu, size))));
            const V unit = Ops::sub(ratio, Ops::select(poisson, Ops::sub(y, mu), excess));
            sum = Ops::add(sum, maximum<Ops>(unit, Ops::set(0.0)));
        }
        return Ops::mul(Ops::set(2.0), sum);
    }

    /// `size` is 1/φ, `constant` r ln r − ln Γ(r).
    V adjusted_likelihood(double size, double constant) {
        const V r = Ops::set(size);
        V sum = Ops::set(0.0);
        for (std::size_t s = 0; s < samples_; ++s) {
            const V y = row(count, s);
            const V inside = lane_log<Ops>(Ops::add(row(mean, s), r));
            const V spread = Ops::mul(Ops::add(y, r), inside);
            const V own =
                Ops::sub(Ops::add(Ops::mul(y, row(eta_, s)), lane_log_gamma<Ops>(Ops::add(y, r))), spread);
            sum = Ops::add(sum, Ops::add(own, Ops::set(constant)));
        }
        information(Ops::div(Ops::set(1.0), r));
        decompose(Ops::set(0.0));
        for (std::size_t c = 0; c < coefficients_; ++c)  // half the log determinant
            sum = Ops::sub(sum, lane_log<Ops>(row(factor_, c * coefficients_ + c)));
        return sum;
    }

    std::size_t lanes() const { return lanes_; }
    V row(const double* rows, std::size_t index) const { return Ops::load(rows + index * lanes_); }

  private:
    const LogLinearDesign& design_;
    std::span<const double> start_;
    std::size_t lanes_, samples_, coefficients_;
    std::vector<double> room_;
    double *eta_, *new_mean_, *new_eta_, *weight_;
    double *new_beta_, *gradient_, *step_, *unused_;
    double* factor_;  ///< [row][column] of the information, then of its Cholesky factor

    void put(V value, double* rows, std::size_t index) const { Ops::store(value, rows + index * lanes_); }

    void predict(const double* of_beta, double* eta, double* mu) const {
        for (std::size_t s = 0; s < samples_; ++s) {
            V sum = Ops::set(design_.offset[s]);
            for (std::size_t c = 0; c < coefficients_; ++c)
                sum =
                    Ops::add(sum, Ops::mul(Ops::set(design_.matrix[s * coefficients_ + c]), row(of_beta, c)));
            put(sum, eta, s);
            put(lane_exp<Ops>(sum), mu, s);
        }
    }

    /// Minus the log likelihood, without what does not depend on the means.
    V lack_of_fit(V phi, const double* eta, const double* mu) const {
        const M poisson = Ops::no(Ops::less(Ops::set(0.0), phi));
        const V size = Ops::div(Ops::set(1.0), Ops::select(poisson, Ops::set(1.0), phi));
        V sum = Ops::set(0.0);
        for (std::size_t s = 0; s < samples_; ++s) {
            const V y = row(count, s);
            const V mean_s = row(mu, s);
            const V spread = Ops::mul(Ops::add(y, size), lane_log<Ops>(Ops::add(mean_s, size)));
            sum = Ops::add(sum, Ops::sub(Ops::select(poisson, mean_s, spread), Ops::mul(y, row(eta, s))));
        }
        return sum;
    }

    /// XᵀWX and the gradient at `mean`; the largest diagonal element.
    V information(V phi) {
        for (std::size_t c = 0; c < coefficients_; ++c)
            put(Ops::set(0.0), gradient_, c);
        for (std::size_t k = 0; k < coefficients_ * coefficients_; ++k)
            put(Ops::set(0.0), factor_, k);
        for (std::size_t s = 0; s < samples_; ++s) {
            const double* x = design_.matrix.data() + s * coefficients_;
            const V mu = row(mean, s);
            const V below = Ops::add(Ops::set(1.0), Ops::mul(phi, mu));
            const V weight = Ops::div(mu, below);
            const V slope = Ops::div(Ops::sub(row(count, s), mu), below);
            for (std::size_t a = 0; a < coefficients_; ++a) {
                if (x[a] == 0.0)
                    continue;
                put(Ops::add(row(gradient_, a), Ops::mul(Ops::set(x[a]), slope)), gradient_, a);
                for (std::size_t b = 0; b <= a; ++b)
                    put(Ops::add(row(factor_, a * coefficients_ + b),
                                 Ops::mul(Ops::set(x[a] * x[b]), weight)),
                        factor_, a * coefficients_ + b);
            }
        }
        V largest = row(factor_, 0);
        for (std::size_t c = 1; c < coefficients_; ++c)
            largest = maximum<Ops>(largest, row(factor_, c * coefficients_ + c));
        return largest;
    }

    /// The lower Cholesky factor of the information with `damping` on its diagonal.
    void decompose(V damping) {
        const V tiny = Ops::set(1e-100);
        for (std::size_t a = 0; a < coefficients_; ++a)
            for (std::size_t b = 0; b <= a; ++b) {
                V sum = row(factor_, a * coefficients_ + b);
                if (a == b)
                    sum = Ops::add(sum, damping);
                for (std::size_t k = 0; k < b; ++k)
                    sum = Ops::sub(sum, Ops::mul(row(factor_, a * coefficients_ + k),
                                                 row(factor_, b * coefficients_ + k)));
                const V value = a == b ? Ops::sqrt(maximum<Ops>(sum, tiny))
                                       : Ops::div(sum, row(factor_, b * coefficients_ + b));
                put(value, factor_, a * coefficients_ + b);
            }
    }

    /// Solves for the step; gives back what it should gain.
    V solve_step() {
        for (std::size_t a = 0; a < coefficients_; ++a) {
            V sum = row(gradient_, a);
            for (std::size_t k = 0; k < a; ++k)
                sum = Ops::sub(sum, Ops::mul(row(factor_, a * coefficients_ + k), row(step_, k)));
            put(Ops::div(sum, row(factor_, a * coefficients_ + a)), step_, a);
        }
        for (std::size_t a = coefficients_; a > 0; --a) {
            V sum = row(step_, a - 1);
            for (std::size_t k = a; k < coefficients_; ++k)
                sum = Ops::sub(sum, Ops::mul(row(factor_, k * coefficients_ + a - 1), row(step_, k)));
            put(Ops::div(sum, row(factor_, (a - 1) * coefficients_ + a - 1)), step_, a - 1);
        }
        V gain = Ops::set(0.0);
        for (std::size_t c = 0; c < coefficients_; ++c)
            gain = Ops::add(gain, Ops::mul(row(gradient_, c), row(step_, c)));
        return gain;
    }

    void accept(M take) {
        for (std::size_t c = 0; c < coefficients_; ++c)
            put(Ops::select(take, row(new_beta_, c), row(beta, c)), beta, c);
        for (std::size_t s = 0; s < samples_; ++s) {
            put(Ops::select(take, row(new_eta_, s), row(eta_, s)), eta_, s);
            put(Ops::select(take, row(new_mean_, s), row(mean, s)), mean, s);
        }
    }
};

/// Copies up to `lanes` values from a row of features; the rest repeat the last.
inline void fill_lanes(const double* from, std::size_t available, std::size_t lanes, double* to) {
    for (std::size_t l = 0; l < lanes; ++l)
        to[l] = from[std::min(l, available - 1)];
}

template <class Ops>
void load_counts(Counts counts, std::size_t first, std::size_t available, Block<Ops>& block) {
    for (std::size_t s = 0; s < counts.samples; ++s)
        fill_lanes(counts.sample(s).data() + first, available, block.lanes(),
                   block.count + s * block.lanes());
}

template <class Ops>
void fit_all(Counts counts, const LogLinearDesign& design, std::span<const double> dispersion,
             const NegativeBinomialFit& out) {
    const std::vector<double> start = nb::start_matrix(design);
    Block<Ops> block(design, start);
    std::vector<double> lane(block.lanes());
    const std::size_t features = counts.features();
    for (std::size_t first = 0; first < features; first += block.lanes()) {
        const std::size_t available = std::min(block.lanes(), features - first);
        load_counts(counts, first, available, block);
        fill_lanes(dispersion.data() + first, available, block.lanes(), lane.data());
        const auto phi = Ops::load(lane.data());
        block.start_from_counts();
        block.fit(phi);
        Ops::store(block.deviance(phi), lane.data());
        std::copy_n(lane.data(), available, out.deviance.data() + first);
        for (std::size_t c = 0; c < design.coefficients; ++c)
            std::copy_n(block.beta + c * block.lanes(), available,
                        out.coefficient.data() + c * features + first);
        for (std::size_t s = 0; s < counts.samples; ++s)
            std::copy_n(block.mean + s * block.lanes(), available, out.mean.data() + s * features + first);
    }
}

template <class Ops>
void profile_all(Counts counts, const LogLinearDesign& design, std::span<const double> dispersions,
                 std::span<const double> constants, std::span<double> out) {
    const std::vector<double> start = nb::start_matrix(design);
    Block<Ops> block(design, start);
    std::vector<double> lane(block.lanes());
    const std::size_t features = counts.features();
    for (std::size_t first = 0; first < features; first += block.lanes()) {
        const std::size_t available = std::min(block.lanes(), features - first);
        load_counts(counts, first, available, block);
        block.start_from_counts();
        for (std::size_t g = 0; g < dispersions.size(); ++g) {
            block.fit(Ops::set(dispersions[g]));
            Ops::store(block.adjusted_likelihood(1.0 / dispersions[g], constants[g]), lane.data());
            std::copy_n(lane.data(), available, out.data() + g * features + first);
        }
    }
}

void fit_lanes(Counts counts, const LogLinearDesign& design, std::span<const double> dispersion,
               const NegativeBinomialFit& out) {
    fit_all<LaneOps>(counts, design, dispersion, out);
}

void profile_lanes(Counts counts, const LogLinearDesign& design, std::span<const double> dispersions,
                   std::span<const double> constants, std::span<double> out) {
    profile_all<LaneOps>(counts, design, dispersions, constants, out);
}

#if HWY_ONCE
void fit_scalar(Counts counts, const LogLinearDesign& design, std::span<const double> dispersion,
                const NegativeBinomialFit& out) {
    fit_all<ScalarOps>(counts, design, dispersion, out);
}

void profile_scalar(Counts counts, const LogLinearDesign& design, std::span<const double> dispersions,
                    std::span<const double> constants, std::span<double> out) {
    profile_all<ScalarOps>(counts, design, dispersions, constants, out);
}
#endif

}  // namespace wellsieve::kernels::stats::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::stats {
namespace {

HWY_EXPORT(fit_lanes);
HWY_EXPORT(profile_lanes);

/// r ln r − ln Γ(r) of each dispersion 1/r.
std::vector<double> likelihood_constants(std::span<const double> dispersions) {
    std::vector<double> constants;
    for (const double phi : dispersions)
        constants.push_back(-std::log(phi) / phi - log_gamma(1.0 / phi));
    return constants;
}

void check(Counts counts, const LogLinearDesign& design) {
    assert(counts.samples == design.offset.size() && design.coefficients > 0);
    assert(design.matrix.size() == counts.samples * design.coefficients);
    assert(design.coefficients <= most_coefficients);
    static_cast<void>(counts);
    static_cast<void>(design);
}

}  // namespace

void fit_negative_binomial(Counts counts, const LogLinearDesign& design, std::span<const double> dispersion,
                           const NegativeBinomialFit& out) noexcept {
    check(counts, design);
    HWY_DYNAMIC_DISPATCH(fit_lanes)(counts, design, dispersion, out);
}

void fit_negative_binomial_reference(Counts counts, const LogLinearDesign& design,
                                     std::span<const double> dispersion,
                                     const NegativeBinomialFit& out) noexcept {
    check(counts, design);
    HWY_STATIC_DISPATCH(fit_scalar)(counts, design, dispersion, out);
}

void adjusted_profile_likelihood(Counts counts, const LogLinearDesign& design,
                                 std::span<const double> dispersions, std::span<double> out) noexcept {
    check(counts, design);
    HWY_DYNAMIC_DISPATCH(profile_lanes)(counts, design, dispersions, likelihood_constants(dispersions), out);
}

void adjusted_profile_likelihood_reference(Counts counts, const LogLinearDesign& design,
                                           std::span<const double> dispersions,
                                           std::span<double> out) noexcept {
    check(counts, design);
    HWY_STATIC_DISPATCH(profile_scalar)(counts, design, dispersions, likelihood_constants(dispersions), out);
}

}  // namespace wellsieve::kernels::stats
#endif
