#include "pipeline/score_strains.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "formats/counted.hpp"
#include "kernels/stats/distributions.hpp"
#include "kernels/stats/effect_mixture.hpp"
#include "kernels/stats/multiple_testing.hpp"
#include "kernels/stats/rank_draws.hpp"
#include "kernels/stats/shrinkage.hpp"
#include "pipeline/strain_effects.hpp"

namespace wellsieve::pipeline {
namespace {

namespace stats = kernels::stats;
using formats::plates::Role;

/// Enough draws for P(top) to within a few percent, and not more than a large screen has time for.
std::uint32_t draws_for(const RankOptions& rank, std::size_t strains) {
    constexpr std::size_t values = 10'000'000;
    if (rank.draws != 0)
        return rank.draws;
    return static_cast<std::uint32_t>(
        std::clamp<std::size_t>(values / std::max<std::size_t>(strains, 1), 400, 4000));
}

/// What is believed of the effects of the strains that are ranked; more is better. One element a strain.
struct Posterior {
    std::vector<std::size_t> strain;  ///< into the trait's scores
    std::vector<double> mean, sd;
    std::vector<double> better;                  ///< P(above min_effect)
    std::vector<double> own_sd;                  ///< what a strain does not share with the others
    std::vector<stats::SharedLoading> loadings;  ///< on errors that strains share
    std::vector<double> shared_sd;               ///< [source]
};

double p_of(double estimate, double standard_error, double df) {
    const double t = estimate / standard_error;
    return std::isfinite(df) ? stats::student_t_two_sided_p(t, df) : 2 * stats::normal_cdf(-std::abs(t));
}

void adjust_p_values(TraitScores& scores) {
    std::vector<double> p;
    for (const StrainScore& score : scores.strains)
        p.push_back(score.role == Role::sample ? score.p_value : not_set);
    std::vector<double> q(p.size());
    stats::benjamini_hochberg(p, q);
    for (std::size_t i = 0; i < q.size(); ++i)
        scores.strains[i].q_value = q[i];
}

/// Interval, P(better) and what joint draws tell of ranks; `direction` −1 turns "more is better" back.
void conclude(const Posterior& posterior, double direction, const RankOptions& rank, TraitScores& scores) {
    const std::size_t n = posterior.strain.size();
    const double z = stats::normal_quantile(0.5 + rank.interval / 2);
    std::vector<double> best(n), top(n), expected(n), low(n), high(n);
    stats::rank_by_draws({posterior.mean, posterior.own_sd, posterior.loadings, posterior.shared_sd},
                         {rank.seed, draws_for(rank, n), rank.top, rank.interval},
                         {best, top, expected, low, high});
    for (std::size_t k = 0; k < n; ++k) {
        StrainScore& score = scores.strains[posterior.strain[k]];
        score.shrunken = std::isfinite(posterior.mean[k]) ? direction * posterior.mean[k] : score.estimate;
        score.shrunken_sd = posterior.sd[k];
        score.ci_low = score.shrunken - z * posterior.sd[k];
        score.ci_high = score.shrunken + z * posterior.sd[k];
        score.p_better = posterior.better[k];
        score.p_top = top[k];
        score.rank_low = low[k];
        score.rank_high = high[k];
    }
}

/// The scores of one trait, and the posterior that they come from.
class TraitScorer {
  public:
    TraitScorer(const StrainEffects& effects, const RankOptions& rank) : effects_(effects), rank_(rank) {}

    TraitScores score() {
        TraitScores scores{effects_.trait, effects_.normalisation, effects_.goal, {}};
        for (std::size_t i = 0; i < effects_.strains.size(); ++i)
            scores.strains.push_back(score_alone(i));
        adjust_p_values(scores);
        shrink(scores);
        conclude(posterior_, effects_.direction(), rank_, scores);
        return scores;
    }

    Posterior posterior() { return std::move(posterior_); }

