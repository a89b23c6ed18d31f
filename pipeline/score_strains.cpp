#include "pipeline/score_strains.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <span>
#include <unordered_map>

#include "kernels/stats/distributions.hpp"
#include "kernels/stats/moderated_t.hpp"
#include "kernels/stats/multiple_testing.hpp"
#include "kernels/stats/rank_draws.hpp"
#include "kernels/stats/shrinkage.hpp"
#include "kernels/stats/strain_means.hpp"

namespace wellsieve::pipeline {
namespace {

namespace stats = kernels::stats;
using formats::plates::Role;

/// The scored wells of one trait, as kernels want them; strains in natural order of their names.
struct TraitWells {
    std::vector<std::string> strains;
    std::vector<Role> roles;  ///< [strain]
    std::vector<double> value;
    std::vector<std::uint32_t> strain;
    std::vector<std::uint32_t> plate;

    stats::StrainWells view() const { return {value, strain, plate}; }
};

bool is_scored(const WellAnnotation& well) {
    return !well.strain.empty() && well.role != Role::blank && well.role != Role::empty;
}

TraitWells collect_wells(const Screen& screen, const TraitColumn& trait) {
    std::map<std::string_view, Role> roles;
    for (const PlateData& plate : screen.plates.plates)
        for (const WellAnnotation& well : plate.wells)
            if (is_scored(well))
                roles.try_emplace(well.strain, well.role);
    TraitWells wells;
    for (const auto& [name, role] : roles)
        wells.strains.emplace_back(name);
    std::sort(wells.strains.begin(), wells.strains.end(), natural_less);
    std::unordered_map<std::string_view, std::uint32_t> number;
    for (const std::string& name : wells.strains) {
        number.emplace(name, static_cast<std::uint32_t>(wells.roles.size()));
        wells.roles.push_back(roles.at(name));
    }
    for (std::uint32_t p = 0; p < screen.plates.plates.size(); ++p)
        for (std::size_t i = 0; i < screen.plates.plates[p].wells.size(); ++i) {
            const WellAnnotation& well = screen.plates.plates[p].wells[i];
            if (!is_scored(well))
                continue;
            wells.value.push_back(trait.normalised[screen.well_begin[p] + i]);
            wells.strain.push_back(number.at(well.strain));
            wells.plate.push_back(p);
        }
    return wells;
}

/// Means, errors and plate weights of the strains.
struct StrainModel {
    /// `references`: strains whose mean on each plate was subtracted from all wells there.
    explicit StrainModel(const TraitWells& wells, std::span<const std::uint32_t> references = {}) {
        for (std::vector<double>* column :
             {&n_wells, &n_plates, &mean, &standard_error, &variance, &df, &moderated})
            column->resize(wells.strains.size());
        between = stats::strain_means(wells.view(), {references},
                                      {n_wells, n_plates, mean, standard_error, variance, df, moderated});
        weights = stats::batch_weights(wells.view(), between, moderated);
        const double pooled_df = std::accumulate(df.begin(), df.end(), 0.0);
        for (double own : df)
            total_df.push_back(std::min(own + between.prior.df, pooled_df));
    }

