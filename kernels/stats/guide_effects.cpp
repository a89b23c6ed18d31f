#include "kernels/stats/guide_effects.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "kernels/stats/competitive_test.hpp"
#include "kernels/stats/multiple_testing.hpp"
#include "kernels/stats/philox.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double floor_of_information = 1e-10;  // where all counts vanish
constexpr int most = static_cast<int>(most_coefficients);
using Vector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, most, 1>;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, most, most>;

/// The rows of the design in two parts.
struct Parts {
    std::vector<Vector> own, shared;  ///< [sample]
    std::vector<double> offset;
    Vector contrast;  ///< of the shared columns
    double library = 0.0;

    explicit Parts(const GuideEffectsIn& in) : offset(in.design.offset.begin(), in.design.offset.end()) {
        const std::size_t columns = in.design.coefficients;
        std::vector<std::size_t> others;
        for (std::size_t c = 0; c < columns; ++c)
            if (std::find(in.own.begin(), in.own.end(), c) == in.own.end())
                others.push_back(c);
        const auto pick = [&](const double* row, std::span<const std::size_t> which) {
            Vector out(static_cast<Eigen::Index>(which.size()));
            for (std::size_t k = 0; k < which.size(); ++k)
                out(static_cast<Eigen::Index>(k)) = row[which[k]];
            return out;
        };
        for (std::size_t s = 0; s < in.counts.samples; ++s) {
            own.push_back(pick(&in.design.matrix[s * columns], in.own));
            shared.push_back(pick(&in.design.matrix[s * columns], others));
            library += std::exp(offset[s]);
        }
        contrast = pick(in.contrast.data(), others);
    }
};

/// One guide: its counts, and its own coefficients.
struct Guide {
    std::size_t feature;
    double dispersion;
    Vector own, trial;
    double log_likelihood = 0.0;  ///< at `own`
    double trial_log_likelihood = 0.0;
    double idle = 0.0;  ///< at `own` of a guide that does not work
    double works = 1.0;
};

/// What one guide says at (own, β): the information and score of both.
struct Score {
    Matrix own, cross, shared;
    Vector of_own, of_shared;
};

class Fit {
  public:
    Fit(const GuideEffectsIn& in, const Parts& parts, double efficiency)
        : in_(in), parts_(parts), log_odds_(std::log(efficiency / (1.0 - efficiency))) {}

    void fit(const std::vector<std::size_t>& features) {
        constexpr int most_rounds = 300;
        effect_ = Vector::Zero(parts_.contrast.size());
        guides_.clear();
        for (const std::size_t i : features) {
            guides_.push_back({i, in_.dispersion[i], {}, {}});
            start(guides_.back());
        }
        constexpr double agreed = 1e-9;
        constexpr double far = 15.0;  // of a gene whose counts all vanish
        for (int round = 0; round < most_rounds; ++round) {
            const bool settled = step() < agreed;
            if (effect_.cwiseAbs().maxCoeff() > far || (settled && round > rounds_of_all_working))
                break;
            if (round >= rounds_of_all_working)
                weigh();
        }
    }

    double effect() const { return parts_.contrast.dot(effect_); }

    double standard_error() {
        Matrix information = Matrix::Zero(effect_.size(), effect_.size());
        for (const Guide& guide : guides_)
            information += guide.works * reduced(score(guide, effect_)).first;
        information.diagonal().array() += floor_of_information;
        return std::sqrt(parts_.contrast.dot(Vector(information.ldlt().solve(parts_.contrast))));
    }

    const std::vector<Guide>& guides() const { return guides_; }

  private:
    static constexpr int rounds_of_all_working = 6;

    double eta(std::size_t s, const Vector& own, const Vector& effect) const {
        constexpr double largest = 50.0;
        return std::min(parts_.offset[s] + parts_.own[s].dot(own) + parts_.shared[s].dot(effect), largest);
    }

    double log_likelihood(const Guide& guide, const Vector& own, const Vector& effect) const {
        double sum = 0.0;
        for (std::size_t s = 0; s < parts_.offset.size(); ++s) {
            const double k = in_.counts.sample(s)[guide.feature];
            const double e = eta(s, own, effect);
            const double mean = std::exp(e);
            sum += k * e - (guide.dispersion > 0.0
                                ? (k + 1.0 / guide.dispersion) * std::log1p(guide.dispersion * mean)
                                : mean);
        }
        return sum;
    }

