#include "pipeline/gas_readouts.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "tests/pipeline/small_plate.hpp"

using namespace wellsieve;
using namespace wellsieve::pipeline;
using formats::plates::Flag;

namespace {

ReadoutSeries held(std::string unit, std::vector<double> times_s, std::vector<double> values) {
    ReadoutSeries series = tests::series_of(std::move(times_s), std::move(values));
    series.readout.unit = std::move(unit);
    series.readout.on_change = true;
    return series;
}

}  // namespace

TEST_CASE("rates follow the balance of the inert gas, at each change of an input") {
    PlateData plate;
    plate.shape = {1, 1};
    const std::map<std::string, ReadoutSeries> inputs{{"flow", held("sL/h", {0, 7200}, {60, 0})},
                                                      {"o2", held("%", {0, 3600}, {20.95, 18})},
                                                      {"co2", held("%", {0, 3600}, {0.04, 2.5})},
                                                      {"volume", held("mL", {0}, {1000})}};
    for (const auto& [name, series] : inputs)
        plate.series.push_back(series);
    const FindReadout find = [&](const std::string& name) -> const ReadoutSeries* {
        const auto found = inputs.find(name);
        return found == inputs.end() ? nullptr : &found->second;
    };
    GasOptions gas;
    gas.inlet_flow = "flow";
    gas.outlet_oxygen = "o2";
    gas.outlet_carbon_dioxide = "co2";
    gas.volume = "volume";
    const auto our = gas_series("our", gas, plate, find);
    const auto rq = gas_series("rq", gas, plate, find);
    REQUIRE(our);
    CHECK(our->times_s == std::vector<double>{0, 3600, 7200});
    CHECK(our->readout.on_change);
    CHECK(our->readout.unit == "mmol/(L h)");
    CHECK(our->values[0] == Approx(0).margin(1e-9));
    const double outlet_l_per_h = 60 * (1 - 0.2095 - 0.0004) / (1 - 0.18 - 0.025);
    const double uptake = (60 * 0.2095 - outlet_l_per_h * 0.18) / 22.414 * 1000;
    const double evolution = (outlet_l_per_h * 0.025 - 60 * 0.0004) / 22.414 * 1000;
    CHECK(our->values[1] == Approx(uptake));
    CHECK(rq->values[1] == Approx(evolution / uptake));
    CHECK(our->flags[2] == Flag::not_measured);  // no flow, no balance
    gas.outlet_oxygen = "nothing";
    CHECK_FALSE(gas_series("our", gas, plate, find));
}

TEST_CASE("off-gas that is humid, late, and of enriched air") {
    PlateData plate;
    plate.shape = {1, 1};
    // At one hour the inlet goes from air to 40 % oxygen; the analyser sees it 600 s later.
    const auto outlet =
        [](double inlet_oxygen) {  // of 60 sL/h into 1 L that takes up 30 and gives off 27 mmol
            const double mol = 60 / 22.414;
            const double left = mol - 0.030 + 0.027;
            const double water = 0.02;
            return std::pair((mol * inlet_oxygen - 0.030) / left * (1 - water) * 100,
                             (mol * 0.0004 + 0.027) / left * (1 - water) * 100);
        };
    std::map<std::string, ReadoutSeries> inputs{
        {"flow", held("sL/h", {0}, {60})},
        {"o2_in", held("%", {0, 3600}, {20.95, 40})},
        {"o2", held("%", {0, 4200}, {outlet(0.2095).first, outlet(0.4).first})},
        {"co2", held("%", {0, 4200}, {outlet(0.2095).second, outlet(0.4).second})}};
    for (const auto& [name, series] : inputs)
        plate.series.push_back(series);
    const FindReadout find = [&](const std::string& name) -> const ReadoutSeries* {
        const auto found = inputs.find(name);
        return found == inputs.end() ? nullptr : &found->second;
    };
    GasOptions gas;
    gas.inlet_flow = "flow";
    gas.inlet_oxygen = "o2_in";
    gas.outlet_oxygen = "o2";
    gas.outlet_carbon_dioxide = "co2";
    gas.volume_l = 1;
    gas.outlet_water_percent = 2;
    gas.outlet_delay_s = 600;
    const auto our = gas_series("our", gas, plate, find);
    const auto rq = gas_series("rq", gas, plate, find);
    REQUIRE(our);
    CHECK(our->times_s == std::vector<double>{0, 3600});
    for (const double value : our->values)
        CHECK(value == Approx(30).epsilon(1e-9));
    for (const double value : rq->values)
        CHECK(value == Approx(0.9).epsilon(1e-9));
    gas.outlet_delay_s = 0;  // then 600 s of enriched air are held against the air before
    CHECK(gas_series("our", gas, plate, find)->values[1] > 400);
    gas.inlet_oxygen = "nothing";
    CHECK_FALSE(gas_series("our", gas, plate, find));
}

TEST_CASE("kLa is what is taken up over what is missing, and transfer the other way round") {
    PlateData plate;
    plate.shape = {1, 1};
    const std::map<std::string, ReadoutSeries> inputs{{"flow", held("sL/h", {0}, {60})},
                                                      {"o2", held("%", {0}, {18})},
                                                      {"co2", held("%", {0}, {2.5})},
                                                      {"do", held("%", {0, 3600}, {40, 100})}};
    const FindReadout find = [&](const std::string& name) -> const ReadoutSeries* {
        const auto found = inputs.find(name);
        return found == inputs.end() ? nullptr : &found->second;
    };
    GasOptions gas;
    gas.dissolved_oxygen = "do";
    gas.saturated_mmol_per_l = 0.2;
    CHECK(gas_readouts(gas).empty());
    gas.kla_per_h = 100;
    CHECK(is_gas_readout("otr", gas));
    CHECK_FALSE(is_gas_readout("kla", gas));
    const auto transfer = gas_series("otr", gas, plate, find);
    REQUIRE(transfer);
    CHECK(transfer->values[0] == Approx(100 * 0.2 * 0.6));
    CHECK(transfer->values[1] == Approx(0).margin(1e-12));
    gas.inlet_flow = "flow";
    gas.outlet_oxygen = "o2";
    gas.outlet_carbon_dioxide = "co2";
    gas.volume_l = 1;
    const auto uptake = gas_series("our", gas, plate, find);
    const auto kla = gas_series("kla", gas, plate, find);
    REQUIRE(kla);
    CHECK(kla->readout.unit == "1/h");
    CHECK(kla->values[0] == Approx(uptake->values[0] / 0.12));
    CHECK(kla->flags[1] == Flag::not_measured);  // nothing is missing
    gas.dissolved_oxygen = "nothing";
    CHECK_FALSE(gas_series("kla", gas, plate, find));
}

TEST_CASE("units of flows, fractions and volumes") {
    CHECK(litres_per_hour_in("sL/h") == 1);
    CHECK(litres_per_hour_in("l/min") == 60);
    CHECK_FALSE(litres_per_hour_in("kg/h"));
    CHECK(fraction_in("%") == 0.01);
    CHECK_FALSE(fraction_in("mbar"));
    CHECK(litres_in("mL") == 1e-3);
}
