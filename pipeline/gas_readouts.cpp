#include "pipeline/gas_readouts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "formats/plates/text.hpp"
#include "kernels/curve/gas_balance.hpp"
#include "pipeline/sensor_features.hpp"

namespace wellsieve::pipeline {
namespace {

namespace curve = kernels::curve;
using formats::plates::Flag;
using formats::plates::missing;

struct Unit {
    std::string_view name;
    double factor;
};

template <std::size_t N>
std::optional<double> factor_of(std::string_view unit, const std::array<Unit, N>& known) {
    for (const Unit& candidate : known)
        if (formats::plates::equals_ignoring_case(unit, candidate.name))
            return candidate.factor;
    return std::nullopt;
}

/// The inputs of one well; inlet oxygen and volume may be constants.
struct Inputs {
    SensorTrack flow, inlet_oxygen, oxygen, carbon_dioxide, volume, dissolved;
};

/// The series behind the inputs, with what turns their units into ours.
class GasInputs {
  public:
    GasInputs(std::string_view name, const GasOptions& gas, const PlateData& plate, const FindReadout& find)
        : gas_(gas),
          wells_(plate.shape.wells()),
          end_h_(end_of_run_h(plate)),
          balanced_(name != "otr"),
          dissolved_(name == "otr" || name == "kla" ? find(gas.dissolved_oxygen) : nullptr),
          flow_(balanced_ ? find(gas.inlet_flow) : nullptr),
          oxygen_(balanced_ ? find(gas.outlet_oxygen) : nullptr),
          carbon_dioxide_(balanced_ ? find(gas.outlet_carbon_dioxide) : nullptr),
          inlet_oxygen_(!balanced_ || gas.inlet_oxygen.empty() ? nullptr : find(gas.inlet_oxygen)),
          volume_(!balanced_ || gas.volume.empty() ? nullptr : find(gas.volume)),
          name_(name) {
        take_back(oxygen_, oxygen_as_it_left_);
        take_back(carbon_dioxide_, carbon_dioxide_as_it_left_);
    }
    GasInputs(const GasInputs&) = delete;

    bool complete() const {
        const bool balance = flow_ != nullptr && oxygen_ != nullptr && carbon_dioxide_ != nullptr &&
                             (volume_ != nullptr || gas_.volume.empty()) &&
                             (inlet_oxygen_ != nullptr || gas_.inlet_oxygen.empty());
        const bool of_oxygen = name_ == "otr" || name_ == "kla";
        return (balance || !balanced_) && (dissolved_ != nullptr || !of_oxygen);
    }

    bool held() const {
        const auto is_held = [](const ReadoutSeries* series) {
            return series == nullptr || series->readout.on_change;
        };
        return is_held(flow_) && is_held(inlet_oxygen_) && is_held(oxygen_) && is_held(dissolved_);
    }

    std::set<double> times_s() const {
        std::set<double> times;
        for (const ReadoutSeries* series : {flow_, inlet_oxygen_, volume_, dissolved_})
            if (series != nullptr)
                times.insert(series->times_s.begin(), series->times_s.end());
        for (const ReadoutSeries* series : {oxygen_, carbon_dioxide_})
            if (series != nullptr)
                times.insert(
                    std::lower_bound(series->times_s.begin(), series->times_s.end(), flow_->times_s.front()),
                    series->times_s.end());
        return times;
    }

    Inputs of_well(std::size_t well) const {
        return {track(flow_, well),           track(inlet_oxygen_, well), track(oxygen_, well),
                track(carbon_dioxide_, well), track(volume_, well),       track(dissolved_, well)};
    }

    /// The readout at that time; NaN where it is not known.
    double value(const Inputs& inputs, double time_h) const {
        if (name_ == "otr")
            return curve::oxygen_transfer(gas_.kla_per_h, gas_.saturated_mmol_per_l,
                                          dissolved(inputs, time_h));
        const curve::GasRates balance = rates(inputs, time_h);
        if (name_ == "kla")
            return curve::static_kla(balance.oxygen_uptake, gas_.saturated_mmol_per_l,
                                     dissolved(inputs, time_h));
        if (name_ == "our")
            return balance.oxygen_uptake;
        return name_ == "cer" ? balance.carbon_dioxide_evolution : balance.respiratory_quotient;
    }

  private:
    /// mmol/L
    double dissolved(const Inputs& inputs, double time_h) const {
        return gas_.saturated_mmol_per_l * inputs.dissolved.at(time_h) *
               fraction_in(dissolved_->readout.unit).value_or(missing);
    }