  private:
    StrainScore score_alone(std::size_t i) const {
        StrainScore score;
        score.strain = effects_.strains[i];
        score.role = effects_.roles[i];
        score.n_wells = static_cast<std::uint32_t>(effects_.n_wells[i]);
        score.n_plates = static_cast<std::uint32_t>(effects_.n_plates[i]);
        score.n_features = static_cast<std::uint32_t>(effects_.n_features[i]);
        if (!std::isfinite(effects_.mean[i]))
            return score;
        score.estimate = effects_.mean[i] - effects_.centre;
        double variance = effects_.standard_error[i] * effects_.standard_error[i];
        for (const auto& loading : effects_.shared[i])
            variance += loading.weight * loading.weight * effects_.shared_variance[loading.source];
        score.standard_error = std::sqrt(variance);
        score.df = effects_.df[i];
        score.p_value = p_of(score.estimate, score.standard_error, score.df);
        return score;
    }

    /// Own error shrunk, the reference's error and the prior mean's shared.
    void shrink(const TraitScores& scores) {
        std::vector<double> effect, error;
        for (std::size_t i = 0; i < scores.strains.size(); ++i) {
            const StrainScore& score = scores.strains[i];
            if (score.role != Role::sample || !std::isfinite(score.estimate))
                continue;
            posterior_.strain.push_back(i);
            effect.push_back(effects_.direction() * score.estimate);
            error.push_back(score.standard_error);
        }
        const std::size_t n = effect.size();
        for (std::vector<double>* column :
             {&posterior_.mean, &posterior_.sd, &posterior_.better, &posterior_.own_sd})
            column->resize(n);
        std::vector<double> weight(n);
        const stats::EffectMixture prior =
            stats::fit_effect_mixture(effect, error, stats::fit_effect_prior(effect, error));
        stats::shrink_by_mixture(effect, error, prior,
                                 {posterior_.mean, posterior_.sd, posterior_.own_sd, weight});
        const std::vector<double> reference_variance = variance_of_reference(weight);
        stats::probability_above(effect, error, prior, reference_variance, rank_.min_effect,
                                 posterior_.better);
        for (const double variance : effects_.shared_variance)
            posterior_.shared_sd.push_back(std::sqrt(variance));
        const auto of_prior = static_cast<std::uint32_t>(posterior_.shared_sd.size());
        posterior_.shared_sd.push_back(std::sqrt(prior.mean_variance));
        for (std::uint32_t k = 0; k < n; ++k) {
            const std::size_t i = posterior_.strain[k];
            const double kept = 1 - weight[k];
            const double whole = error[k] * error[k];
            const double shared = whole - effects_.standard_error[i] * effects_.standard_error[i];
            posterior_.sd[k] = std::hypot(posterior_.sd[k], std::sqrt(reference_variance[k]));
            posterior_.own_sd[k] =
                std::sqrt(std::max(0.0, std::pow(posterior_.own_sd[k], 2) - kept * kept * shared));
            for (const auto& loading : effects_.shared[i])
                posterior_.loadings.push_back(
                    {k, loading.source, effects_.direction() * loading.weight * kept});
            posterior_.loadings.push_back({k, of_prior, weight[k]});
        }
    }

    /// What the mean of all strains has of the reference's error, and each strain through its weight on that
    /// mean: shrinkage takes a strain's own errors off, not one that all have in common.
    std::vector<double> variance_of_reference(const std::vector<double>& weight) const {
        std::vector<double> of_mean(effects_.shared_variance.size());  // loadings
        for (const std::size_t i : posterior_.strain)
            for (const auto& loading : effects_.shared[i])
                of_mean[loading.source] += loading.weight / static_cast<double>(posterior_.strain.size());
        double variance_of_mean = 0;
        for (std::size_t source = 0; source < of_mean.size(); ++source)
            variance_of_mean += of_mean[source] * of_mean[source] * effects_.shared_variance[source];
        std::vector<double> variance(weight.size());
        for (std::size_t k = 0; k < weight.size(); ++k) {
            double covariance = 0;  // of a strain's error and the mean's
            for (const auto& loading : effects_.shared[posterior_.strain[k]])
                covariance +=
                    loading.weight * of_mean[loading.source] * effects_.shared_variance[loading.source];
            variance[k] =
                2 * (1 - weight[k]) * weight[k] * covariance + weight[k] * weight[k] * variance_of_mean;
        }
        return variance;
    }