    std::vector<double> n_wells, n_plates, mean, standard_error, variance, df, moderated, total_df;
    stats::StrainVariance between{};
    std::vector<stats::SharedLoading> weights;  ///< of plates in strains' means
};

/// What effects are measured against, and the error of that, which strains share.
struct Reference {
    double centre = 0;
    std::vector<double> variance;         ///< [source] of the reference's mean
    std::vector<std::int64_t> source_of;  ///< [plate] → source, −1: none
};

/// The parents' wells as those of one strain: their mean and error over the screen, and how many on each
/// plate.
struct Parents {
    double mean = not_set;
    double standard_error = not_set;
    double well_variance = not_set;
    std::vector<double> wells_on;  ///< [plate]
};

std::vector<std::uint32_t> subtracted_strains(const TraitColumn& trait, const TraitWells& wells) {
    std::vector<std::uint32_t> parents;
    if (trait.normalisation == Normalisation::parent)
        for (std::uint32_t i = 0; i < wells.roles.size(); ++i)
            if (wells.roles[i] == Role::parent)
                parents.push_back(i);
    return parents;
}

Parents find_parents(const Screen& screen, const TraitWells& wells) {
    Parents parents;
    parents.wells_on.resize(screen.plates.plates.size());
    TraitWells merged = wells;
    const auto all = static_cast<std::uint32_t>(merged.strains.size());
    merged.strains.emplace_back();
    for (std::size_t i = 0; i < merged.strain.size(); ++i) {
        if (merged.roles[merged.strain[i]] != Role::parent)
            continue;
        parents.wells_on[merged.plate[i]] += std::isfinite(merged.value[i]) ? 1 : 0;
        merged.strain[i] = all;
    }
    const StrainModel model(merged);
    parents.mean = model.mean[all];
    parents.standard_error = model.standard_error[all];
    parents.well_variance = model.moderated[all];
    return parents;
}

double mean_of_samples(const TraitWells& wells, const StrainModel& model) {
    double sum = 0;
    double count = 0;
    for (std::size_t i = 0; i < model.mean.size(); ++i)
        if (wells.roles[i] == Role::sample && std::isfinite(model.mean[i])) {
            sum += model.mean[i];
            ++count;
        }
    return count > 0 ? sum / count : 0;
}

Reference find_reference(const Screen& screen, const TraitColumn& trait, const TraitWells& wells,
                         const StrainModel& model) {
    const Parents parents = find_parents(screen, wells);
    Reference reference;
    reference.source_of.assign(screen.plates.plates.size(), -1);
    if (trait.normalisation == Normalisation::parent) {
        reference.centre = trait.scale == Scale::log2 ? 0 : 1;
        for (std::size_t plate = 0; plate < parents.wells_on.size(); ++plate)
            if (parents.wells_on[plate] > 0 && std::isfinite(parents.well_variance)) {
                reference.source_of[plate] = static_cast<std::int64_t>(reference.variance.size());
                reference.variance.push_back(parents.well_variance / parents.wells_on[plate]);
            }
    } else if (screen.options.rank.against == "parent" && std::isfinite(parents.mean)) {
        reference.centre = parents.mean;
        if (std::isfinite(parents.standard_error)) {
            std::fill(reference.source_of.begin(), reference.source_of.end(), 0);
            reference.variance.push_back(parents.standard_error * parents.standard_error);
        }
    } else {
        reference.centre = mean_of_samples(wells, model);
    }
    return reference;
}

/// Enough draws for P(top) to within a few percent, and not more than a large screen has time for.
std::uint32_t draws_for(const RankOptions& rank, std::size_t strains) {
    constexpr std::size_t values = 10'000'000;
    if (rank.draws != 0)
        return rank.draws;
    return static_cast<std::uint32_t>(
        std::clamp<std::size_t>(values / std::max<std::size_t>(strains, 1), 400, 4000));
}

/// Strains that take part in shrinkage and ranks, in a vector of their own.
struct Ranked {
    std::vector<std::size_t> strain;
    std::vector<double> effect;          ///< more is better
    std::vector<double> standard_error;  ///< of the effect
    std::vector<double> own_error;       ///< without what the reference's mean adds
    std::vector<stats::SharedLoading> loadings;
};

class TraitScorer {
  public:
    TraitScorer(const Screen& screen, const TraitColumn& trait, std::vector<std::string>& warnings)
        : screen_(screen),
          trait_(trait),
          warnings_(warnings),
          wells_(collect_wells(screen, trait)),
          model_(wells_, subtracted_strains(trait, wells_)),
          reference_(find_reference(screen, trait, wells_, model_)),
          shared_(wells_.strains.size()) {
        for (const stats::SharedLoading& weight : model_.weights)
            if (const std::int64_t source = reference_.source_of[weight.source]; source >= 0)
                add_loading(shared_[weight.strain], static_cast<std::uint32_t>(source), -weight.weight);
    }

    TraitScores score() {
        TraitScores scores{trait_.options.name, describe_normalisation(), {}};
        for (std::size_t i = 0; i < wells_.strains.size(); ++i)
            scores.strains.push_back(score_alone(i));
        adjust_p_values(scores);
        shrink(scores);
        warn(scores);
        return scores;
    }

