#include "workflows/config_sensors_internal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "formats/counted.hpp"
#include "pipeline/offline_samples.hpp"

namespace wellsieve::workflows {
namespace {

using formats::counted;
using pipeline::Feature;
using pipeline::FedBatchOptions;
using pipeline::GasOptions;
using pipeline::ScreenOptions;
using pipeline::TraitOptions;

/// A number, or the name of a readout.
void read_number_or_name(TomlTable& table, std::string_view key, double& number, std::string& name) {
    const toml::node* node = table.find(key);
    if (node != nullptr && node->is_number())
        table.read(key, number);
    else
        table.read(key, name);
}

std::string text_of(const toml::date_time& at) {
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", at.date.year, at.date.month, at.date.day,
                       at.time.hour, at.time.minute, at.time.second);
}

/// Of the calendar, as readers count dates.
double seconds_of(const toml::date_time& at) {
    const std::chrono::sys_days day = std::chrono::year_month_day{
        std::chrono::year{at.date.year}, std::chrono::month{at.date.month}, std::chrono::day{at.date.day}};
    const auto time = std::chrono::hours(at.time.hour) + std::chrono::minutes(at.time.minute) +
                      std::chrono::seconds(at.time.second);
    return std::chrono::duration<double>(day.time_since_epoch() + time).count();
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
    table.read("saturated", trait.saturated);
    if (!(trait.saturated > 0))
        table.problem("saturated", "must be above 0");
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
    std::string out;
    append(out, "low", trait.low);
    append(out, "high", trait.high);
    append_given(out, "setpoint", trait.setpoint);
    append(out, "setpoint", trait.setpoint_value);
    append(out, "tolerance", trait.tolerance);
    append(out, "sd", trait.sd);
    append(out, "per_sd", trait.per_sd);
    if (trait.feature == Feature::specific_rate)
        append(out, "decay_per_h", trait.decay_per_h);
    if (trait.feature == Feature::dynamic_kla)
        append(out, "saturated", trait.saturated);
    if (is_of_excursions(trait.feature))
        append(out, "least_h", trait.least_h);
    return out;
}

void read_in_feed(TomlTable& table, std::vector<double>& in_feed) {
    table.read("in_feed", in_feed);
    if (std::any_of(in_feed.begin(), in_feed.end(), [](double there) { return !(there >= 0); }))
        table.problem("in_feed", "is the concentration in the feed, or a list of one for each feed");
}

void read_fed_batch(TomlTable& table, ScreenOptions& options) {
    FedBatchOptions& fed_batch = options.fed_batch;
    table.require("volume");
    read_number_or_name(table, "volume", fed_batch.volume_l, fed_batch.volume);
    table.read("sampled", fed_batch.sampled);
    table.read("feeds", fed_batch.feeds);
    if (fed_batch.volume_l <= 0)
        table.problem("volume", "must be above 0 litres");
    for (const pipeline::ReadoutSelector& readout : options.readouts) {
        if (!readout.in_feed.empty())
            fed_batch.in_feed[readout.name] = readout.in_feed;
        if (!readout.in_feed.empty() && readout.in_feed.size() != fed_batch.feeds.size())
            table.problem("feeds",
                          fmt::format("in_feed of readout '{}' is of {}, feeds names {}", readout.name,
                                      counted(readout.in_feed.size(), "feed"), fed_batch.feeds.size()));
    }
    table.finish();
}

OfflineInput read_offline(TomlTable& table) {
    OfflineInput input;
    table.require("files");
    table.read("files", input.files);
    table.read("reader", input.reader);
    table.read("samples", input.samples);
    table.read("pattern", input.pattern);
    table.read("plate", input.plate);
    if (const toml::node* start = table.find("start")) {
        const auto at = start->value<toml::date_time>();
        if (at && !at->offset) {
            input.start = text_of(*at);
            input.start_s = seconds_of(*at);
        } else {
            table.problem("start",
                          "the date and time at which the run began is wanted, such as 2026-02-18T10:28:00");
        }
    }
    if (!input.samples.empty() && !input.pattern.empty())
        table.problem("pattern", "samples are told by a table or by a pattern, not by both");
    if (const std::string problem = pipeline::problem_with_pattern(input.pattern);
        !input.pattern.empty() && !problem.empty())
        table.problem("pattern", problem);
    table.finish();
    return input;
}

std::string offline_text(const OfflineInput& input) {
    std::string out = "\n[[offline]]\n";
    append(out, "files", input.files);
    append(out, "reader", input.reader);
    for (const auto& [key, value] : {std::pair("samples", &input.samples),
                                     std::pair("pattern", &input.pattern), std::pair("plate", &input.plate)})
        append_given(out, key, *value);
    if (!input.start.empty())
        out += fmt::format("start = {}\n", input.start);
    return out;
}

std::string fed_batch_text(const FedBatchOptions& fed_batch) {
    if (!fed_batch.given())
        return {};
    std::string out = "\n[fed_batch]\n";
    append_given(out, "volume", fed_batch.volume);
    append(out, "volume", fed_batch.volume_l);
    append_given(out, "sampled", fed_batch.sampled);
    append(out, "feeds", fed_batch.feeds);
    return out;
}

void read_gas(TomlTable& table, GasOptions& gas) {
    const bool known_kla = table.find("kla_per_h") != nullptr && table.find("inlet_flow") == nullptr;
    if (!known_kla)
        for (std::string_view key : {"inlet_flow", "outlet_oxygen", "outlet_carbon_dioxide", "volume"})
            table.require(key);
    if (table.find("dissolved_oxygen") != nullptr || table.find("kla_per_h") != nullptr)
        for (std::string_view key : {"dissolved_oxygen", "saturated_mmol_per_l"})
            table.require(key);
    table.read("inlet_flow", gas.inlet_flow);
    table.read("outlet_oxygen", gas.outlet_oxygen);
    table.read("outlet_carbon_dioxide", gas.outlet_carbon_dioxide);
    read_number_or_name(table, "volume", gas.volume_l, gas.volume);
    if (table.find("inlet_oxygen") != nullptr && table.find("inlet_oxygen_percent") != nullptr)
        table.problem("inlet_oxygen", "is a readout, inlet_oxygen_percent a number: one of them is wanted");
    table.read("inlet_oxygen", gas.inlet_oxygen);
    table.read("inlet_oxygen_percent", gas.inlet_oxygen_percent);
    table.read("inlet_carbon_dioxide_percent", gas.inlet_carbon_dioxide_percent);
    table.read("outlet_water_percent", gas.outlet_water_percent);
    table.read("outlet_delay_s", gas.outlet_delay_s);
    table.read("dissolved_oxygen", gas.dissolved_oxygen);
    table.read("saturated_mmol_per_l", gas.saturated_mmol_per_l);
    table.read("kla_per_h", gas.kla_per_h);
    if (gas.volume_l <= 0)
        table.problem("volume", "must be above 0 litres");
    if (!(gas.outlet_water_percent >= 0 && gas.outlet_water_percent < 100))
        table.problem("outlet_water_percent", "must lie between 0 and 100");
    if (!(gas.outlet_delay_s >= 0))
        table.problem("outlet_delay_s", "cannot be below 0");
    if (gas.saturated_mmol_per_l <= 0)
        table.problem("saturated_mmol_per_l", "must be above 0");
    if (gas.kla_per_h <= 0)
        table.problem("kla_per_h", "must be above 0");
    table.finish();
}

std::string gas_text(const GasOptions& gas) {
    if (gas.inlet_flow.empty() && gas.dissolved_oxygen.empty())
        return {};
    std::string out = "\n[gas]\n";
    append_given(out, "inlet_flow", gas.inlet_flow);
    append_given(out, "outlet_oxygen", gas.outlet_oxygen);
    append_given(out, "outlet_carbon_dioxide", gas.outlet_carbon_dioxide);
    append_given(out, "volume", gas.volume);
    append(out, "volume", gas.volume_l);
    append_given(out, "inlet_oxygen", gas.inlet_oxygen);
    if (gas.inlet_oxygen.empty())
        append(out, "inlet_oxygen_percent", gas.inlet_oxygen_percent);
    append(out, "inlet_carbon_dioxide_percent", gas.inlet_carbon_dioxide_percent);
    append(out, "outlet_water_percent", gas.outlet_water_percent);
    append(out, "outlet_delay_s", gas.outlet_delay_s);
    append_given(out, "dissolved_oxygen", gas.dissolved_oxygen);
    append(out, "saturated_mmol_per_l", gas.saturated_mmol_per_l);
    append(out, "kla_per_h", gas.kla_per_h);
    return out;
}

}  // namespace wellsieve::workflows