    curve::GasRates rates(const Inputs& inputs, double time_h) const {
        const auto factor = [](const ReadoutSeries& series, auto in) {
            return in(series.readout.unit).value_or(missing);
        };
        curve::GasStreams streams;
        streams.inlet_l_per_h = inputs.flow.at(time_h) * factor(*flow_, litres_per_hour_in);
        streams.inlet_oxygen = inlet_oxygen_ == nullptr
                                   ? gas_.inlet_oxygen_percent / 100
                                   : inputs.inlet_oxygen.at(time_h) * factor(*inlet_oxygen_, fraction_in);
        streams.inlet_carbon_dioxide = gas_.inlet_carbon_dioxide_percent / 100;
        streams.outlet_oxygen = inputs.oxygen.at(time_h) * factor(*oxygen_, fraction_in);
        streams.outlet_carbon_dioxide =
            inputs.carbon_dioxide.at(time_h) * factor(*carbon_dioxide_, fraction_in);
        streams.outlet_water = gas_.outlet_water_percent / 100;
        streams.broth_l =
            volume_ == nullptr ? gas_.volume_l : inputs.volume.at(time_h) * factor(*volume_, litres_in);
        return curve::gas_balance(streams);
    }

    SensorTrack track(const ReadoutSeries* series, std::size_t well) const {
        return series == nullptr ? SensorTrack{} : track_of(*series, wells_, well, missing, missing, end_h_);
    }

    /// What the analyser shows is of gas that left the vessel a while ago.
    void take_back(const ReadoutSeries*& shown, ReadoutSeries& as_it_left) const {
        if (shown == nullptr || gas_.outlet_delay_s == 0)
            return;
        as_it_left = *shown;
        for (double& time_s : as_it_left.times_s)
            time_s -= gas_.outlet_delay_s;
        shown = &as_it_left;
    }

    const GasOptions& gas_;
    std::size_t wells_;
    double end_h_;
    bool balanced_;  ///< the balance of the gas is asked for
    const ReadoutSeries* dissolved_;
    const ReadoutSeries* flow_;
    const ReadoutSeries* oxygen_;
    const ReadoutSeries* carbon_dioxide_;
    const ReadoutSeries* inlet_oxygen_;
    const ReadoutSeries* volume_;
    std::string_view name_;
    ReadoutSeries oxygen_as_it_left_;
    ReadoutSeries carbon_dioxide_as_it_left_;
};

std::string_view unit_called(std::string_view name) {
    if (name == "rq")
        return "";
    return name == "kla" ? "1/h" : "mmol/(L h)";
}

}  // namespace

std::vector<std::string> gas_readouts(const GasOptions& gas) {
    std::vector<std::string> names;
    if (!gas.inlet_flow.empty())
        names = {"our", "cer", "rq"};
    if (!gas.inlet_flow.empty() && !gas.dissolved_oxygen.empty())
        names.push_back("kla");
    if (!gas.dissolved_oxygen.empty() && gas.kla_per_h > 0)
        names.push_back("otr");
    return names;
}

bool is_gas_readout(std::string_view name, const GasOptions& gas) {
    const std::vector<std::string> names = gas_readouts(gas);
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::optional<double> litres_per_hour_in(std::string_view unit) {
    constexpr std::array<Unit, 9> known{{{"sL/h", 1},
                                         {"NL/h", 1},
                                         {"L/h", 1},
                                         {"sL/min", 60},
                                         {"NL/min", 60},
                                         {"L/min", 60},
                                         {"slpm", 60},
                                         {"mL/min", 0.06},
                                         {"mL/h", 1e-3}}};
    return factor_of(unit, known);
}

std::optional<double> fraction_in(std::string_view unit) {
    constexpr std::array<Unit, 5> known{
        {{"%", 0.01}, {"vol%", 0.01}, {"mol%", 0.01}, {"mol/mol", 1}, {"ppm", 1e-6}}};
    return factor_of(unit, known);
}

std::optional<double> litres_in(std::string_view unit) {
    constexpr std::array<Unit, 3> known{{{"L", 1}, {"mL", 1e-3}, {"µL", 1e-6}}};
    return factor_of(unit, known);
}

std::optional<ReadoutSeries> gas_series(std::string_view name, const GasOptions& gas, const PlateData& plate,
                                        const FindReadout& find) {
    const GasInputs inputs(name, gas, plate, find);
    if (!inputs.complete())
        return std::nullopt;
    const std::size_t wells = plate.shape.wells();
    const std::set<double> times = inputs.times_s();
    ReadoutSeries series;
    series.readout.name = name;
    series.readout.mode = formats::plates::Mode::online;
    series.readout.unit = unit_called(name);
    series.readout.derived = true;
    series.readout.on_change = inputs.held();
    series.times_s.assign(times.begin(), times.end());
    series.temperature_c.assign(times.size(), missing);
    series.values.assign(times.size() * wells, missing);
    series.flags.assign(times.size() * wells, absent);
    for (std::size_t well = 0; well < wells; ++well) {
        const Inputs of_well = inputs.of_well(well);
        for (std::size_t t = 0; t < series.times_s.size(); ++t) {
            const double rate = inputs.value(of_well, series.times_s[t] / formats::plates::hour_s);
            series.values[t * wells + well] = std::isfinite(rate) ? rate : missing;
            series.flags[t * wells + well] = std::isfinite(rate) ? Flag::none : Flag::not_measured;
        }
    }
    return series;
}

}  // namespace wellsieve::pipeline
