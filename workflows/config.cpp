#include "workflows/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <sstream>
#include <system_error>

#include "formats/error.hpp"
#include "pipeline/gas_readouts.hpp"
#include "workflows/config_curves_internal.hpp"
#include "workflows/config_sensors_internal.hpp"
#include "workflows/config_traits_internal.hpp"
#include "workflows/toml_table_internal.hpp"

namespace wellsieve::workflows {
namespace {

using formats::plates::Mode;
using pipeline::PoolTraitOptions;
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
    table.read("unit", selector.unit);
    table.read("read", read);
    selector.read = static_cast<int>(read);
    read_in_feed(table, selector.in_feed);
    read_correction(table, selector);
    table.finish();
    return selector;
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
    const auto require_readout = [&](const TraitOptions& trait, const std::string& readout) {
        if (readout.empty() || count(options.readouts, readout) > 0 ||
            pipeline::is_gas_readout(readout, options.gas))
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
        check_corrected(root, trait, options.readouts);
        require_readout(trait, trait.readout);
        require_readout(trait, trait.per);
        require_readout(trait, trait.setpoint);
    }
    for (const std::string& input :
         {options.gas.inlet_flow, options.gas.outlet_oxygen, options.gas.outlet_carbon_dioxide,
          options.gas.volume, options.gas.dissolved_oxygen, options.gas.inlet_oxygen})
        if (!input.empty() && count(options.readouts, input) == 0)
            root.problem("gas", fmt::format("there is no [readouts.{}]", input));
    std::vector<std::string> volumes = options.fed_batch.feeds;
    volumes.insert(volumes.end(), {options.fed_batch.volume, options.fed_batch.sampled});
    for (const std::string& input : volumes)
        if (!input.empty() && count(options.readouts, input) == 0)
            root.problem("fed_batch", fmt::format("there is no [readouts.{}]", input));
    for (const ReadoutSelector& selector : options.readouts)
        if (pipeline::is_gas_readout(selector.name, options.gas))
            root.problem("readouts",
                         fmt::format("'{}' is the name of a readout that [gas] makes", selector.name));
}

constexpr std::string_view file_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";

/// The pool that each of the traits names, by its name.
void check_pools(TomlTable& root, ScreenConfig& config) {
    std::vector<std::string> names;
    for (PoolsInput& pool : config.pools) {
        const bool names_a_file = !pool.name.empty() &&
                                  pool.name.find_first_not_of(file_letters) == pool.name.npos &&
                                  pool.name.front() != '.';
        if (pool.name.empty() && config.pools.size() > 1)
            root.problem("pools", "name is missing: each of several pools needs one");
        else if (config.pools.size() > 1 && !names_a_file)
            root.problem("pools",
                         fmt::format("the name '{}' goes into names of files: letters, digits, '_', '-' "
                                     "and '.' are wanted",
                                     pool.name));
        else if (std::find(names.begin(), names.end(), pool.name) != names.end())
            root.problem("pools", fmt::format("two pools are named '{}'", pool.name));
        names.push_back(pool.name);
    }
    for (PoolTraitOptions& trait : config.options.pool_traits) {
        const auto found = std::find(names.begin(), names.end(), trait.pool);
        if (found == names.end())
            root.problem("traits", fmt::format("trait '{}' is of pool '{}', and no [[pools]] has that name",
                                               trait.name, trait.pool));
        else if (config.pools[static_cast<std::size_t>(found - names.begin())].scoring.control.empty())
            root.problem("traits", fmt::format("trait '{}' is of a pool that names no control: the condition "
                                               "that the others are compared with",
                                               trait.name));
    }
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
    for (TomlTable& table : root.tables("offline"))
        config.offline.push_back(read_offline(table));
    for (TomlTable& table : root.named_tables("readouts"))
        config.options.readouts.push_back(read_readout(table));
    std::vector<std::string> traits;
    for (TomlTable& table : root.tables("traits"))
        read_trait(table, config.options, traits);
    if (auto curves = root.table("curves"))
        read_curves(*curves, config.options.curves);
    for (const TraitOptions& trait : config.options.traits)
        if (trait.fit)
            add_fit(config.options.curves, *trait.fit);
    if (auto gas = root.table("gas"))
        read_gas(*gas, config.options.gas);
    if (auto fed_batch = root.table("fed_batch"))
        read_fed_batch(*fed_batch, config.options);
    else
        for (const ReadoutSelector& readout : config.options.readouts)
            if (!readout.in_feed.empty())
                root.problem("fed_batch", fmt::format("is missing: readout '{}' has in_feed", readout.name));
    if (auto rank = root.table("rank"))
        read_rank(*rank, config.options.rank);
    for (TomlTable& table : root.tables("pools"))
        config.pools.push_back(read_pools(table));
    for (std::string_view lane : {"amplicons", "output"})
        if (root.find(lane) != nullptr)
            root.problem(lane, "this version does not have it yet");
    root.finish();
    if (!config.has_wells() && config.pools.empty())
        root.problem("plates",
                     "is missing: write [[plates]] with files = \"…\", or [[pools]] with reads = \"…\"");
    if (config.options.traits.empty() && config.has_wells())
        root.problem("traits", "is missing: write [[traits]] with a name and a readout");
    check_names(root, config.options);
    choose_ranking(root, traits, config.options);
    check_pools(root, config);
}

std::string read_file(const std::filesystem::path& file) {
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored))
        throw formats::FormatError(file.string(), "", "is a directory, a screen.toml is wanted");
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    if (!stream && errno == ENOENT)
        throw formats::FormatError(file.string(), "",
                                   "cannot be opened; 'wellsieve init DIR' writes one for a folder");
    if (!stream)
        throw formats::FormatError(
            file.string(), "", fmt::format("cannot be opened: {}", std::generic_category().message(errno)));
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

void append_plates(std::string& out, const PlatesInput& input) {
    out += "\n[[plates]]\n";
    append(out, "files", input.files);
    append(out, "reader", input.reader);
    for (const auto& [key, value] :
         {std::pair("layout", &input.layout), std::pair("plate_list", &input.plate_list),
          std::pair("masks", &input.masks), std::pair("batch", &input.batch),
          std::pair("replicate", &input.replicate)})
        append_given(out, key, *value);
}

void append_readout(std::string& out, const ReadoutSelector& selector) {
    out += fmt::format("\n[readouts.{}]\n", as_key(selector.name));
    if (selector.mode)
        append(out, "mode", mode_name(*selector.mode));
    append(out, "wavelength_nm", selector.wavelength_nm);
    append(out, "excitation_nm", selector.excitation_nm);
    append(out, "emission_nm", selector.emission_nm);
    append_given(out, "label", selector.label);
    append_given(out, "unit", selector.unit);
    if (selector.read > 0)
        out += fmt::format("read = {}\n", selector.read);
    if (!selector.in_feed.empty())
        out += fmt::format("in_feed = [{}]\n", fmt::join(selector.in_feed, ", "));
    out += correction_text(selector.correction);
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
    for (const OfflineInput& input : config.offline)
        out += offline_text(input);
    for (const PoolsInput& input : config.pools)
        append_pools(out, input);
    for (const ReadoutSelector& selector : config.options.readouts)
        append_readout(out, selector);
    for (const TraitOptions& trait : config.options.traits)
        out += trait_text(trait);
    for (const PoolTraitOptions& trait : config.options.pool_traits)
        out += trait_text(trait);
    out += curves_text(config.options.curves);
    out += gas_text(config.options.gas);
    out += fed_batch_text(config.options.fed_batch);
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