  private:
    struct Loading {
        std::uint32_t source;
        double weight;
    };

    /// Plates with the one source add up.
    static void add_loading(std::vector<Loading>& loadings, std::uint32_t source, double weight) {
        if (!loadings.empty() && loadings.back().source == source)
            loadings.back().weight += weight;
        else
            loadings.push_back({source, weight});
    }

    double direction() const { return trait_.options.goal == Goal::minimize ? -1 : 1; }

    std::string describe_normalisation() const {
        return fmt::format("{}, {}", to_string(trait_.normalisation), to_string(trait_.scale));
    }

    StrainScore score_alone(std::size_t i) const {
        StrainScore score;
        score.strain = wells_.strains[i];
        score.role = wells_.roles[i];
        score.n_wells = static_cast<std::uint32_t>(model_.n_wells[i]);
        score.n_plates = static_cast<std::uint32_t>(model_.n_plates[i]);
        if (score.n_wells == 0)
            return score;
        score.estimate = model_.mean[i] - reference_.centre;
        double variance = model_.standard_error[i] * model_.standard_error[i];
        for (const Loading& loading : shared_[i])
            variance += loading.weight * loading.weight * reference_.variance[loading.source];
        score.standard_error = std::sqrt(variance);
        score.df = model_.total_df[i];
        score.p_value = stats::student_t_two_sided_p(score.estimate / score.standard_error, score.df);
        return score;
    }

    static void adjust_p_values(TraitScores& scores) {
        std::vector<double> p;
        for (const StrainScore& score : scores.strains)
            p.push_back(score.role == Role::sample ? score.p_value : not_set);
        std::vector<double> q(p.size());
        stats::benjamini_hochberg(p, q);
        for (std::size_t i = 0; i < q.size(); ++i)
            scores.strains[i].q_value = q[i];
    }

    Ranked ranked_strains(const TraitScores& scores) const {
        Ranked ranked;
        for (std::size_t i = 0; i < scores.strains.size(); ++i) {
            const StrainScore& score = scores.strains[i];
            if (score.role != Role::sample || !std::isfinite(score.estimate))
                continue;
            for (const Loading& loading : shared_[i])
                ranked.loadings.push_back({static_cast<std::uint32_t>(ranked.strain.size()), loading.source,
                                           direction() * loading.weight});
            ranked.strain.push_back(i);
            ranked.effect.push_back(direction() * score.estimate);
            ranked.standard_error.push_back(score.standard_error);
            ranked.own_error.push_back(model_.standard_error[i]);
        }
        return ranked;
    }

    void shrink(TraitScores& scores) const {
        const Ranked ranked = ranked_strains(scores);
        const std::size_t n = ranked.strain.size();
        const stats::EffectPrior prior = stats::fit_effect_prior(ranked.effect, ranked.standard_error);
        std::vector<double> mean(n);
        std::vector<double> sd(n);
        std::vector<double> own_sd(n);
        std::vector<double> weight(n);
        stats::shrink_effects(ranked.effect, ranked.standard_error, prior, {mean, sd, own_sd, weight});
        const double z = stats::normal_quantile(0.5 + screen_.options.rank.interval / 2);
        for (std::size_t k = 0; k < n; ++k) {
            StrainScore& score = scores.strains[ranked.strain[k]];
            score.shrunken = std::isfinite(mean[k]) ? direction() * mean[k] : score.estimate;
            score.shrunken_sd = sd[k];
            score.ci_low = score.shrunken - z * sd[k];
            score.ci_high = score.shrunken + z * sd[k];
        }
        std::vector<double> better(n);
        stats::probability_above(mean, sd, screen_.options.rank.min_effect, better);
        for (std::size_t k = 0; k < n; ++k)
            scores.strains[ranked.strain[k]].p_better = better[k];
        draw_ranks(ranked, prior, mean, weight, scores);
    }

