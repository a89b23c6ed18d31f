#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/plate_data.hpp"
#include "pipeline/screen_options.hpp"

namespace wellsieve::pipeline {

/// The readouts that [gas] makes of what it names: "our", "cer", "rq", "kla", "otr".
std::vector<std::string> gas_readouts(const GasOptions& gas);
bool is_gas_readout(std::string_view name, const GasOptions& gas);

/// A readout of the plate by its name in the configuration; null where the plate has none.
using FindReadout = std::function<const ReadoutSeries*(const std::string&)>;

/// Rates in mmol/(L h), RQ, or kLa = OUR / (C* − C) of a culture that takes up what is transferred, at every
/// time at which one of the inputs changes; nothing where the plate lacks an input. A time without a balance
/// (no flow, fractions outside 0 to 1) has no value.
std::optional<ReadoutSeries> gas_series(std::string_view name, const GasOptions& gas, const PlateData& plate,
                                        const FindReadout& find);

/// What a unit of a flow, of a fraction, of a volume is in L/h, 1, L. Nothing for an unknown unit.
std::optional<double> litres_per_hour_in(std::string_view unit);
std::optional<double> fraction_in(std::string_view unit);
std::optional<double> litres_in(std::string_view unit);

}  // namespace wellsieve::pipeline
