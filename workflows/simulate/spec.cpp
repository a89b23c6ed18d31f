#include "workflows/simulate/spec.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>

#include "formats/error.hpp"
#include "formats/plates/well.hpp"
#include "workflows/config.hpp"
#include "workflows/simulate/vendors.hpp"
#include "workflows/toml_table_internal.hpp"

namespace wellsieve::workflows::simulate {
namespace {

/// One key of the file and where it goes.
template <typename T>
struct Key {
    std::string_view name;
    T SimulateSpec::*member;
};

constexpr Key<std::uint32_t> plate_counts[] = {{"wells", &SimulateSpec::wells},
                                               {"replicates", &SimulateSpec::replicates},
                                               {"parents", &SimulateSpec::parents_per_plate},
                                               {"blanks", &SimulateSpec::blanks_per_plate}};
constexpr Key<double> reading_numbers[] = {{"hours", &SimulateSpec::hours},
                                           {"interval_min", &SimulateSpec::interval_min},
                                           {"od_noise_sd", &SimulateSpec::od_noise_sd},
                                           {"od_noise_share", &SimulateSpec::od_noise_share},
                                           {"largest_od", &SimulateSpec::largest_od}};
constexpr Key<double> growth_numbers[] = {
    {"rate_per_h", &SimulateSpec::rate_per_h}, {"lag_h", &SimulateSpec::lag_h},
    {"yield_od", &SimulateSpec::yield_od},     {"inoculum_od", &SimulateSpec::inoculum_od},
    {"lag_sd_h", &SimulateSpec::lag_sd_h},     {"yield_sd", &SimulateSpec::yield_sd},
    {"well_sd", &SimulateSpec::well_sd}};
constexpr Key<double> strain_numbers[] = {{"hit_share", &SimulateSpec::hit_share},
                                          {"hit_effect", &SimulateSpec::hit_effect},
                                          {"sd", &SimulateSpec::strain_sd},
                                          {"growth_sd", &SimulateSpec::growth_sd}};
constexpr Key<double> effect_numbers[] = {
    {"plate_sd", &SimulateSpec::plate_sd},   {"row_sd", &SimulateSpec::row_sd},
    {"column_sd", &SimulateSpec::column_sd}, {"edge", &SimulateSpec::edge},
    {"drift", &SimulateSpec::drift},         {"noise_sd", &SimulateSpec::noise_sd},
    {"on_growth", &SimulateSpec::on_growth}};
constexpr Key<double> fault_shares[] = {
    {"dead", &SimulateSpec::dead},       {"saturated", &SimulateSpec::saturated},
    {"swapped", &SimulateSpec::swapped}, {"late", &SimulateSpec::late},
    {"late_h", &SimulateSpec::late_h},   {"dropped", &SimulateSpec::dropped}};

template <typename Keys>
void read_keys(TomlTable& table, const Keys& keys, SimulateSpec& spec) {
    for (const auto& key : keys)
        table.read(key.name, spec.*key.member);
}

template <typename Keys>
void append_keys(std::string& text, const Keys& keys, const SimulateSpec& spec) {
    for (const auto& key : keys)
        text += fmt::format("{} = {}\n", key.name, spec.*key.member);
}

void require(TomlTable& table, std::string_view key, bool holds, std::string_view message) {
    if (!holds)
        table.problem(key, message);
}

void read_screen(TomlTable& table, SimulateSpec& spec) {
    table.read("name", spec.name);
    table.read("seed", spec.seed);
    table.finish();
}

void read_plates(TomlTable& table, SimulateSpec& spec) {
    read_keys(table, plate_counts, spec);
    table.read("vendors", spec.vendors);
    require(table, "wells", formats::plates::standard_shape(spec.wells).has_value(),
            "must be 6, 12, 24, 48, 96, 384 or 1536");
    require(table, "parents", std::uint64_t{spec.parents_per_plate} + spec.blanks_per_plate < spec.wells,
            "parents and blanks leave no well for a strain");
    require(table, "replicates", spec.replicates >= 1 && spec.replicates <= 1000,
            "must lie between 1 and 1000");
    require(table, "vendors", !spec.vendors.empty(), "names at least one");
    for (const std::string& vendor : spec.vendors)
        if (find_vendor(vendor) == nullptr)
            table.problem("vendors", fmt::format("'{}' is not one of {}", vendor, vendor_names()));
    table.finish();
}

void read_strains(TomlTable& table, SimulateSpec& spec) {
    table.read("count", spec.strains);
    table.read_word("hits", spec.hits);
    read_keys(table, strain_numbers, spec);
    require(table, "count", spec.strains >= 1 && spec.strains <= 1'000'000, "must lie between 1 and 1000000");
    require(table, "hit_share", spec.hit_share >= 0 && spec.hit_share <= 1, "must lie between 0 and 1");
    table.finish();
}

void read_readings(TomlTable& table, SimulateSpec& spec) {
    table.read("kinetic", spec.kinetic);
    table.read("fluorescence", spec.fluorescence);
    read_keys(table, reading_numbers, spec);
    const bool whole = spec.interval_min >= 1 && spec.interval_min == std::floor(spec.interval_min);
    require(table, "interval_min", whole, "must be a whole number of minutes, 1 or more");
    require(table, "hours", spec.hours > 0 && spec.hours < 24, "must lie between 0 and 24");
    require(table, "od_noise_sd", spec.od_noise_sd >= 0 && spec.od_noise_share >= 0,
            "noise cannot be below 0");
    table.finish();
}

void read_growth(TomlTable& table, SimulateSpec& spec) {
    table.read_word("model", spec.model);
    read_keys(table, growth_numbers, spec);
    require(table, "rate_per_h", spec.rate_per_h > 0, "must be above 0");
    require(table, "lag_h", spec.lag_h >= 0, "cannot be below 0");
    require(table, "inoculum_od", spec.inoculum_od > 0 && spec.inoculum_od < spec.yield_od / 2,
            "must lie between 0 and half of yield_od");
    table.finish();
}

void read_faults(TomlTable& table, SimulateSpec& spec) {
    read_keys(table, fault_shares, spec);
    const bool shares =
        spec.dead >= 0 && spec.saturated >= 0 && spec.swapped >= 0 && spec.late >= 0 && spec.dropped >= 0;
    require(table, "dead",
            shares && spec.dead + spec.saturated + spec.swapped + spec.late + spec.dropped <= 1,
            "dead, saturated, swapped, late and dropped are shares that add up to 1 at most");
    require(table, "late_h", spec.late_h >= 0, "cannot be below 0");
    table.finish();
}

void read_effects(TomlTable& table, SimulateSpec& spec) {
    read_keys(table, effect_numbers, spec);
    table.finish();
}

/// What only the whole specification can tell.
void check_together(TomlTable& root, const SimulateSpec& spec) {
    if (spec.hits == HitTrait::growth && !spec.kinetic)
        root.problem("strains", "hits = \"growth\" needs readings with kinetic = true");
    if (spec.hits == HitTrait::product && !spec.fluorescence)
        root.problem("strains", "hits = \"product\" needs readings with fluorescence = true");
}

void read_sections(TomlTable& root, SimulateSpec& spec) {
    const auto section = [&](std::string_view name, auto read) {
        if (auto table = root.table(name))
            read(*table, spec);
    };
    section("screen", read_screen);
    section("plates", read_plates);
    section("strains", read_strains);
    section("readings", read_readings);
    section("growth", read_growth);
    section("effects", read_effects);
    section("faults", read_faults);
    const bool plates = root.find("plates") != nullptr;
    section("pool", [&](TomlTable& table, SimulateSpec& all) {
        read_pool(table, plates, all.strains + 1, all.pool.emplace());
    });
    spec.has_plates = !spec.pool || plates;
    check_together(root, spec);
    root.finish();
}

}  // namespace

std::vector<std::string_view> words_of(GrowthModel) {
    return {"logistic", "gompertz", "baranyi"};
}

std::vector<std::string_view> words_of(HitTrait) {
    return {"product", "growth"};
}

SimulateSpec read_spec(const std::filesystem::path& file) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored))
        throw formats::FormatError(file.string(), "", "is no file; a SPEC.toml is wanted");
    SimulateSpec spec;
    std::vector<std::string> problems;
    toml::table parsed;
    try {
        parsed = toml::parse_file(file.string());
    } catch (const toml::parse_error& error) {
        throw ConfigError(
            {fmt::format("{}: line {}: {}", file.string(), error.source().begin.line, error.description())});
    }
    TomlTable root(parsed, "", file.string(), problems);
    read_sections(root, spec);
    if (!problems.empty())
        throw ConfigError(std::move(problems));
    return spec;
}