    const StrainEffects& effects_;
    const RankOptions& rank_;
    Posterior posterior_;
};

/// A trait with its weight in the index.
struct Weighted {
    const TraitScores* scores;
    const Posterior* posterior;
    double weight;
    std::map<std::string_view, std::size_t> rank_of = {};  ///< strain → element of the posterior

    double signed_weight() const { return scores->goal == Goal::minimize ? -weight : weight; }
};

/// The strains that have every weighted trait, in natural order of their names.
std::vector<std::string> strains_with_all(std::vector<Weighted>& traits) {
    for (Weighted& trait : traits)
        for (std::size_t k = 0; k < trait.posterior->strain.size(); ++k)
            trait.rank_of.emplace(trait.scores->strains[trait.posterior->strain[k]].strain, k);
    std::vector<std::string> names;
    for (const std::size_t i : traits.front().posterior->strain) {
        const std::string& name = traits.front().scores->strains[i].strain;
        if (std::all_of(traits.begin(), traits.end(),
                        [&](const Weighted& trait) { return trait.rank_of.count(name) > 0; }))
            names.push_back(name);
    }
    return names;
}

/// Σ weight · effect over traits, the errors of different traits taken as independent.
class IndexScorer {
  public:
    IndexScorer(std::vector<Weighted> traits, const RankOptions& rank)
        : traits_(std::move(traits)), rank_(rank) {}

    TraitScores score(std::vector<std::string>& warnings) {
        std::string formula;
        for (const Weighted& trait : traits_)
            formula += fmt::format("{}{} {}", formula.empty() ? "" : " + ", trait.signed_weight(),
                                   trait.scores->trait);
        TraitScores scores{std::string(index_name), formula, Goal::maximize, {}};
        const std::vector<std::string> names = strains_with_all(traits_);
        for (const std::string& name : names)
            add(name, scores);
        adjust_p_values(scores);
        for (const Weighted& trait : traits_)
            add_shared(trait, names);
        std::stable_sort(posterior_.loadings.begin(), posterior_.loadings.end(),
                         [](const auto& a, const auto& b) { return a.strain < b.strain; });
        posterior_.better.resize(posterior_.mean.size());
        stats::probability_above(posterior_.mean, posterior_.sd, rank_.min_effect, posterior_.better);
        conclude(posterior_, 1, rank_, scores);
        warn(names.size(), warnings);
        return scores;
    }

  private:
    void add(const std::string& name, TraitScores& scores) {
        StrainScore score;
        score.strain = name;
        score.estimate = 0;
        double error = 0, mean = 0, sd = 0, own = 0;
        for (const Weighted& trait : traits_) {
            const std::size_t k = trait.rank_of.at(name);
            const StrainScore& one = trait.scores->strains[trait.posterior->strain[k]];
            const double weight = trait.signed_weight();
            score.n_wells = std::max(score.n_wells, one.n_wells);
            score.n_plates = std::max(score.n_plates, one.n_plates);
            score.n_features = std::max(score.n_features, one.n_features);
            score.estimate += weight * one.estimate;
            error += std::pow(weight * one.standard_error, 2);
            mean += trait.weight * trait.posterior->mean[k];
            sd += std::pow(weight * trait.posterior->sd[k], 2);
            own += std::pow(weight * trait.posterior->own_sd[k], 2);
        }
        score.standard_error = std::sqrt(error);
        score.p_value = p_of(score.estimate, score.standard_error, not_set);
        posterior_.strain.push_back(scores.strains.size());
        posterior_.mean.push_back(mean);
        posterior_.sd.push_back(std::sqrt(sd));
        posterior_.own_sd.push_back(std::sqrt(own));
        scores.strains.push_back(std::move(score));
    }

