#include "workflows/config_traits_internal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "workflows/config_curves_internal.hpp"
#include "workflows/config_sensors_internal.hpp"

namespace wellsieve::workflows {
namespace {

using pipeline::Blank;
using pipeline::Feature;
using pipeline::Goal;
using pipeline::PoolTraitOptions;
using pipeline::ScreenOptions;
using pipeline::to_string;
using pipeline::TraitOptions;

/// `blank = "plate"` or a number to subtract.
void read_blank(TomlTable& table, TraitOptions& trait) {
    table.read("blank_span", trait.blank_span);
    if (!(trait.blank_span > 0 && trait.blank_span <= 1))
        table.problem("blank_span", "must lie between 0 and 1");
    const toml::node* node = table.find("blank");
    if (node == nullptr)
        return;
    if (node->is_number()) {
        trait.blank = Blank::constant;
        table.read("blank", trait.blank_value);
    } else {
        table.read_word("blank", trait.blank);
        if (trait.blank == Blank::constant)
            table.problem("blank", "write the number to subtract in the place of \"constant\"");
    }
}

/// `goal = "maximize"`, `"minimize"` or a target value.
void read_goal(TomlTable& table, TraitOptions& trait) {
    const toml::node* node = table.find("goal");
    if (node == nullptr)
        return;
    if (node->is_number()) {
        trait.goal = Goal::target;
        table.read("goal", trait.target);
    } else {
        table.read_word("goal", trait.goal);
        if (trait.goal == Goal::target)
            table.problem("goal", "write the target value itself in the place of \"target\"");
    }
}

/// What a feature of growth curves needs, and what it does not take.
void check_feature(TomlTable& table, const TraitOptions& trait) {
    if (is_of_sensor(trait.feature))
        check_sensor_feature(table, trait);
    const std::string_view feature = to_string(trait.feature);
    if (is_of_two(trait.feature) && trait.per.empty())
        table.problem("per", fmt::format("is missing: the biomass that feature = \"{}\" is per", feature));
    if (trait.feature == Feature::ratio_at_biomass && !(trait.at_biomass > 0))
        table.problem("at_biomass", "is missing: the biomass, above 0, at which ratios are compared");
    if (!(trait.slope_window_h > 0))
        table.problem("slope_window_h", "must be above 0");
    if (!is_of_growth(trait.feature))
        return;
    if (!trait.per.empty())
        table.problem("per", fmt::format("feature = \"{}\" is of one readout alone", feature));
    if (trait.feature == Feature::time_to_threshold && std::isnan(trait.threshold))
        table.problem("threshold", "is missing: the level that feature = \"time_to_threshold\" waits for");
    const bool less_may_be_better = is_a_time(trait.feature) || trait.feature == Feature::doubling_time ||
                                    trait.feature == Feature::death_rate;
    if (less_may_be_better && table.find("goal") == nullptr)
        table.problem("goal",
                      fmt::format("is missing: say whether feature = \"{}\" is to be \"minimize\"d or "
                                  "\"maximize\"d",
                                  feature));
}

TraitOptions read_plate_trait(TomlTable& table) {
    TraitOptions trait;
    table.require("name");
    table.read("name", trait.name);
    table.require("readout");
    table.read("readout", trait.readout);
    table.read("per", trait.per);
    table.read_word("feature", trait.feature);
    table.read("time_h", trait.time_h);
    table.read("from_h", trait.from_h);
    table.read("to_h", trait.to_h);
    table.read("threshold", trait.threshold);
    read_sensor_keys(table, trait);
    table.read("at_biomass", trait.at_biomass);
    table.read("slope_window_h", trait.slope_window_h);
    read_blank(table, trait);
    read_fit(table, trait);
    table.read_word("scale", trait.scale);
    read_goal(table, trait);
    table.read_word("normalise", trait.normalise);
    table.read_word("variance", trait.variance);
    table.read("weight", trait.weight);
    if (trait.from_h >= trait.to_h)
        table.problem("from_h", "must be before to_h");
    check_feature(table, trait);
    table.finish();
    return trait;
}

PoolTraitOptions read_pool_trait(TomlTable& table) {
    PoolTraitOptions trait;
    table.require("name");
    table.read("name", trait.name);
    table.read("pool", trait.pool);
    table.read("condition", trait.condition);
    table.read("weight", trait.weight);
    table.read_word("goal", trait.goal);
    if (trait.goal == Goal::target)
        table.problem("goal", "of a pool: \"maximize\" or \"minimize\" is wanted");
    table.finish();
    return trait;
}

}  // namespace

void read_trait(TomlTable& table, ScreenOptions& options, std::vector<std::string>& names) {
    std::string name;
    table.read("name", name);
    if (std::find(names.begin(), names.end(), name) != names.end())
        table.problem("name", fmt::format("two traits are named '{}'", name));
    if (name == pipeline::index_name)
        table.problem("name", fmt::format("'{}' is the name of the sum of weighted traits", name));
    names.push_back(name);
    if (table.find("pool") != nullptr)
        options.pool_traits.push_back(read_pool_trait(table));
    else
        options.traits.push_back(read_plate_trait(table));
}

void choose_ranking(TomlTable& root, const std::vector<std::string>& traits, ScreenOptions& options) {
    const auto has_weight = [](const auto& trait) { return !std::isnan(trait.weight); };
    const bool weighted = std::any_of(options.traits.begin(), options.traits.end(), has_weight) ||
                          std::any_of(options.pool_traits.begin(), options.pool_traits.end(), has_weight);
    std::string& by = options.rank.by;
    if (weighted && by.empty())
        by = pipeline::index_name;
    else if (by.empty() && !traits.empty())
        by = traits.front();
    if (!by.empty() && !(weighted && by == pipeline::index_name) &&
        std::find(traits.begin(), traits.end(), by) == traits.end())
        root.problem("rank", fmt::format("by = '{}' is no trait", by));
}

std::string trait_text(const TraitOptions& trait) {
    std::string out = "\n[[traits]]\n";
    append(out, "name", trait.name);
    append(out, "readout", trait.readout);
    append_given(out, "per", trait.per);
    append(out, "feature", to_string(trait.feature));
    append(out, "time_h", trait.time_h);
    append(out, "from_h", trait.from_h);
    append(out, "to_h", trait.to_h);
    append(out, "threshold", trait.threshold);
    out += sensor_keys_text(trait);
    append(out, "at_biomass", trait.at_biomass);
    if (is_of_two(trait.feature))
        append(out, "slope_window_h", trait.slope_window_h);
    if (trait.fit)
        append(out, "fit", to_string(*trait.fit));
    if (trait.blank == Blank::constant)
        append(out, "blank", trait.blank_value);
    else
        append(out, "blank", to_string(trait.blank));
    if (trait.blank == Blank::lowess || trait.blank == Blank::medium_lowess)
        append(out, "blank_span", trait.blank_span);
    append(out, "scale", to_string(trait.scale));
    if (trait.goal == Goal::target)
        append(out, "goal", trait.target);
    else
        append(out, "goal", to_string(trait.goal));
    append(out, "normalise", to_string(trait.normalise));
    append(out, "variance", to_string(trait.variance));
    append(out, "weight", trait.weight);
    return out;
}

std::string trait_text(const PoolTraitOptions& trait) {
    std::string out = "\n[[traits]]\n";
    append(out, "name", trait.name);
    append(out, "pool", trait.pool);
    append_given(out, "condition", trait.condition);
    append(out, "goal", to_string(trait.goal));
    append(out, "weight", trait.weight);
    return out;
}

}  // namespace wellsieve::workflows
