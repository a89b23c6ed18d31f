#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include "kernels/stats/barcode_means.hpp"
#include "pipeline/plate_collection.hpp"
#include "pipeline/pool_design.hpp"
#include "pipeline/strain_effects.hpp"

namespace wellsieve::pipeline {
namespace {

namespace stats = kernels::stats;
using formats::plates::Role;

constexpr std::string_view barcode_column = "barcode";

/// Of each feature the name of its strain; empty where it stands for none.
std::vector<std::string> strains_of(const Screen& screen, const PoolCounts& pool) {
    std::unordered_map<std::string_view, std::string_view> by_barcode;
    const auto& columns = screen.strains.design_columns;
    const auto column = std::find(columns.begin(), columns.end(), barcode_column);
    if (column != columns.end())
        for (const auto& entry : screen.strains.strains)
            if (const std::string& text = entry.design[static_cast<std::size_t>(column - columns.begin())];
                !text.empty())
                by_barcode.emplace(text, entry.strain);
    std::vector<std::string> out;
    for (const PoolFeature& feature : pool.features) {
        auto found = by_barcode.find(feature.barcode);
        if (found == by_barcode.end())
            found = by_barcode.find(feature.id);
        out.emplace_back(found != by_barcode.end() ? found->second
                         : feature.strain.empty()  ? std::string_view(feature.gene)
                                                   : std::string_view(feature.strain));
    }
    if (std::all_of(out.begin(), out.end(), [](const std::string& name) { return name.empty(); }))
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = pool.features[i].id;
    return out;
}

/// Roles by strain: the strain table's, or the layout's; of controls alone, negative.
std::map<std::string_view, Role> roles_of(const Screen& screen, const std::vector<std::string>& strain_of,
                                          const std::vector<std::uint32_t>& controls) {
    std::map<std::string_view, Role> roles;
    for (const std::uint32_t feature : controls)
        roles.insert_or_assign(strain_of[feature], Role::negative);
    for (const PlateData& plate : screen.plates.plates)
        for (const WellAnnotation& well : plate.wells)
            if (!well.strain.empty())
                roles.insert_or_assign(well.strain, well.role);
    for (const auto& entry : screen.strains.strains)
        if (entry.role)
            roles.insert_or_assign(entry.strain, *entry.role);
    return roles;
}

/// The features of a contrast as barcodes of strains, and means of those.
struct BarcodeModel {
    std::vector<std::uint32_t> strain;
    std::vector<double> estimate, barcodes, mean, standard_error, df;
    stats::BarcodeScatter scatter{};

