#include "workflows/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "formats/error.hpp"
#include "pipeline/gas_readouts.hpp"
#include "workflows/config_sensors_internal.hpp"
#include "workflows/toml_table_internal.hpp"

namespace wellsieve::workflows {
namespace {

using formats::plates::Mode;
using pipeline::Blank;
using pipeline::CurveOptions;
using pipeline::Feature;
using pipeline::Goal;
using pipeline::ReadoutSelector;
using pipeline::ScreenOptions;
using pipeline::TraitOptions;

std::string join_lines(const std::vector<std::string>& lines) {
    return fmt::format("{}", fmt::join(lines, "\n"));
}

void read_mode(TomlTable& table, ReadoutSelector& selector) {
    std::string word;
    table.read("mode", word);
    if (word.empty())
        return;
    for (Mode mode : {Mode::absorbance, Mode::fluorescence, Mode::luminescence, Mode::online, Mode::analyte})
        if (word == mode_name(mode))
            selector.mode = mode;
    if (!selector.mode)
        table.problem("mode", "one of absorbance, fluorescence, luminescence, online, analyte is wanted");
}

ReadoutSelector read_readout(TomlTable& table) {
    ReadoutSelector selector;
    selector.name = table.name();
    std::uint32_t read = 0;
    read_mode(table, selector);
    table.read("wavelength_nm", selector.wavelength_nm);
    table.read("excitation_nm", selector.excitation_nm);
    table.read("emission_nm", selector.emission_nm);
    table.read("label", selector.label);
    table.read("read", read);
    selector.read = static_cast<int>(read);
    table.finish();
    return selector;
}

/// `blank = "plate"` or a number to subtract.
void read_blank(TomlTable& table, TraitOptions& trait) {
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

void require(TomlTable& table, std::string_view key, bool holds, std::string_view message) {
    if (!holds)
        table.problem(key, message);
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

TraitOptions read_trait(TomlTable& table) {
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
    table.read_word("scale", trait.scale);
    read_goal(table, trait);
    table.read_word("normalise", trait.normalise);
    table.read_word("variance", trait.variance);
    if (trait.from_h >= trait.to_h)
        table.problem("from_h", "must be before to_h");
    check_feature(table, trait);
    table.finish();
    return trait;
}

void read_curves(TomlTable& table, CurveOptions& curves) {
    table.read_word("method", curves.method);
    table.read("window_h", curves.window_h);
    table.read("window_doublings", curves.window_doublings);
    table.read("points", curves.points);
    table.read("quota", curves.quota);
    table.read("smoothness", curves.smoothness);
    table.read("detection_limit", curves.detection_limit);
    table.read("detection_sd", curves.detection_sd);
    table.read("quantification_sd", curves.quantification_sd);
    table.read_word("lag_level", curves.lag_level);
    table.read("first_points", curves.first_points);
    table.read("min_fold_change", curves.min_fold_change);
    table.read("lysis_share", curves.lysis_share);
    table.read("phase_share", curves.phase_share);
    const bool both = !std::isnan(curves.window_h) && !std::isnan(curves.window_doublings);
    require(table, "window_h", !both, "give window_h or window_doublings, not both");
    require(table, "window_h", !(curves.window_h <= 0), "must be above 0");
    require(table, "window_doublings", !(curves.window_doublings <= 0), "must be above 0");
    require(table, "points", curves.points >= 3, "must be 3 or more");
    require(table, "quota", curves.quota > 0 && curves.quota <= 1, "must lie between 0 and 1");
    require(table, "smoothness", curves.smoothness >= 0 && curves.smoothness <= 1,
            "must lie between 0 and 1");
    require(table, "detection_limit", !(curves.detection_limit < 0), "cannot be below 0");
    require(table, "detection_sd", curves.detection_sd >= 0, "cannot be below 0");
    require(table, "quantification_sd", curves.quantification_sd >= 0, "cannot be below 0");
    require(table, "first_points", curves.first_points >= 1, "must be 1 or more");
    require(table, "min_fold_change", curves.min_fold_change >= 1, "must be 1 or more");
    require(table, "lysis_share", curves.lysis_share > 0 && curves.lysis_share <= 1,
            "must lie between 0 and 1");
    require(table, "phase_share", curves.phase_share > 0 && curves.phase_share <= 1,
            "must lie between 0 and 1");
    table.finish();
}

PlatesInput read_plates(TomlTable& table) {
    PlatesInput input;
    table.require("files");
    table.read("files", input.files);
    table.read("reader", input.reader);
    table.read("layout", input.layout);
    table.read("plate_list", input.plate_list);
    table.read("masks", input.masks);
    table.read("batch", input.batch);
    table.read("replicate", input.replicate);
    table.finish();
    return input;
}

void read_rank(TomlTable& table, pipeline::RankOptions& rank) {
    table.read("by", rank.by);
    table.read("against", rank.against);
    table.read("min_effect", rank.min_effect);
    table.read("top", rank.top);
    table.read("fdr", rank.fdr);
    table.read("interval", rank.interval);
    table.read("draws", rank.draws);
    table.read("seed", rank.seed);
    if (rank.against != "parent" && rank.against != "mean")
        table.problem("against", "one of parent, mean is wanted");
    if (!(rank.fdr > 0 && rank.fdr < 1))
        table.problem("fdr", "must lie between 0 and 1");
    if (!(rank.interval > 0 && rank.interval < 1))
        table.problem("interval", "must lie between 0 and 1");
    if (rank.top == 0)
        table.problem("top", "must be 1 or more");
    if (rank.draws != 0 && (rank.draws < 100 || rank.draws > 1'000'000))
        table.problem("draws", "must lie between 100 and 1000000, or be 0 to follow the number of strains");
    table.finish();
}

/// Names that must be there, and be there once.
void check_names(TomlTable& root, const ScreenOptions& options) {
    const auto count = [](const auto& list, const std::string& name) {
        return std::count_if(list.begin(), list.end(), [&](const auto& entry) { return entry.name == name; });
    };
    const bool gas = !options.gas.inlet_flow.empty();
    const auto require_readout = [&](const TraitOptions& trait, const std::string& readout) {
        if (readout.empty() || count(options.readouts, readout) > 0 ||
            (gas && pipeline::is_gas_readout(readout)))
            return;
        std::vector<std::string> known;
        for (const ReadoutSelector& selector : options.readouts)
            known.push_back(selector.name);
        const std::string near = nearest_word(readout, known);
        root.problem("traits", fmt::format("trait '{}' is on readout '{}', and there is no [readouts.{}]{}",
                                           trait.name, readout, readout,
                                           near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
    };
    for (const TraitOptions& trait : options.traits) {
        if (count(options.traits, trait.name) > 1)
            root.problem("traits", fmt::format("two traits are named '{}'", trait.name));
        require_readout(trait, trait.readout);
        require_readout(trait, trait.per);
        require_readout(trait, trait.setpoint);
    }
    for (const std::string& input : {options.gas.inlet_flow, options.gas.outlet_oxygen,
                                     options.gas.outlet_carbon_dioxide, options.gas.volume})
        if (!input.empty() && count(options.readouts, input) == 0)
            root.problem("gas", fmt::format("there is no [readouts.{}]", input));
    for (const ReadoutSelector& selector : options.readouts)
        if (gas && pipeline::is_gas_readout(selector.name))
            root.problem("readouts",
                         fmt::format("'{}' is the name of a readout that [gas] makes", selector.name));
    if (!options.rank.by.empty() && count(options.traits, options.rank.by) == 0)
        root.problem("rank", fmt::format("by = '{}' is no trait", options.rank.by));
}

void read_sections(TomlTable& root, ScreenConfig& config) {
    if (auto screen = root.table("screen")) {
        screen->read("name", config.name);
        screen->finish();
    }
    if (auto strains = root.table("strains")) {
        strains->require("table");
        strains->read("table", config.strain_table);
        strains->finish();
    }
    for (TomlTable& table : root.tables("plates"))
        config.plates.push_back(read_plates(table));
    for (TomlTable& table : root.named_tables("readouts"))
        config.options.readouts.push_back(read_readout(table));
    for (TomlTable& table : root.tables("traits"))
        config.options.traits.push_back(read_trait(table));
    if (auto curves = root.table("curves"))
        read_curves(*curves, config.options.curves);
    if (auto gas = root.table("gas"))
        read_gas(*gas, config.options.gas);
    if (auto rank = root.table("rank"))
        read_rank(*rank, config.options.rank);
    for (TomlTable& table : root.tables("pools"))
        config.pools.push_back(read_pools(table));
    if (config.pools.size() > 1)
        root.problem("pools", "this version counts one pool a screen");
    for (std::string_view lane : {"amplicons", "output"})
        if (root.find(lane) != nullptr)
            root.problem(lane, "this version does not have it yet");
    root.finish();
    if (config.plates.empty() && config.pools.empty())
        root.problem("plates",
                     "is missing: write [[plates]] with files = \"…\", or [[pools]] with reads = \"…\"");
    if (config.options.traits.empty() && !config.plates.empty())
        root.problem("traits", "is missing: write [[traits]] with a name and a readout");
    check_names(root, config.options);
}

std::string read_file(const std::filesystem::path& file) {
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored))
        throw formats::FormatError(file.string(), "", "is a directory, a screen.toml is wanted");
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        throw formats::FormatError(file.string(), "",
                                   "cannot be opened; 'wellsieve init DIR' writes one for a folder");
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

void append(std::string& out, std::string_view key, const std::string& value) {
    out += fmt::format("{} = {}\n", key, quoted(value));
}

void append(std::string& out, std::string_view key, double value) {
    if (!std::isnan(value))
        out += fmt::format("{} = {}\n", key, value);
}

void append_trait(std::string& out, const TraitOptions& trait) {
    out += "\n[[traits]]\n";
    append(out, "name", trait.name);
    append(out, "readout", trait.readout);
    if (!trait.per.empty())
        append(out, "per", trait.per);
    append(out, "feature", std::string(to_string(trait.feature)));
    append(out, "time_h", trait.time_h);
    append(out, "from_h", trait.from_h);
    append(out, "to_h", trait.to_h);
    append(out, "threshold", trait.threshold);
    out += sensor_keys_text(trait);
    append(out, "at_biomass", trait.at_biomass);
    if (is_of_two(trait.feature))
        append(out, "slope_window_h", trait.slope_window_h);
    if (trait.blank == Blank::constant)
        append(out, "blank", trait.blank_value);
    else
        append(out, "blank", std::string(to_string(trait.blank)));
    append(out, "scale", std::string(to_string(trait.scale)));
    if (trait.goal == Goal::target)
        append(out, "goal", trait.target);
    else
        append(out, "goal", std::string(to_string(trait.goal)));
    append(out, "normalise", std::string(to_string(trait.normalise)));
    append(out, "variance", std::string(to_string(trait.variance)));
}

void append_curves(std::string& out, const CurveOptions& curves) {
    out += "\n[curves]\n";
    append(out, "method", std::string(to_string(curves.method)));
    append(out, "window_h", curves.window_h);
    append(out, "window_doublings", curves.window_doublings);
    out += fmt::format("points = {}\n", curves.points);
    append(out, "quota", curves.quota);
    append(out, "smoothness", curves.smoothness);
    append(out, "detection_limit", curves.detection_limit);
    append(out, "detection_sd", curves.detection_sd);
    append(out, "quantification_sd", curves.quantification_sd);
    append(out, "lag_level", std::string(to_string(curves.lag_level)));
    out += fmt::format("first_points = {}\n", curves.first_points);
    append(out, "min_fold_change", curves.min_fold_change);
    append(out, "lysis_share", curves.lysis_share);
    append(out, "phase_share", curves.phase_share);
}

void append_plates(std::string& out, const PlatesInput& input) {
    out += "\n[[plates]]\n";
    toml::array files;
    for (const std::string& glob : input.files)
        files.push_back(glob);
    std::ostringstream list;
    list << files;
    out += fmt::format("files = {}\n", list.str());
    append(out, "reader", input.reader);
    for (const auto& [key, value] :
         {std::pair("layout", &input.layout), std::pair("plate_list", &input.plate_list),
          std::pair("masks", &input.masks), std::pair("batch", &input.batch),
          std::pair("replicate", &input.replicate)})
        if (!value->empty())
            append(out, key, *value);
}

void append_readout(std::string& out, const ReadoutSelector& selector) {
    out += fmt::format("\n[readouts.{}]\n", selector.name);
    if (selector.mode)
        append(out, "mode", std::string(mode_name(*selector.mode)));
    append(out, "wavelength_nm", selector.wavelength_nm);
    append(out, "excitation_nm", selector.excitation_nm);
    append(out, "emission_nm", selector.emission_nm);
    if (!selector.label.empty())
        append(out, "label", selector.label);
    if (selector.read > 0)
        out += fmt::format("read = {}\n", selector.read);
}

}  // namespace

ConfigError::ConfigError(std::vector<std::string> problems)
    : std::runtime_error(join_lines(problems)), problems_(std::move(problems)) {}

ScreenConfig read_config(const std::filesystem::path& file) {
    ScreenConfig config;
    config.file = file;
    config.folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    config.name = std::filesystem::absolute(file).lexically_normal().parent_path().filename().string();
    std::vector<std::string> problems;
    const std::string text = read_file(file);
    toml::table parsed;
    try {
        parsed = toml::parse(text, file.string());
    } catch (const toml::parse_error& error) {
        throw ConfigError(
            {fmt::format("{}: line {}: {}", file.string(), error.source().begin.line, error.description())});
    }
    TomlTable root(parsed, "", file.string(), problems);
    read_sections(root, config);
    if (!problems.empty())
        throw ConfigError(std::move(problems));
    if (config.options.rank.by.empty() && !config.options.traits.empty())
        config.options.rank.by = config.options.traits.front().name;
    return config;
}

std::string to_toml(const ScreenConfig& config) {
    std::string out = "[screen]\n";
    append(out, "name", config.name);
    if (!config.strain_table.empty()) {
        out += "\n[strains]\n";
        append(out, "table", config.strain_table);
    }
    for (const PlatesInput& input : config.plates)
        append_plates(out, input);
    for (const PoolsInput& input : config.pools)
        append_pools(out, input);
    for (const ReadoutSelector& selector : config.options.readouts)
        append_readout(out, selector);
    for (const TraitOptions& trait : config.options.traits)
        append_trait(out, trait);
    append_curves(out, config.options.curves);
    out += gas_text(config.options.gas);
    const pipeline::RankOptions& rank = config.options.rank;
    out += "\n[rank]\n";
    append(out, "by", rank.by);
    append(out, "against", rank.against);
    append(out, "min_effect", rank.min_effect);
    out += fmt::format("top = {}\n", rank.top);
    append(out, "fdr", rank.fdr);
    append(out, "interval", rank.interval);
    out += fmt::format("draws = {}\nseed = {}\n", rank.draws, rank.seed);
    return out;
}

}  // namespace wellsieve::workflows
