#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <span>
#include <unordered_map>

#include "kernels/plate/summary.hpp"
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
        for (std::vector<double>* column : {&n_wells, &n_plates, &mean, &standard_error, &variance, &df,
                                            &moderated, &between_plates, &error_df})
            column->resize(wells.strains.size());
        between = stats::strain_means(
            wells.view(), {references},
            {n_wells, n_plates, mean, standard_error, variance, df, moderated, between_plates, error_df});
        weights = stats::batch_weights(wells.view(), between, moderated);
    }

    std::vector<double> n_wells, n_plates, mean, standard_error, variance, df, moderated, between_plates,
        error_df;
    stats::StrainVariance between{};
    std::vector<stats::SharedLoading> weights;  ///< of plates in strains' means

    /// Of a well about its strain's mean over plates; NaN where no strain has a replicate.
    double well_variance() const {
        return between.residual + (std::isfinite(between.interaction) ? between.interaction : 0.0);
    }
};

/// What effects are measured against, and the error of that, which strains share.
struct Reference {
    double centre = 0;
    std::vector<double> variance;                     ///< [source] of the reference's mean
    std::vector<std::vector<std::uint32_t>> sources;  ///< [plate] of errors that enter what stands there

    std::uint32_t add_source(double source_variance) {
        variance.push_back(source_variance);
        return static_cast<std::uint32_t>(variance.size() - 1);
    }
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

constexpr double variance_of_median = std::numbers::pi / 2;  ///< for many wells; for five it is 1.43

/// Of the parents' mean or median on a plate, as a multiple of a well's variance.
double variance_of_location(double parents) {
    return (parents < parents_for_median ? 1.0 : variance_of_median) / parents;
}

bool takes_samples_for_neutral(Normalisation normalisation) {
    switch (normalisation) {
        case Normalisation::mean:
        case Normalisation::median:
        case Normalisation::shorth:
        case Normalisation::zscore:
        case Normalisation::robust_zscore:
        case Normalisation::polish:
        case Normalisation::spatial:
        case Normalisation::loess:
            return true;
        default:
            return false;
    }
}

/// The samples of a plate.
struct PlateSamples {
    double measured = 0;
    std::vector<std::uint32_t> strains;  ///< one a well, ascending
};

std::vector<PlateSamples> samples_by_plate(const TraitWells& wells, std::size_t plates) {
    std::vector<PlateSamples> samples(plates);
    for (std::size_t i = 0; i < wells.value.size(); ++i)
        if (wells.roles[wells.strain[i]] == Role::sample) {
            PlateSamples& plate = samples[wells.plate[i]];
            plate.measured += std::isfinite(wells.value[i]) ? 1 : 0;
            plate.strains.push_back(wells.strain[i]);
        }
    for (PlateSamples& plate : samples)
        std::sort(plate.strains.begin(), plate.strains.end());
    return samples;
}

std::vector<double> sample_values(const TraitWells& wells) {
    std::vector<double> values;
    for (std::size_t i = 0; i < wells.value.size(); ++i)
        if (wells.roles[wells.strain[i]] == Role::sample && std::isfinite(wells.value[i]))
            values.push_back(wells.value[i]);
    return values;
}

/// A plate's location errs by the scatter of its wells, and by how far the strains that stand there are from
/// neutral as a whole. The latter is one error for all plates of the same strains, and is told against the
/// mean of all such sets: where there is one set, it moves all strains alike.
void add_plate_locations(const TraitWells& wells, const StrainModel& model, Normalisation normalisation,
                         Reference& reference) {
    const double of_well = model.well_variance();
    const std::vector<double> values = sample_values(wells);
    if (values.empty() || !std::isfinite(of_well))
        return;
    kernels::plate::Summary all;
    kernels::plate::summarise(values, {}, {1, 1, values.size()}, {&all, 1});
    const double of_strain = std::max(0.0, all.mad * all.mad - of_well);
    const bool by_mean = normalisation == Normalisation::mean || normalisation == Normalisation::zscore;
    const std::vector<PlateSamples> samples = samples_by_plate(wells, reference.sources.size());
    std::map<std::vector<std::uint32_t>, std::vector<std::size_t>> plates_of;
    for (std::size_t plate = 0; plate < samples.size(); ++plate)
        if (samples[plate].measured > 0)
            plates_of[samples[plate].strains].push_back(plate);
    const double of_other_sets = 1 - 1 / static_cast<double>(plates_of.size());
    for (const auto& [strains, plates] : plates_of) {
        const double factor = by_mean ? 1 : variance_of_median;
        for (const std::size_t plate : plates)
            reference.sources[plate].push_back(
                reference.add_source(factor * of_well / samples[plate].measured));
        const std::uint32_t of_these =
            reference.add_source(of_other_sets * factor * of_strain / static_cast<double>(strains.size()));
        for (const std::size_t plate : plates)
            reference.sources[plate].push_back(of_these);
    }
}

Reference find_reference(const Screen& screen, const TraitColumn& trait, const TraitWells& wells,
                         const StrainModel& model) {
    const Parents parents = find_parents(screen, wells);
    Reference reference;
    reference.sources.resize(screen.plates.plates.size());
    if (trait.normalisation == Normalisation::parent) {
        reference.centre = trait.scale == Scale::log2 ? 0 : 1;
        for (std::size_t plate = 0; plate < parents.wells_on.size(); ++plate)
            if (parents.wells_on[plate] > 0 && std::isfinite(parents.well_variance))
                reference.sources[plate].push_back(reference.add_source(
                    parents.well_variance * variance_of_location(parents.wells_on[plate])));
    } else if (screen.options.rank.against == "parent" && std::isfinite(parents.mean)) {
        reference.centre = parents.mean;
        if (std::isfinite(parents.standard_error)) {
            const std::uint32_t of_parents =
                reference.add_source(parents.standard_error * parents.standard_error);
            for (std::vector<std::uint32_t>& plate : reference.sources)
                plate.push_back(of_parents);
        }
    } else {
        reference.centre = mean_of_samples(wells, model);
    }
    if (takes_samples_for_neutral(trait.normalisation))
        add_plate_locations(wells, model, trait.normalisation, reference);
    return reference;
}

/// Plates with the one source add up.
void add_loading(std::vector<StrainEffects::Loading>& loadings, std::uint32_t source, double weight) {
    const auto known = std::find_if(loadings.begin(), loadings.end(),
                                    [&](const auto& loading) { return loading.source == source; });
    if (known != loadings.end())
        known->weight += weight;
    else
        loadings.push_back({source, weight});
}

/// Scatter between plates has the errors of the plates' references in it: where errors are told by it, what
/// `shared` says of them is taken off. Of one error in all plates of a strain they have nothing.
std::vector<double> errors_without_reference(const StrainModel& model, const StrainEffects& effects) {
    std::vector<double> errors = model.standard_error;
    for (std::size_t i = 0; i < errors.size(); ++i) {
        double in_scatter = 0;
        for (const StrainEffects::Loading& loading : effects.shared[i]) {
            const double weight = std::abs(loading.weight);
            in_scatter += effects.shared_variance[loading.source] * weight * (1 - weight);
        }
        if (model.n_plates[i] > 1) {
            const double counted_twice =
                std::min(model.between_plates[i], in_scatter / (model.n_plates[i] - 1));
            errors[i] = std::sqrt(std::max(0.0, errors[i] * errors[i] - counted_twice));
        }
    }
    return errors;
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
        for (const std::uint32_t source : reference.sources[weight.source])
            add_loading(effects.shared[weight.strain], source, -weight.weight);
    effects.standard_error = errors_without_reference(model, effects);
    effects.n_features.resize(wells.strains.size());
    effects.strains = std::move(wells.strains);
    effects.roles = std::move(wells.roles);
    effects.n_wells = std::move(model.n_wells);
    effects.n_plates = std::move(model.n_plates);
    effects.mean = std::move(model.mean);
    effects.df = std::move(model.error_df);
    return effects;
}

}  // namespace wellsieve::pipeline
