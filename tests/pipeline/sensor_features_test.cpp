#include "pipeline/sensor_features.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "pipeline/stages/measure_traits.hpp"
#include "tests/pipeline/small_plate.hpp"

using namespace wellsieve;
using namespace wellsieve::pipeline;
using formats::plates::Flag;
using formats::plates::missing;
using tests::series_of;
using tests::six_wells;

namespace {

constexpr double hour_s = 3600;

/// One well: 7 at 0 h, 8 at 2 h, 7.05 at 3 h, and the run goes on until 10 h.
SensorTrack steps(double from_h = missing, double to_h = missing) {
    ReadoutSeries series = series_of({0, 2 * hour_s, 3 * hour_s}, {7, 8, 7.05});
    series.readout.on_change = true;
    return track_of(series, 1, 0, from_h, to_h, 10);
}

TraitOptions trait_of(Feature feature) {
    TraitOptions trait;
    trait.name = trait.readout = "ph";
    trait.feature = feature;
    return trait;
}

double value(const TraitOptions& trait, const SensorTrack& track, const SensorTrack* other = nullptr) {
    return sensor_feature(trait, track, other).value;
}

}  // namespace

TEST_CASE("a reading that is written on change holds until the next, the last one to the end") {
    const SensorTrack track = steps();
    CHECK(track.times_h == std::vector<double>{0, 2, 3, 10});
    CHECK(track.values == std::vector<double>{7, 8, 7.05, 7.05});
    CHECK(track.at(1.99) == 7);
    CHECK(track.at(2) == 8);
    CHECK(track.at(99) == 7.05);
    CHECK(std::isnan(track.at(-1)));
    CHECK(value(trait_of(Feature::mean), track) == Approx((2 * 7 + 8 + 7 * 7.05) / 10));
    CHECK(value(trait_of(Feature::auc), track) == Approx(2 * 7 + 8 + 7 * 7.05));
}

TEST_CASE("a window opens with what held, and closes at its end") {
    const SensorTrack track = steps(1, 2.5);
    CHECK(track.times_h == std::vector<double>{1, 2, 2.5});
    CHECK(track.values == std::vector<double>{7, 8, 8});
    CHECK(value(trait_of(Feature::mean), track) == Approx((7 + 0.5 * 8) / 1.5));
    const SensorTrack late = steps(5);
    CHECK(late.times_h == std::vector<double>{5, 10});
    CHECK(value(trait_of(Feature::mean), late) == 7.05);
}

TEST_CASE("readings at a rate lie on straight lines, and nothing is known outside them") {
    const ReadoutSeries series = series_of({0, 2 * hour_s}, {1, 3});
    const SensorTrack track = track_of(series, 1, 0, missing, missing, 10);
    CHECK(track.at(0.5) == 1.5);
    CHECK(std::isnan(track.at(2.5)));
    CHECK(value(trait_of(Feature::change), track) == 2);
    CHECK(std::isnan(value(trait_of(Feature::change), track_of(series, 1, 0, 1, missing, 10))));
}

TEST_CASE("excursions around a set point, as a number or as a track") {
    TraitOptions trait = trait_of(Feature::time_outside);
    trait.setpoint_value = 7;
    trait.tolerance = 0.1;
    CHECK(value(trait, steps()) == Approx(1));
    trait.feature = Feature::largest_deviation;
    CHECK(value(trait, steps()) == Approx(0.9));  // 8 is 0.9 from the range's edge
    trait.feature = Feature::excursions;
    CHECK(value(trait, steps()) == 1);
    const SensorTrack setpoint{{0, 2}, {7, 8}, true};  // moves with the pH, and stays
    trait = trait_of(Feature::time_outside);
    trait.setpoint = "sp";
    trait.tolerance = 0.1;
    CHECK(value(trait, steps(), &setpoint) == Approx(7));
    trait.feature = Feature::longest_excursion;
    CHECK(value(trait, steps(), &setpoint) == Approx(7));
}

