#include "kernels/curve/gas_balance.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace wellsieve::kernels::curve;

namespace {

/// What leaves a vessel that takes up and gives off so many mmol/(L h), by counting moles.
GasStreams with_rates(double uptake, double evolution, double flow_l_per_h, double broth_l) {
    GasStreams s;
    s.inlet_l_per_h = flow_l_per_h;
    s.broth_l = broth_l;
    const double mol = flow_l_per_h / molar_volume_l_per_mol;
    const double oxygen = mol * s.inlet_oxygen - uptake * broth_l / 1000;
    const double carbon_dioxide = mol * s.inlet_carbon_dioxide + evolution * broth_l / 1000;
    const double inert = mol * (1 - s.inlet_oxygen - s.inlet_carbon_dioxide);
    s.outlet_oxygen = oxygen / (oxygen + carbon_dioxide + inert);
    s.outlet_carbon_dioxide = carbon_dioxide / (oxygen + carbon_dioxide + inert);
    return s;
}

}  // namespace

TEST_CASE("the balance gives back what was taken up and given off") {
    for (const auto& [uptake, evolution] :
         {std::pair{50.0, 45.0}, {120.0, 240.0}, {3.0, 0.0}, {80.0, 160.0}}) {
        const GasRates r = gas_balance(with_rates(uptake, evolution, 60, 1.3));
        CHECK(r.oxygen_uptake == Approx(uptake).epsilon(1e-10));
        CHECK(r.carbon_dioxide_evolution == Approx(evolution).epsilon(1e-10).margin(1e-9));
        CHECK(r.respiratory_quotient == Approx(evolution / uptake).epsilon(1e-10).margin(1e-10));
        const double gained = (evolution - uptake) * 1.3 / 1000 * molar_volume_l_per_mol;
        CHECK(r.outlet_l_per_h == Approx(60 + gained).epsilon(1e-12));
    }
}

TEST_CASE("enriched gas is balanced by what went in") {
    for (const double oxygen : {0.2095, 0.4, 0.95}) {
        GasStreams s;
        s.inlet_oxygen = oxygen;
        s.inlet_l_per_h = 30;
        s.broth_l = 1;
        const double mol = 30 / molar_volume_l_per_mol;
        const double left = mol - 0.1 + 0.08;  // 100 mmol O2 in, 80 mmol CO2 out in an hour
        s.outlet_oxygen = (mol * oxygen - 0.1) / left;
        s.outlet_carbon_dioxide = (mol * s.inlet_carbon_dioxide + 0.08) / left;
        CHECK(gas_balance(s).oxygen_uptake == Approx(100).epsilon(1e-9));
        CHECK(gas_balance(s).carbon_dioxide_evolution == Approx(80).epsilon(1e-9));
    }
    GasStreams pure;  // without inert gas nothing tells what left
    pure.inlet_oxygen = 1;
    pure.inlet_carbon_dioxide = 0;
    pure.inlet_l_per_h = pure.broth_l = 1;
    pure.outlet_oxygen = 0.9;
    pure.outlet_carbon_dioxide = 0.1;
    CHECK(std::isnan(gas_balance(pure).oxygen_uptake));
}

TEST_CASE("humid gas is balanced as dry gas, and taken for dry it is wrong") {
    GasStreams s = with_rates(50, 45, 60, 1);
    const double water = 0.0419;  // saturated at 30 °C: 42.5 hPa of 1013
    s.outlet_oxygen *= 1 - water;
    s.outlet_carbon_dioxide *= 1 - water;
    CHECK(gas_balance(s).oxygen_uptake > 70);  // water counted as inert gas leaves less room for oxygen
    s.outlet_water = water;
    CHECK(gas_balance(s).oxygen_uptake == Approx(50).epsilon(1e-9));
    CHECK(gas_balance(s).respiratory_quotient == Approx(0.9).epsilon(1e-9));
    for (const double bad : {-0.01, 1.0, static_cast<double>(NAN)}) {
        s.outlet_water = bad;
        CHECK(std::isnan(gas_balance(s).oxygen_uptake));
    }
}

