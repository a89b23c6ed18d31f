#include "pipeline/stages/measure_traits.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "pipeline/blank_correction.hpp"
#include "pipeline/growth_curves.hpp"
#include "tests/pipeline/small_plate.hpp"

using namespace wellsieve;
using namespace wellsieve::pipeline;
using formats::plates::Flag;
using formats::plates::missing;
using formats::plates::Role;
using tests::series_of;
using tests::six_wells;

namespace {

constexpr double blank_od = 0.09;

/// ln 2 / 0.7 h doubling from 0.02 at a reading every quarter of an hour, on a blank: A1 grows, A2 does not,
/// A3 is cut off by the reader's range, B1 stops early, B2 is a blank, B3 was never read.
PlateData grown_plate(double rate_per_h) {
    PlateData plate = six_wells("P1");
    plate.wells[4].role = Role::blank;
    std::vector<double> times;
    std::vector<double> values;
    for (int i = 0; i < 40; ++i) {
        const double hours = i * 0.25;
        const double net = 1 / (1 + (1 / 0.02 - 1) * std::exp(-rate_per_h / (1 - 0.02) * hours));
        times.push_back(hours * 3600);
        values.insert(values.end(), {blank_od + net, blank_od, net > 0.5 ? missing : blank_od + net,
                                     blank_od + net, blank_od, missing});
    }
    plate.series.push_back(series_of(times, values));
    for (std::size_t cell = 0; cell < values.size(); ++cell)
        if (cell % 6 == 5 || (cell % 6 == 3 && cell / 6 >= 20))
            plate.series[0].flags[cell] = absent;
    return plate;
}

TraitOptions trait_of(Feature feature) {
    TraitOptions trait;
    trait.name = std::string(to_string(feature));
    trait.readout = "od";
    trait.feature = feature;
    trait.blank = Blank::plate;
    return trait;
}

PlateTraits measured(const PlateData& plate, const std::vector<TraitOptions>& traits) {
    const std::vector<std::uint32_t> index{0};
    const MeasureTraits measure{traits, {{"od", {}, 1}}, {}};
    return measure({&plate, &index});
}

}  // namespace

TEST_CASE("growth features are taken from one analysis of the corrected curves") {
    const PlateData plate = grown_plate(0.7);
    const PlateTraits found = measured(
        plate, {trait_of(Feature::growth_rate), trait_of(Feature::doubling_time), trait_of(Feature::lag)});
    REQUIRE(found.curves.size() == 1);
    REQUIRE(found.traits.size() == 3);
    const PlateTrait& rate = found.traits[0];
    // Noise-free: what is left is the width of the window, over which a logistic curve bends.
    CHECK(rate.corrected[0] == Approx(0.7).epsilon(0.05));
    CHECK(rate.flags[0] == Flag::none);
    CHECK(std::isnan(rate.raw[0]));
    CHECK(rate.standard_error[0] >= 0);
    CHECK(found.traits[1].corrected[0] == Approx(std::log(2) / rate.corrected[0]));
    CHECK(rate.corrected[2] == Approx(rate.corrected[0]).epsilon(0.05));
    CHECK(rate.corrected[3] == Approx(rate.corrected[0]).epsilon(0.05));
}

TEST_CASE("what a curve does not support is missing with a reason, never 0") {
    const PlateData plate = grown_plate(0.7);
    const PlateTraits found =
        measured(plate, {trait_of(Feature::growth_rate), trait_of(Feature::carrying_capacity)});
    const PlateTrait& rate = found.traits[0];
    CHECK(std::isnan(rate.corrected[1]));
    CHECK(rate.flags[1] == unsupported);
    CHECK_FALSE(rate.reasons[1].empty());
    CHECK(std::isnan(rate.corrected[5]));
    CHECK(rate.flags[5] == Flag::not_measured);
    CHECK(found.curves[0].was_read == std::vector<std::uint8_t>{1, 1, 1, 1, 1, 0});
    CHECK(std::isnan(found.traits[1].corrected[3]));
    CHECK(found.traits[1].flags[3] == unsupported);
    CHECK(found.traits[1].reasons[3] == "still_growing");
}

TEST_CASE("a masked well keeps its curve and loses its traits") {
    PlateData plate = grown_plate(0.7);
    plate.wells[0].mask_reason = "bubble";
    const PlateTraits found = measured(plate, {trait_of(Feature::growth_rate)});
    CHECK(std::isnan(found.traits[0].corrected[0]));
    CHECK(found.traits[0].flags[0] == Flag::masked);
    CHECK(std::isfinite(found.curves[0].rates[0].rate_per_h));
}

TEST_CASE("traits that differ in readout, blank or window have analyses of their own") {
    TraitOptions other_blank = trait_of(Feature::lag);
    other_blank.blank = Blank::none;
    TraitOptions other_window = trait_of(Feature::log_auc);
    other_window.to_h = 5;
    const auto analyses = curve_analyses({trait_of(Feature::growth_rate), other_blank,
                                          trait_of(Feature::endpoint), trait_of(Feature::lag), other_window});
    REQUIRE(analyses.size() == 3);
    CHECK(analyses[0].traits == std::vector<std::size_t>{0, 3});
    CHECK(analyses[1].traits == std::vector<std::size_t>{1});
    CHECK(analyses[2].traits == std::vector<std::size_t>{4});
}