TEST_CASE("a sensor that never left its range has excursions of 0, one without readings none") {
    TraitOptions trait = trait_of(Feature::time_outside);
    trait.low = 5;
    CHECK(value(trait, steps()) == 0);
    trait.feature = Feature::largest_deviation;
    CHECK(value(trait, steps()) == 0);
    CHECK(std::isnan(value(trait, SensorTrack{})));
    trait.feature = Feature::time_outside;
    trait.low = 7.5;
    trait.least_h = 1.5;  // the first excursion lasts 2 h, the other 7 h
    CHECK(value(trait, steps()) == Approx(9));
    trait.least_h = 5;
    CHECK(value(trait, steps()) == Approx(7));
}

TEST_CASE("an unknown value ends what held: it counts neither inside nor outside") {
    ReadoutSeries series = series_of({0, 2 * hour_s, 4 * hour_s}, {9, missing, 6});
    series.readout.on_change = true;
    const SensorTrack track = track_of(series, 1, 0, missing, missing, 5);
    CHECK(value(trait_of(Feature::auc), track) == Approx(2 * 9 + 6));
    CHECK(value(trait_of(Feature::mean), track) == Approx((2 * 9 + 6) / 3.0));
    CHECK(value(trait_of(Feature::maximum), track) == 9);
    TraitOptions trait = trait_of(Feature::time_outside);
    trait.high = 8;
    CHECK(value(trait, track) == Approx(2));
}

TEST_CASE("a rise is found, or not reached") {
    TraitOptions trait = trait_of(Feature::first_rise);
    trait.threshold = 0.5;
    const SensorTrack fed{{0, 1, 2, 3}, {0, 0, 0.4, 5}, true};
    CHECK(value(trait, fed) == Approx(2));
    trait.threshold = 50;
    CHECK(sensor_feature(trait, fed, nullptr).reason == "not_reached");
}

TEST_CASE("a yield is what was made over what was used up") {
    const SensorTrack product{{0, 1, 2}, {0, 1, 2}, false};
    const SensorTrack substrate{{0, 2}, {20, 16}, false};
    const SensorTrack biomass{{0, 2}, {1, 5}, false};
    CHECK(value(trait_of(Feature::yield_on), product, &substrate) == Approx(0.5));
    CHECK(value(trait_of(Feature::yield_on), product, &biomass) == Approx(0.5));
}

TEST_CASE("a specific rate is that of exponential growth, with the error that the readings give it") {
    SensorTrack biomass;
    SensorTrack substrate;
    for (int i = 0; i < 10; ++i) {
        const double grown =
            0.1 * std::exp(0.4 * i);  // 0.4 per hour, 2.5 of substrate taken up per biomass and hour
        for (SensorTrack* track : {&biomass, &substrate})
            track->times_h.push_back(i);
        biomass.values.push_back(grown);
        substrate.values.push_back(20 - 2.5 / 0.4 * (grown - 0.1));
    }
    TraitOptions trait = trait_of(Feature::specific_rate);
    trait.sd = 0.1;
    trait.per_sd = 0.01;
    const SensorFeature found = sensor_feature(trait, substrate, &biomass);
    CHECK(found.value == Approx(-2.5).epsilon(1e-6));
    CHECK(found.standard_error > 0);
    CHECK(found.standard_error < 0.2);
    CHECK(std::isnan(sensor_feature(trait, substrate, nullptr).value));
}