TEST_CASE("without the inert balance the uptake would be wrong where RQ is not 1") {
    const GasStreams s = with_rates(60, 120, 30, 1);
    const double naive = s.inlet_l_per_h * (s.inlet_oxygen - s.outlet_oxygen) * 1000 / molar_volume_l_per_mol;
    CHECK(naive > 69);
    CHECK(gas_balance(s).oxygen_uptake == Approx(60));
}

TEST_CASE("impossible gas gives nothing, and no uptake gives no quotient") {
    GasStreams s = with_rates(20, 20, 60, 1);
    CHECK(std::isnan(gas_balance({}).oxygen_uptake));
    for (double* field : {&s.inlet_l_per_h, &s.broth_l, &s.outlet_oxygen}) {
        const double kept = *field;
        for (const double bad : {-1.0, static_cast<double>(NAN)}) {
            *field = bad;
            CHECK(std::isnan(gas_balance(s).carbon_dioxide_evolution));
        }
        *field = kept;
    }
    s.outlet_oxygen = 21;  // percent
    CHECK(std::isnan(gas_balance(s).oxygen_uptake));
    const GasRates still = gas_balance(with_rates(0, 0, 60, 1));
    CHECK(still.oxygen_uptake == Approx(0).margin(1e-9));
    const GasRates outgassing = gas_balance(with_rates(-1, 2, 60, 1));
    CHECK(outgassing.oxygen_uptake == Approx(-1));
    CHECK(std::isnan(outgassing.respiratory_quotient));
}

TEST_CASE("kLa by uptake, and the transfer that belongs to it") {
    CHECK(static_kla(60, 0.21, 0.06) == Approx(400));
    CHECK(oxygen_transfer(400, 0.21, 0.06) == Approx(60));
    CHECK(std::isnan(static_kla(60, 0.21, 0.21)));
    CHECK(std::isnan(static_kla(-1, 0.21, 0.1)));
    CHECK(std::isnan(static_kla(60, NAN, 0.1)));
}

TEST_CASE("kLa by gassing out") {
    std::vector<double> t, c;
    for (int i = 0; i < 120; ++i) {
        t.push_back(i / 1800.0);  // every 2 s
        c.push_back(100 * (1 - std::exp(-150 * std::max(t.back() - 0.004, 0.0))));
    }
    c[10] = NAN;
    const DynamicKla ours = dynamic_kla(t, c, 100);
    CHECK(ours.kla_per_h == Approx(150).epsilon(1e-9));
    CHECK(ours.standard_error_per_h == Approx(0).margin(1e-6));
    CHECK(ours.points >= 15);
    CHECK(ours.start >= 20);
    CHECK(std::isnan(dynamic_kla(t, c, 100, 0.2, 0.21).kla_per_h));
    CHECK(std::isnan(dynamic_kla({}, {}, 100).kla_per_h));
    const std::vector<double> flat(t.size(), 50.0);
    CHECK(std::isnan(dynamic_kla(t, flat, 100).kla_per_h));
    // A track that begins before the nitrogen: 100 %, down, and up again.
    std::vector<double> whole_t, whole_c;
    for (int i = 0; i < 30; ++i) {
        whole_t.push_back((i - 40) / 1800.0);
        whole_c.push_back(100 * std::exp(-i / 3.0));
    }
    whole_t.insert(whole_t.end(), t.begin(), t.end());
    whole_c.insert(whole_c.end(), c.begin(), c.end());
    CHECK(dynamic_kla(whole_t, whole_c, 100).kla_per_h == Approx(150).epsilon(1e-9));
    // Cells that take up 3000 %/h hold the level at 80 %.
    for (double& x : c)
        x *= 0.8;
    const RespiringKla breathing = respiring_kla(t, c, 80, 3000);
    CHECK(breathing.kla.kla_per_h == Approx(150).epsilon(1e-9));
    CHECK(breathing.saturated == Approx(100).epsilon(1e-9));
}