    Score score(const Guide& guide, const Vector& effect) const {
        const Eigen::Index p = guide.own.size(), r = effect.size();
        Score out{Matrix::Zero(p, p), Matrix::Zero(p, r), Matrix::Zero(r, r), Vector::Zero(p),
                  Vector::Zero(r)};
        for (std::size_t s = 0; s < parts_.offset.size(); ++s) {
            const double mean = std::exp(eta(s, guide.own, effect));
            const double scale = 1.0 + guide.dispersion * mean;
            const double weight = mean / scale;
            const double residual = (in_.counts.sample(s)[guide.feature] - mean) / scale;
            const Vector& n = parts_.own[s];
            const Vector& d = parts_.shared[s];
            out.own.noalias() += weight * n * n.transpose();
            out.cross.noalias() += weight * n * d.transpose();
            out.shared.noalias() += weight * d * d.transpose();
            out.of_own += residual * n;
            out.of_shared += residual * d;
        }
        out.own.diagonal().array() += floor_of_information;
        return out;
    }

    /// Information and score of β once the guide's own coefficients follow it.
    static std::pair<Matrix, Vector> reduced(const Score& at) {
        const auto own = at.own.llt();
        const Matrix follow = own.solve(at.cross);
        return {at.shared - at.cross.transpose() * follow, at.of_shared - follow.transpose() * at.of_own};
    }

    /// Own coefficients of a guide that does not work, by Fisher scoring.
    void start(Guide& guide) const {
        double sum = 0.0;
        for (std::size_t s = 0; s < parts_.offset.size(); ++s)
            sum += in_.counts.sample(s)[guide.feature];
        guide.own = Vector::Zero(parts_.own[0].size());
        guide.own(0) = std::log((sum + 0.5) / parts_.library);
        const Vector none = Vector::Zero(effect_.size());
        guide.idle = log_likelihood(guide, guide.own, none);
        constexpr int most_steps = 100;
        for (int k = 0; k < most_steps; ++k) {
            const Score at = score(guide, none);
            Vector move = at.own.llt().solve(at.of_own);
            const double gain = move.dot(at.of_own);
            Vector next = guide.own + move;
            double now = log_likelihood(guide, next, none);
            for (int half = 0; half < 30 && now < guide.idle; ++half) {
                move *= 0.5;
                next = guide.own + move;
                now = log_likelihood(guide, next, none);
            }
            if (now >= guide.idle) {
                guide.own = next;
                guide.idle = now;
            }
            if (gain < 1e-14)
                break;
        }
        guide.log_likelihood = guide.idle;
    }

    void weigh() {
        for (Guide& guide : guides_)
            guide.works = 1.0 / (1.0 + std::exp(guide.idle - guide.log_likelihood - log_odds_));
    }

    /// One step of β and all own coefficients together, halved until nothing is lost. The largest move.
    double step() {
        const Eigen::Index r = effect_.size();
        Matrix information = Matrix::Zero(r, r);
        Vector gradient = Vector::Zero(r);
        scores_.clear();
        double before = 0.0;
        for (const Guide& guide : guides_) {
            scores_.push_back(score(guide, effect_));
            const auto [part, score_part] = reduced(scores_.back());
            information += guide.works * part;
            gradient += guide.works * score_part;
            before += guide.works * guide.log_likelihood;
        }
        information.diagonal().array() += floor_of_information;
        Vector move = information.ldlt().solve(gradient);
        constexpr double longest = 5.0;
        const double size = move.cwiseAbs().maxCoeff();
        if (size > longest)
            move *= longest / size;
        double part = 1.0;
        for (int half = 0; half < 30; ++half, move *= 0.5, part *= 0.5) {
            const Vector trial = effect_ + move;
            double now = 0.0;
            for (std::size_t k = 0; k < guides_.size(); ++k) {
                Guide& guide = guides_[k];
                const Score& at = scores_[k];
                guide.trial = guide.own + Vector(at.own.llt().solve(part * at.of_own - at.cross * move));
                guide.trial_log_likelihood = log_likelihood(guide, guide.trial, trial);
                now += guide.works * guide.trial_log_likelihood;
            }
            if (now < before - 1e-12 * std::abs(before))
                continue;
            double largest = move.cwiseAbs().maxCoeff();
            for (Guide& guide : guides_) {
                largest = std::max(largest, (guide.trial - guide.own).cwiseAbs().maxCoeff());
                guide.own = guide.trial;
                guide.log_likelihood = guide.trial_log_likelihood;
            }
            effect_ = trial;
            return largest;
        }
        return 0.0;
    }

