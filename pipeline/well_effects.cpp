#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <span>
#include <unordered_map>

#include "kernels/stats/strain_means.hpp"
#include "pipeline/normalise_traits.hpp"
#include "pipeline/plate_collection.hpp"
#include "pipeline/strain_effects.hpp"

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
             {&n_wells, &n_plates, &mean, &standard_error, &variance, &df, &moderated, &error_df})
            column->resize(wells.strains.size());
        between =
            stats::strain_means(wells.view(), {references},
                                {n_wells, n_plates, mean, standard_error, variance, df, moderated, error_df});
        weights = stats::batch_weights(wells.view(), between, moderated);
    }

    std::vector<double> n_wells, n_plates, mean, standard_error, variance, df, moderated, error_df;
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

/// Of the parents' mean or median on a plate, as a multiple of a well's variance.
double variance_of_location(double parents) {
    constexpr double of_a_median = std::numbers::pi / 2;  // for many wells; for five it is 1.43
    return (parents < parents_for_median ? 1.0 : of_a_median) / parents;
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
                reference.variance.push_back(parents.well_variance *
                                             variance_of_location(parents.wells_on[plate]));
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

/// Plates with the one source add up.
void add_loading(std::vector<StrainEffects::Loading>& loadings, std::uint32_t source, double weight) {
    if (!loadings.empty() && loadings.back().source == source)
        loadings.back().weight += weight;
    else
        loadings.push_back({source, weight});
}

void warn_of_errors(const std::string& trait, const TraitWells& wells, const StrainModel& model,
                    std::vector<std::string>& warnings) {
    if (std::none_of(wells.value.begin(), wells.value.end(), [](double v) { return std::isfinite(v); }))
        return;  // what there is no value of is told elsewhere
    bool known = false;
    for (std::size_t i = 0; i < wells.roles.size(); ++i)
        known = known || (wells.roles[i] == Role::sample && std::isfinite(model.standard_error[i]));
    if (!known)
        warnings.push_back(
            fmt::format("{}: no strain has a replicate, so nothing is known of errors; strains are "
                        "ranked by their values alone",
                        trait));
    else if (!model.between.interaction_estimable)
        warnings.push_back(
            fmt::format("{}: every strain stands on one plate only, so its replicates share that "
                        "plate's errors and intervals are too narrow for another plate or batch",
                        trait));
}

}  // namespace

StrainEffects well_effects(const Screen& screen, const TraitColumn& trait,
                           std::vector<std::string>& warnings) {
    TraitWells wells = collect_wells(screen, trait);
    StrainModel model(wells, subtracted_strains(trait, wells));
    const Reference reference = find_reference(screen, trait, wells, model);
    warn_of_errors(trait.options.name, wells, model, warnings);
    StrainEffects effects;
    effects.trait = trait.options.name;
    effects.normalisation = fmt::format("{}, {}", to_string(trait.normalisation), to_string(trait.scale));
    effects.goal = trait.options.goal == Goal::minimize ? Goal::minimize : Goal::maximize;
    effects.centre = reference.centre;
    effects.shared_variance = reference.variance;
    effects.shared.resize(wells.strains.size());
    for (const stats::SharedLoading& weight : model.weights)
        if (const std::int64_t source = reference.source_of[weight.source]; source >= 0)
            add_loading(effects.shared[weight.strain], static_cast<std::uint32_t>(source), -weight.weight);
    effects.n_features.resize(wells.strains.size());
    effects.strains = std::move(wells.strains);
    effects.roles = std::move(wells.roles);
    effects.n_wells = std::move(model.n_wells);
    effects.n_plates = std::move(model.n_plates);
    effects.mean = std::move(model.mean);
    effects.standard_error = std::move(model.standard_error);
    effects.df = std::move(model.error_df);
    return effects;
}

}  // namespace wellsieve::pipeline