TEST_CASE("traits of sensors go through the stage, on what the well's own clock says") {
    PlateData plate = six_wells("P1");
    ReadoutSeries ph = series_of({0, hour_s, 2 * hour_s}, std::vector<double>(18, 7.0));
    ph.readout.on_change = true;
    for (std::size_t cell = 0; cell < ph.flags.size();
         ++cell)  // A1 changes at 1 h, A2 at 2 h, B3 is not there
        if (cell % 6 == 5 || (cell / 6 == 1 && cell % 6 != 0) || (cell / 6 == 2 && cell % 6 != 1))
            ph.flags[cell] = absent;
    ph.values[6] = 8;
    ph.values[13] = 6;
    plate.series.push_back(ph);
    TraitOptions outside = trait_of(Feature::time_outside);
    outside.setpoint_value = 7;
    outside.tolerance = 0.5;
    const std::vector<std::uint32_t> index{0};
    const MeasureTraits measure{{outside, trait_of(Feature::endpoint)}, {{"ph", {}, 1}}, {}};
    const PlateTraits traits = measure({&plate, &index});
    CHECK(traits.traits[0].corrected[0] == Approx(1));  // from 1 h to the end of the run at 2 h
    CHECK(traits.traits[0].corrected[1] == 0);          // its last value only begins then
    CHECK(traits.traits[0].flags[5] == Flag::not_measured);
    CHECK(traits.traits[1].corrected[0] == 8);
    CHECK(traits.traits[1].corrected[1] == 6);
    CHECK(traits.traits[1].corrected[2] == 7);
}

TEST_CASE("kLa by gassing out, within the window") {
    std::vector<double> times_s;
    std::vector<double> oxygen;
    for (int i = 0; i < 60; ++i) {
        times_s.push_back(10.0 * i);
        oxygen.push_back(i < 10 ? 90.0 - 9 * i : 100 * (1 - std::exp(-36.0 * (i - 10) / 360)));
    }
    const ReadoutSeries series = series_of(times_s, oxygen);
    TraitOptions trait = trait_of(Feature::dynamic_kla);
    const SensorTrack after = track_of(series, 1, 0, 100 / hour_s, missing, missing);
    const SensorFeature found = sensor_feature(trait, after, nullptr);
    CHECK(found.value == Approx(36));
    CHECK(found.standard_error < 1e-6);
    trait.saturated = 1000;
    CHECK(sensor_feature(trait, after, nullptr).reason == "not_reached");
}

TEST_CASE("a yield is taken at the readings of the one that has fewer") {
    // Biomass every 0.01 h, glucose at five times with errors that alternate.
    SensorTrack biomass;
    for (int i = 0; i <= 1000; ++i) {
        biomass.times_h.push_back(0.01 * i);
        biomass.values.push_back(0.1 * i);
    }
    const SensorTrack glucose{{0, 2.5, 5, 7.5, 10}, {100.1, 74.9, 50.1, 24.9, 0.1}};
    const SensorFeature found = sensor_feature(trait_of(Feature::yield_on), biomass, &glucose);
    CHECK(found.value == Approx(1).epsilon(2e-3));
    CHECK(found.standard_error > 5e-4);  // five points scatter by 0.1 over a range of 100
    const SensorFeature other_way = sensor_feature(trait_of(Feature::yield_on), glucose, &biomass);
    CHECK(other_way.value == Approx(-1).epsilon(2e-3));
}

TEST_CASE("a specific rate of a few samples beside biomass of every five seconds") {
    TraitOptions trait = trait_of(Feature::specific_rate);
    trait.sd = 0.05;
    trait.per_sd = 0.02;
    constexpr double rate = 0.4;
    constexpr double uptake = -0.8;
    SensorTrack biomass;
    for (int i = 0; i <= 7200; ++i) {
        biomass.times_h.push_back(i / 720.0);
        biomass.values.push_back(0.1 * std::exp(rate * biomass.times_h.back()) + (i % 2 == 0 ? 0.02 : -0.02));
    }
    SensorTrack glucose;
    for (const double h : {0.0, 3.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0}) {
        glucose.times_h.push_back(h);
        glucose.values.push_back(20 + uptake * 0.1 / rate * (std::exp(rate * h) - 1));
    }
    const SensorFeature found = sensor_feature(trait, glucose, &biomass);
    CHECK(found.value == Approx(uptake).epsilon(2e-3));
    CHECK(found.standard_error > 1e-3);
    CHECK(found.standard_error < 0.03);
}