std::string to_toml(const SimulateSpec& spec) {
    std::string text =
        fmt::format("[screen]\nname = {}\nseed = {}\n\n[plates]\n", quoted(spec.name), spec.seed);
    append_keys(text, plate_counts, spec);
    text += fmt::format("vendors = [\"{}\"]\n\n[strains]\ncount = {}\n", fmt::join(spec.vendors, "\", \""),
                        spec.strains);
    text += fmt::format("hits = \"{}\"\n", words_of(spec.hits)[static_cast<std::size_t>(spec.hits)]);
    append_keys(text, strain_numbers, spec);
    text += fmt::format("\n[readings]\nkinetic = {}\nfluorescence = {}\n", spec.kinetic, spec.fluorescence);
    append_keys(text, reading_numbers, spec);
    text += fmt::format("\n[growth]\nmodel = \"{}\"\n",
                        words_of(spec.model)[static_cast<std::size_t>(spec.model)]);
    append_keys(text, growth_numbers, spec);
    text += "\n[effects]\n";
    append_keys(text, effect_numbers, spec);
    text += "\n[faults]\n";
    append_keys(text, fault_shares, spec);
    if (spec.pool)
        text += "\n" + to_toml(*spec.pool);
    return text;
}

}  // namespace wellsieve::workflows::simulate
