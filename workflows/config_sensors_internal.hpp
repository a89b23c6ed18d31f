#pragma once

#include <string>

#include "pipeline/screen_options.hpp"
#include "workflows/config.hpp"
#include "workflows/toml_table_internal.hpp"

// The keys of sensors, gas and offline analysers in screen.toml, and how the effective configuration writes
// them.
namespace wellsieve::workflows {

/// low, high, setpoint, tolerance, least_h, sd, per_sd, decay_per_h of a trait.
void read_sensor_keys(TomlTable& table, pipeline::TraitOptions& trait);
/// What a feature of a sensor's track needs, and what it does not take.
void check_sensor_feature(TomlTable& table, const pipeline::TraitOptions& trait);
std::string sensor_keys_text(const pipeline::TraitOptions& trait);

/// Of a readout: one number, or one a feed.
void read_in_feed(TomlTable& table, std::vector<double>& in_feed);

/// [[offline]]
OfflineInput read_offline(TomlTable& table);
std::string offline_text(const OfflineInput& input);

/// [fed_batch], once the readouts are known.
void read_fed_batch(TomlTable& table, pipeline::ScreenOptions& options);
std::string fed_batch_text(const pipeline::FedBatchOptions& fed_batch);

/// [gas]
void read_gas(TomlTable& table, pipeline::GasOptions& gas);
std::string gas_text(const pipeline::GasOptions& gas);

}  // namespace wellsieve::workflows