    /// Joint draws: own error shrunk, the reference's error and the prior mean's shared.
    void draw_ranks(const Ranked& ranked, const stats::EffectPrior& prior, const std::vector<double>& mean,
                    const std::vector<double>& weight, TraitScores& scores) const {
        const std::size_t n = ranked.strain.size();
        std::vector<double> own(n);
        for (std::size_t k = 0; k < n; ++k) {
            const double kept = 1 - weight[k];
            const double whole = ranked.standard_error[k] * ranked.standard_error[k];
            const double shared = whole - ranked.own_error[k] * ranked.own_error[k];
            own[k] = std::sqrt(std::max(0.0, kept * whole - kept * kept * shared));
        }
        std::vector<double> shared_sd;
        for (double variance : reference_.variance)
            shared_sd.push_back(std::sqrt(variance));
        std::vector<stats::SharedLoading> loadings = ranked.loadings;
        for (stats::SharedLoading& loading : loadings)
            loading.weight *= 1 - weight[loading.strain];
        for (std::uint32_t k = 0; k < n; ++k)
            loadings.push_back({k, static_cast<std::uint32_t>(shared_sd.size()), weight[k]});
        std::stable_sort(loadings.begin(), loadings.end(),
                         [](const auto& a, const auto& b) { return a.strain < b.strain; });
        shared_sd.push_back(std::sqrt(prior.mean_variance));
        std::vector<double> best(n);
        std::vector<double> top(n);
        std::vector<double> expected(n);
        std::vector<double> low(n);
        std::vector<double> high(n);
        const RankOptions& rank = screen_.options.rank;
        stats::rank_by_draws({mean, own, loadings, shared_sd},
                             {rank.seed, draws_for(rank, n), rank.top, rank.interval},
                             {best, top, expected, low, high});
        for (std::size_t k = 0; k < n; ++k) {
            StrainScore& score = scores.strains[ranked.strain[k]];
            score.p_top = top[k];
            score.rank_low = low[k];
            score.rank_high = high[k];
        }
    }

    void warn(const TraitScores& scores) const {
        const std::string& name = trait_.options.name;
        const auto sample = [](const StrainScore& s) { return s.role == Role::sample; };
        if (std::none_of(scores.strains.begin(), scores.strains.end(),
                         [&](const StrainScore& s) { return sample(s) && std::isfinite(s.standard_error); }))
            warnings_.push_back(
                fmt::format("{}: no strain has a replicate, so nothing is known of errors; strains are "
                            "ranked by their values alone",
                            name));
        else if (!model_.between.interaction_estimable)
            warnings_.push_back(
                fmt::format("{}: every strain stands on one plate only, so its replicates share that "
                            "plate's errors and intervals are too narrow for another plate or batch",
                            name));
        const bool parent = std::any_of(
            scores.strains.begin(), scores.strains.end(),
            [](const StrainScore& score) { return score.role == Role::parent && score.n_wells > 0; });
        if (screen_.options.rank.against == "parent" && !parent)
            warnings_.push_back(fmt::format(
                "{}: no parent was measured, so effects are against the mean of all strains", name));
        const auto lost = std::count_if(scores.strains.begin(), scores.strains.end(),
                                        [&](const StrainScore& s) { return sample(s) && s.n_wells == 0; });
        if (lost > 0)
            warnings_.push_back(
                fmt::format("{}: {} strains have no usable well and are not ranked", name, lost));
    }

    const Screen& screen_;
    const TraitColumn& trait_;
    std::vector<std::string>& warnings_;
    TraitWells wells_;
    StrainModel model_;
    Reference reference_;
    std::vector<std::vector<Loading>> shared_;  ///< [strain]
};

/// Best first; equal scores in natural order of the names, in which the strains already stand.
void rank_samples(Screen& screen) {
    const TraitScores& scores = screen.deciding();
    const auto deciding = std::find_if(screen.traits.begin(), screen.traits.end(),
                                       [&](const TraitColumn& t) { return t.options.name == scores.trait; });
    const double direction = deciding->options.goal == Goal::minimize ? -1 : 1;
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
    for (const TraitColumn& trait : screen.traits)
        screen.scores.push_back(TraitScorer(screen, trait, screen.warnings).score());
    rank_samples(screen);
}

}  // namespace wellsieve::pipeline