TEST_CASE("a plate without the readout has no curves, and its wells are not measured") {
    const PlateData plate = grown_plate(0.7);
    TraitOptions elsewhere = trait_of(Feature::growth_rate);
    elsewhere.readout = "gfp";
    const PlateTraits found = measured(plate, {elsewhere});
    CHECK(found.curves[0].rates.empty());
    CHECK(found.traits[0].flags == std::vector<Flag>(6, Flag::not_measured));
}

TEST_CASE("a blank is the median of unmasked blanks at that time, by medium where asked") {
    PlateData plate = six_wells("P1");
    plate.wells[0].role = plate.wells[1].role = plate.wells[2].role = Role::blank;
    plate.wells[2].medium = plate.wells[5].medium = "rich";
    plate.series.push_back(series_of({0, 60}, {1, 3, 9, 0, 0, 0, 2, missing, 8, 0, 0, 0}));
    TraitOptions trait = trait_of(Feature::growth_rate);
    const auto at = [&](std::size_t time, std::size_t well) {
        return blanks_of(plate, plate.series[0], trait)[time * 6 + well];
    };
    CHECK(at(0, 3) == 3);
    CHECK(at(1, 3) == 5);
    trait.blank = Blank::medium;
    CHECK(at(0, 3) == 2);
    CHECK(at(0, 5) == 9);
    CHECK(at(1, 3) == 2);
    plate.wells[2].mask_reason = "grows";
    CHECK(std::isnan(at(0, 5)));
    trait.blank = Blank::automatic;
    CHECK(at(0, 5) == 2);
    trait.blank = Blank::first;
    CHECK(at(1, 0) == 1.5);
    CHECK(at(0, 1) == 3);
    trait.blank = Blank::minimum;
    CHECK(at(1, 0) == 1);
    trait.blank = Blank::constant;
    trait.blank_value = 0.25;
    CHECK(at(1, 0) == 0.25);
    trait.blank = Blank::none;
    CHECK(at(1, 0) == 0);
}

TEST_CASE("a product is compared with the biomass at the biomass's times, and missing without biomass") {
    PlateData plate = grown_plate(0.7);
    ReadoutSeries product = plate.series[0];
    for (std::size_t time = 0; time < product.times_s.size(); ++time) {
        product.times_s[time] += 30;
        const double net = 1 / (1 + (1 / 0.02 - 1) * std::exp(-0.7 / 0.98 * product.times_s[time] / 3600));
        for (std::size_t well = 0; well < 6; ++well)
            product.values[time * 6 + well] = 500 + (well == 1 || well == 4 ? 0 : 3000 * net);
    }
    for (std::size_t cell = 0; cell < product.flags.size(); ++cell)
        product.flags[cell] = cell % 6 == 5 ? absent : Flag::none;
    plate.series.push_back(product);
    std::vector<TraitOptions> traits{trait_of(Feature::mean_ratio), trait_of(Feature::ratio_at_biomass),
                                     trait_of(Feature::promoter_activity)};
    for (TraitOptions& trait : traits) {
        trait.readout = "gfp";
        trait.per = "od";
        trait.at_biomass = 0.4;
    }
    const std::vector<std::uint32_t> index{0, 1};
    const MeasureTraits measure{traits, {{"od", {}, 1}, {"gfp", {}, 1}}, {}};
    const PlateTraits found = measure({&plate, &index});
    CHECK(found.traits[0].corrected[0] == Approx(3000).epsilon(0.01));
    CHECK(found.traits[1].corrected[0] == Approx(3000).epsilon(0.01));
    CHECK(found.traits[2].corrected[0] > 0);
    for (const PlateTrait& trait : found.traits) {
        CHECK(trait.flags[0] == Flag::none);
        CHECK(trait.flags[1] == unsupported);
        CHECK(trait.reasons[1] == "below_detection");
        CHECK(trait.flags[5] == Flag::not_measured);
    }
}

TEST_CASE("every feature names why a curve lacks it") {
    using kernels::curve::Verdict;
    kernels::curve::Verdicts verdicts;
    verdicts.add(Verdict::still_growing);
    verdicts.add(Verdict::negative_lag);
    CHECK(reason_against(Feature::lag, verdicts) == "negative_lag");
    CHECK(reason_against(Feature::carrying_capacity, verdicts) == "still_growing");
    CHECK(reason_against(Feature::death_rate, verdicts) == "not_reached");
    verdicts.add(Verdict::no_growth);
    CHECK(reason_against(Feature::carrying_capacity, verdicts) == "no_growth");
    CHECK(verdict_list(verdicts) == "no_growth, negative_lag, still_growing");
    CHECK(verdict_list({}).empty());
}