    void fit(const FeatureScores& features, std::size_t strains) {
        for (std::vector<double>* column : {&barcodes, &mean, &standard_error, &df})
            column->assign(strains, 0.0);
        scatter = stats::barcode_means({estimate, features.standard_error, features.df, strain},
                                       {barcodes, mean, standard_error, df});
    }
};

std::size_t find_pool(const Screen& screen, const PoolTraitOptions& trait) {
    for (std::size_t i = 0; i < screen.pools.size(); ++i)
        if (screen.pools[i].name == trait.pool || (trait.pool.empty() && screen.pools.size() == 1))
            return i;
    throw std::invalid_argument(fmt::format("trait '{}': there is no pool '{}'", trait.name, trait.pool));
}

const PoolContrast& find_contrast(const PoolScores& scores, const PoolTraitOptions& trait) {
    for (const PoolContrast& contrast : scores.contrasts)
        if (contrast.condition == trait.condition ||
            (trait.condition.empty() && scores.contrasts.size() == 1))
            return contrast;
    throw std::invalid_argument(
        fmt::format("trait '{}': no condition '{}' is compared in the pool", trait.name, trait.condition));
}

/// Barcodes without a read in any sample say nothing.
std::vector<double> estimates_of(const PoolCounts& pool, const FeatureScores& features) {
    std::vector<double> out = features.log2_fold_change;
    for (std::size_t i = 0; i < out.size(); ++i) {
        bool seen = false;
        for (std::size_t s = 0; s < pool.samples.size(); ++s)
            seen = seen || pool.counts[pool.at(s, i)] > 0;
        if (!seen)
            out[i] = not_set;
    }
    return out;
}

/// The parents' barcodes as those of one strain; without them the strains' mean, or 0, where controls do not
/// move.
void set_reference(const RankOptions& rank, const FeatureScores& features, const BarcodeModel& model,
                   bool by_controls, StrainEffects& effects) {
    const std::size_t strains = effects.strains.size();
    const auto all = static_cast<std::uint32_t>(strains);
    BarcodeModel merged = model;
    for (std::uint32_t& strain : merged.strain)
        if (strain != stats::no_strain && effects.roles[strain] == Role::parent)
            strain = all;
    merged.fit(features, strains + 1);
    effects.shared.resize(strains);
    if (rank.against == "parent" && std::isfinite(merged.mean[all])) {
        effects.centre = merged.mean[all];
        if (std::isfinite(merged.standard_error[all])) {
            effects.shared_variance.push_back(std::pow(merged.standard_error[all], 2));
            for (auto& loadings : effects.shared)
                loadings.push_back({0, -1.0});
        }
        return;
    }
    if (rank.against == "parent" && by_controls) {
        effects.without_parent = "the pool's controls";
        return;
    }
    double sum = 0;
    double count = 0;
    for (std::size_t i = 0; i < strains; ++i)
        if (effects.roles[i] == Role::sample && std::isfinite(effects.mean[i])) {
            sum += effects.mean[i];
            ++count;
        }
    effects.centre = count > 0 ? sum / count : 0;
}

void warn_of(const std::string& trait, const std::vector<std::string>& strain_of, const BarcodeModel& model,
             const StrainEffects& effects, std::vector<std::string>& warnings) {
    const auto nameless = std::count(strain_of.begin(), strain_of.end(), "");
    if (nameless > 0)
        warnings.push_back(fmt::format("{}: {} of {} barcodes stand for no strain and are left out", trait,
                                       nameless, strain_of.size()));
    if (std::none_of(effects.standard_error.begin(), effects.standard_error.end(),
                     [](double s) { return std::isfinite(s); }))
        warnings.push_back(fmt::format(
            "{}: neither samples nor barcodes are replicated, so nothing is known of errors; strains are "
            "ranked by their values alone",
            trait));
    else if (!(model.scatter.df > 0))
        warnings.push_back(
            fmt::format("{}: every strain has one barcode only, so how barcodes of one strain differ is not "
                        "in its error",
                        trait));
}

}  // namespace

StrainEffects pool_effects(const Screen& screen, const PoolTraitOptions& trait,
                           std::vector<std::string>& warnings) {
    const std::size_t number = find_pool(screen, trait);
    const PoolCounts& pool = screen.pools[number];
    const PoolContrast& contrast = find_contrast(screen.pool_scores[number], trait);
    const std::vector<std::string> strain_of = strains_of(screen, pool);
    StrainEffects effects;
    effects.trait = trait.name;
    effects.normalisation = fmt::format("{} against the pool's control, log2", contrast.condition);
    effects.goal = trait.goal;
    const std::set<std::string> names(strain_of.begin(), strain_of.end());
    for (const std::string& name : names)
        if (!name.empty())
            effects.strains.push_back(name);
    std::sort(effects.strains.begin(), effects.strains.end(), natural_less);
    const auto roles = roles_of(screen, strain_of, screen.pool_scores[number].controls);
    std::unordered_map<std::string_view, std::uint32_t> index;
    for (const std::string& name : effects.strains) {
        index.emplace(name, static_cast<std::uint32_t>(index.size()));
        const auto role = roles.find(name);
        effects.roles.push_back(role == roles.end() ? Role::sample : role->second);
    }
    BarcodeModel model;
    for (const std::string& name : strain_of)
        model.strain.push_back(name.empty() ? stats::no_strain : index.at(name));
    model.estimate = estimates_of(pool, contrast.features);
    model.fit(contrast.features, effects.strains.size());
    effects.n_wells.resize(effects.strains.size());
    effects.n_plates.resize(effects.strains.size());
    effects.n_features = model.barcodes;
    effects.mean = model.mean;
    effects.standard_error = model.standard_error;
    effects.df = model.df;
    set_reference(screen.options.rank, contrast.features, model, !screen.pool_scores[number].controls.empty(),
                  effects);
    warn_of(trait.name, strain_of, model, effects, warnings);
    return effects;
}

}  // namespace wellsieve::pipeline