    void add_shared(const Weighted& trait, const std::vector<std::string>& names) {
        const auto first = static_cast<std::uint32_t>(posterior_.shared_sd.size());
        std::map<std::size_t, std::uint32_t> number;
        for (std::uint32_t i = 0; i < names.size(); ++i)
            number.emplace(trait.rank_of.at(names[i]), i);
        for (const stats::SharedLoading& loading : trait.posterior->loadings)
            if (const auto found = number.find(loading.strain); found != number.end())
                posterior_.loadings.push_back(
                    {found->second, first + loading.source, trait.weight * loading.weight});
        posterior_.shared_sd.insert(posterior_.shared_sd.end(), trait.posterior->shared_sd.begin(),
                                    trait.posterior->shared_sd.end());
    }

    void warn(std::size_t ranked, std::vector<std::string>& warnings) const {
        std::set<std::string_view> all;
        for (const Weighted& trait : traits_)
            for (const auto& [name, k] : trait.rank_of)
                all.insert(name);
        for (const Weighted& trait : traits_)
            if (trait.rank_of.size() < all.size())
                warnings.push_back(fmt::format(
                    "{}: {} of {} strains have no {} and are not ranked by the index; their other traits are "
                    "in the table 'scores'",
                    index_name, all.size() - trait.rank_of.size(), all.size(), trait.scores->trait));
        if (ranked == 0)
            warnings.push_back(fmt::format("{}: no strain has all of its traits", index_name));
    }

