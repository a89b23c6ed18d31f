#include "workflows/config_sensors_internal.hpp"

#include <fmt/format.h>

#include <cmath>

namespace wellsieve::workflows {
namespace {

using pipeline::Feature;
using pipeline::GasOptions;
using pipeline::TraitOptions;

/// A number, or the name of a readout.
void read_number_or_name(TomlTable& table, std::string_view key, double& number, std::string& name) {
    const toml::node* node = table.find(key);
    if (node != nullptr && node->is_number())
        table.read(key, number);
    else
        table.read(key, name);
}

std::string line(std::string_view key, const std::string& value) {
    return value.empty() ? std::string() : fmt::format("{} = {}\n", key, quoted(value));
}

std::string line(std::string_view key, double value) {
    return std::isnan(value) ? std::string() : fmt::format("{} = {}\n", key, value);
}

void check_range(TomlTable& table, const TraitOptions& trait) {
    const bool ranged = !std::isnan(trait.low) || !std::isnan(trait.high);
    const bool around = !trait.setpoint.empty() || !std::isnan(trait.setpoint_value);
    if (ranged == around)
        table.problem("setpoint",
                      fmt::format("feature = \"{}\" wants low or high, or a setpoint, and not both",
                                  to_string(trait.feature)));
    if (around && !(trait.tolerance >= 0))
        table.problem("tolerance", "is missing: how far from the set point is inside");
    if (trait.low >= trait.high)
        table.problem("low", "must be below high");
    if (!(trait.least_h >= 0))
        table.problem("least_h", "cannot be below 0");
}

}  // namespace

void read_sensor_keys(TomlTable& table, TraitOptions& trait) {
    table.read("low", trait.low);
    table.read("high", trait.high);
    read_number_or_name(table, "setpoint", trait.setpoint_value, trait.setpoint);
    table.read("tolerance", trait.tolerance);
    table.read("least_h", trait.least_h);
    table.read("sd", trait.sd);
    table.read("per_sd", trait.per_sd);
    table.read("decay_per_h", trait.decay_per_h);
}

void check_sensor_feature(TomlTable& table, const TraitOptions& trait) {
    const std::string_view feature = to_string(trait.feature);
    if (is_of_excursions(trait.feature))
        check_range(table, trait);
    if (trait.feature == Feature::first_rise && std::isnan(trait.threshold))
        table.problem("threshold",
                      "is missing: by how much feature = \"first_rise\" is to rise over the first reading");
    if (is_of_two_tracks(trait.feature) && trait.per.empty())
        table.problem(
            "per", fmt::format("is missing: feature = \"{}\" is the yield on, or the rate per, that readout",
                               feature));
    if (trait.feature == Feature::specific_rate && !(trait.sd > 0 && trait.per_sd > 0))
        table.problem("sd",
                      "is missing: sd and per_sd, the standard deviations of a reading of either readout");
    if (!is_of_two_tracks(trait.feature) && !trait.per.empty())
        table.problem("per", fmt::format("feature = \"{}\" is of one readout alone", feature));
    const bool less_may_be_better = is_of_excursions(trait.feature) || trait.feature == Feature::first_rise;
    if (less_may_be_better && table.find("goal") == nullptr)
        table.problem("goal",
                      fmt::format("is missing: say whether feature = \"{}\" is to be \"minimize\"d or "
                                  "\"maximize\"d",
                                  feature));
}

std::string sensor_keys_text(const TraitOptions& trait) {
    std::string text = line("low", trait.low) + line("high", trait.high) + line("setpoint", trait.setpoint) +
                       line("setpoint", trait.setpoint_value) + line("tolerance", trait.tolerance) +
                       line("sd", trait.sd) + line("per_sd", trait.per_sd);
    if (trait.feature == Feature::specific_rate)
        text += line("decay_per_h", trait.decay_per_h);
    return is_of_excursions(trait.feature) ? text + line("least_h", trait.least_h) : text;
}

void read_gas(TomlTable& table, GasOptions& gas) {
    for (std::string_view key : {"inlet_flow", "outlet_oxygen", "outlet_carbon_dioxide", "volume"})
        table.require(key);
    table.read("inlet_flow", gas.inlet_flow);
    table.read("outlet_oxygen", gas.outlet_oxygen);
    table.read("outlet_carbon_dioxide", gas.outlet_carbon_dioxide);
    read_number_or_name(table, "volume", gas.volume_l, gas.volume);
    table.read("inlet_oxygen_percent", gas.inlet_oxygen_percent);
    table.read("inlet_carbon_dioxide_percent", gas.inlet_carbon_dioxide_percent);
    if (gas.volume_l <= 0)
        table.problem("volume", "must be above 0 litres");
    table.finish();
}

std::string gas_text(const GasOptions& gas) {
    if (gas.inlet_flow.empty())
        return {};
    return "\n[gas]\n" + line("inlet_flow", gas.inlet_flow) + line("outlet_oxygen", gas.outlet_oxygen) +
           line("outlet_carbon_dioxide", gas.outlet_carbon_dioxide) + line("volume", gas.volume) +
           line("volume", gas.volume_l) + line("inlet_oxygen_percent", gas.inlet_oxygen_percent) +
           line("inlet_carbon_dioxide_percent", gas.inlet_carbon_dioxide_percent);
}

}  // namespace wellsieve::workflows