    const GuideEffectsIn& in_;
    const Parts& parts_;
    double log_odds_;
    std::vector<Guide> guides_;
    std::vector<Score> scores_;  ///< [guide]
    Vector effect_;
};

using Members = std::vector<std::vector<std::size_t>>;

/// The features of groups in another order, group sizes kept.
Members shuffled(const Members& members, std::uint32_t round) {
    std::vector<std::pair<std::array<std::uint32_t, 4>, std::size_t>> keyed;
    for (const std::vector<std::size_t>& own : members)
        for (const std::size_t i : own)
            keyed.emplace_back(philox({static_cast<std::uint32_t>(keyed.size()), round, 0, 0}, {0, 0}), i);
    std::sort(keyed.begin(), keyed.end());
    Members out(members.size());
    std::size_t next = 0;
    for (std::size_t g = 0; g < members.size(); ++g)
        for (std::size_t k = 0; k < members[g].size(); ++k)
            out[g].push_back(keyed[next++].second);
    return out;
}

/// |effect| over error of guides shuffled over groups, ascending.
std::vector<double> sizes_by_chance(Fit& fit, const Members& members, unsigned rounds) {
    std::vector<double> out;
    for (unsigned round = 0; round < rounds; ++round)
        for (const std::vector<std::size_t>& own : shuffled(members, round))
            if (!own.empty()) {
                fit.fit(own);
                out.push_back(std::abs(fit.effect()) / fit.standard_error());
            }
    std::sort(out.begin(), out.end());
    return out;
}

void p_among(const std::vector<double>& by_chance, GuideEffects& effects) {
    if (by_chance.empty())
        return;
    for (std::size_t g = 0; g < effects.p.size(); ++g) {
        const double z = std::abs(effects.effect[g]) / effects.standard_error[g];
        const auto at_least = by_chance.end() - std::lower_bound(by_chance.begin(), by_chance.end(), z);
        if (!std::isnan(z))
            effects.p[g] = static_cast<double>(at_least + 1) / static_cast<double>(by_chance.size() + 1);
    }
}

/// p among shuffled guides, and once more without those of the groups that are found so (Xie 2005).
void p_by_shuffling(Fit& fit, Members members, unsigned rounds, GuideEffects& effects) {
    constexpr double found_at = 0.05;
    p_among(sizes_by_chance(fit, members, rounds), effects);
    std::vector<double> q(members.size());
    benjamini_hochberg(effects.p, q);
    std::size_t found = 0;
    for (std::size_t g = 0; g < members.size(); ++g)
        if (q[g] < found_at) {
            members[g].clear();
            ++found;
        }
    if (found > 0 && 2 * found <= members.size())
        p_among(sizes_by_chance(fit, members, rounds), effects);
}

}  // namespace

GuideEffects fit_guide_effects(const GuideEffectsIn& in, std::size_t groups, unsigned rounds,
                               double efficiency) {
    assert(!in.own.empty() && in.own.size() < in.design.coefficients);
    const Parts parts(in);
    const std::vector<double> unknown(groups, nan_value);
    GuideEffects out{unknown, unknown, std::vector<double>(in.group.size(), nan_value), unknown};
    Members members(groups);
    for (std::size_t i = 0; i < in.group.size(); ++i)
        if (in.group[i] != no_group)
            members[in.group[i]].push_back(i);
    Fit fit(in, parts, efficiency);
    for (std::size_t g = 0; g < groups; ++g) {
        if (members[g].empty())
            continue;
        fit.fit(members[g]);
        out.effect[g] = fit.effect();
        out.standard_error[g] = fit.standard_error();
        for (const Guide& guide : fit.guides())
            out.efficiency[guide.feature] = guide.works;
    }
    p_by_shuffling(fit, std::move(members), rounds, out);
    return out;
}

}  // namespace wellsieve::kernels::stats