    std::vector<Weighted> traits_;
    const RankOptions& rank_;
    Posterior posterior_;
};

/// How many wells of the strains without an estimate have which flag, the commonest first.
std::string what_is_wrong(const Screen& screen, const TraitScores& scores) {
    const auto trait =
        std::find_if(screen.traits.begin(), screen.traits.end(),
                     [&](const TraitColumn& column) { return column.options.name == scores.trait; });
    if (trait == screen.traits.end())
        return {};
    std::set<std::string_view> lost;
    for (const StrainScore& score : scores.strains)
        if (score.role == Role::sample && !std::isfinite(score.estimate))
            lost.insert(score.strain);
    std::map<std::string_view, int> wells;
    for (std::size_t p = 0; p < screen.plates.plates.size(); ++p)
        for (std::size_t i = 0; i < screen.plates.plates[p].wells.size(); ++i) {
            const std::size_t at = screen.well_begin[p] + i;
            if (lost.contains(screen.plates.plates[p].wells[i].strain))
                ++wells[trait->flags[at] == unsupported                   ? trait->reasons[at]
                        : trait->flags[at] == formats::plates::Flag::none ? "no number"
                                                                          : flag_name(trait->flags[at])];
        }
    std::vector<std::pair<int, std::string_view>> order;
    for (const auto& [flag, count] : wells)
        order.emplace_back(-count, flag);
    std::sort(order.begin(), order.end());
    std::string text;
    for (const auto& [count, flag] : order)
        text += fmt::format("{}{} {}", text.empty() ? "; their wells: " : ", ", -count, flag);
    return text;
}

void warn(const Screen& screen, const StrainEffects& effects, const TraitScores& scores,
          std::vector<std::string>& warnings) {
    const bool parent = std::any_of(
        scores.strains.begin(), scores.strains.end(),
        [](const StrainScore& score) { return score.role == Role::parent && std::isfinite(score.estimate); });
    const auto lost =
        std::count_if(scores.strains.begin(), scores.strains.end(), [](const StrainScore& score) {
            return score.role == Role::sample && !std::isfinite(score.estimate);
        });
    const auto samples = std::count_if(scores.strains.begin(), scores.strains.end(),
                                       [](const StrainScore& score) { return score.role == Role::sample; });
    if (screen.options.rank.against == "parent" && !parent && lost < samples)
        warnings.push_back(
            fmt::format("{}: no parent was measured, so effects are against {}; role = "
                        "parent in the layout or the strain table marks one",
                        scores.trait, effects.without_parent));
    if (lost > 0)
        warnings.push_back(fmt::format("{}: {} of {} without a usable {}, not ranked{}", scores.trait, lost,
                                       formats::counted(static_cast<std::size_t>(samples), "strain"),
                                       scores.strains.front().n_features > 0 ? "barcode" : "well",
                                       what_is_wrong(screen, scores)));
}

/// Strains that only one of the lanes knows.
void warn_of_one_sided(const Screen& screen, std::vector<std::string>& warnings) {
    const auto measured = [](const TraitScores& scores, std::set<std::string_view>& names) {
        for (const StrainScore& score : scores.strains)
            if (score.role == Role::sample && std::isfinite(score.estimate))
                names.insert(score.strain);
    };
    std::set<std::string_view> on_plates;
    std::set<std::string_view> in_pools;
    for (std::size_t t = 0; t < screen.scores.size(); ++t)
        measured(screen.scores[t], t < screen.traits.size() ? on_plates : in_pools);
    const auto only = [](const std::set<std::string_view>& a, const std::set<std::string_view>& b) {
        return std::count_if(a.begin(), a.end(), [&](std::string_view name) { return b.count(name) == 0; });
    };
    if (on_plates.empty() || in_pools.empty())
        return;
    if (const auto lost = only(on_plates, in_pools); lost > 0)
        warnings.push_back(
            fmt::format("{} of {} strains on plates are in no pool: their pool traits are missing", lost,
                        on_plates.size()));
    if (const auto lost = only(in_pools, on_plates); lost > 0)
        warnings.push_back(
            fmt::format("{} of {} strains in pools are on no plate: their plate traits are missing", lost,
                        in_pools.size()));
}

/// Best first; equal scores in natural order of the names, in which the strains already stand.
void rank_samples(Screen& screen) {
    const TraitScores& scores = screen.deciding();
    const double direction = scores.goal == Goal::minimize ? -1 : 1;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < scores.strains.size(); ++i)
        if (scores.strains[i].role == Role::sample && std::isfinite(scores.strains[i].shrunken))
            order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return direction * scores.strains[a].shrunken > direction * scores.strains[b].shrunken;
    });
    std::vector<double> better;
    for (std::size_t i : order)
        better.push_back(scores.strains[i].p_better);
    const std::size_t picked = std::min<std::size_t>(
        stats::longest_prefix_within_fdr(better, screen.options.rank.fdr), screen.options.rank.top);
    for (std::size_t k = 0; k < order.size(); ++k)
        screen.ranking.push_back({static_cast<std::uint32_t>(k + 1), order[k], k < picked});
}

}  // namespace

void score_strains(Screen& screen) {
    screen.scores.clear();
    screen.ranking.clear();
    std::vector<StrainEffects> effects;
    std::vector<double> weights;
    for (const TraitColumn& trait : screen.traits) {
        effects.push_back(well_effects(screen, trait, screen.warnings));
        weights.push_back(trait.options.weight);
    }
    for (const PoolTraitOptions& trait : screen.options.pool_traits) {
        effects.push_back(pool_effects(screen, trait, screen.warnings));
        weights.push_back(trait.weight);
    }
    std::vector<Posterior> posteriors;
    for (const StrainEffects& of_trait : effects) {
        TraitScorer scorer(of_trait, screen.options.rank);
        screen.scores.push_back(scorer.score());
        posteriors.push_back(scorer.posterior());
        warn(screen, of_trait, screen.scores.back(), screen.warnings);
    }
    warn_of_one_sided(screen, screen.warnings);
    std::vector<Weighted> weighted;
    for (std::size_t t = 0; t < weights.size(); ++t)
        if (std::isfinite(weights[t]))
            weighted.push_back({&screen.scores[t], &posteriors[t], weights[t]});
    if (!weighted.empty())
        screen.scores.push_back(IndexScorer(std::move(weighted), screen.options.rank).score(screen.warnings));
    rank_samples(screen);
}

}  // namespace wellsieve::pipeline
