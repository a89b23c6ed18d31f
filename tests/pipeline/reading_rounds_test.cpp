#include "pipeline/reading_rounds.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "formats/plates/measurement.hpp"
#include "pipeline/plate_collection.hpp"
#include "tests/pipeline/small_plate.hpp"

using namespace wellsieve;
using namespace wellsieve::pipeline;
using formats::plates::Flag;
using formats::plates::missing;
using tests::series_of;
using tests::six_wells;

namespace {

/// Six wells read one after the other, a second apart, each pass a minute after the one before: a row a
/// reading.
ReadoutSeries staggered(std::size_t passes) {
    ReadoutSeries series;
    for (std::size_t pass = 0; pass < passes; ++pass)
        for (std::size_t well = 0; well < 6; ++well) {
            series.times_s.push_back(static_cast<double>(60 * pass + well));
            series.temperature_c.push_back(30);
            for (std::size_t other = 0; other < 6; ++other) {
                series.values.push_back(other == well ? static_cast<double>(10 * pass + well) : missing);
                series.flags.push_back(other == well ? Flag::none : absent);
            }
        }
    return series;
}

}  // namespace

TEST_CASE("readings of wells with own clocks become one row a pass, at its mean time") {
    const auto joined = in_rounds(staggered(3), 6);
    REQUIRE(joined);
    CHECK(joined->times_s == std::vector<double>{2.5, 62.5, 122.5});
    for (std::size_t pass = 0; pass < 3; ++pass)
        for (std::size_t well = 0; well < 6; ++well) {
            CHECK(joined->values[pass * 6 + well] == static_cast<double>(10 * pass + well));
            CHECK(joined->flags[pass * 6 + well] == Flag::none);
        }
}

TEST_CASE("a well that misses a pass is absent in it, and shifts no other") {
    ReadoutSeries series = staggered(3);
    series.flags[(6 + 2) * 6 + 2] = absent;  // second pass, third well
    const auto joined = in_rounds(series, 6);
    REQUIRE(joined);
    REQUIRE(joined->times_s.size() == 3);
    CHECK(joined->flags[6 + 2] == absent);
    CHECK(joined->values[2 * 6 + 2] == 22);
    CHECK(joined->times_s[1] == Approx((60 + 61 + 63 + 64 + 65) / 5.0));
}

TEST_CASE("sensors that report when they please have no rounds") {
    ReadoutSeries series = staggered(8);
    for (std::size_t row = 0; row < series.times_s.size(); ++row)
        if (row % 6 < 4 && row >= 6)  // four of six wells report once only
            for (std::size_t well = 0; well < 6; ++well)
                series.flags[row * 6 + well] = absent;
    CHECK_FALSE(in_rounds(series, 6));
}

TEST_CASE("rows that hold most wells, and endpoints, are left as they are") {
    CHECK_FALSE(in_rounds(series_of({0, 60}, std::vector<double>(12, 1)), 6));
    CHECK_FALSE(in_rounds(series_of({missing}, std::vector<double>(6, 1)), 6));
    ReadoutSeries half_empty = series_of({0, 60}, std::vector<double>(12, 1));
    for (std::size_t cell : {0u, 1u, 7u})
        half_empty.flags[cell] = absent;
    CHECK_FALSE(in_rounds(half_empty, 6));
}

TEST_CASE("runs of a plate that follow each other on one clock are one curve, whatever their order") {
    for (bool backwards : {false, true}) {
        PlateCollection collection;
        for (int i = 0; i < 2; ++i) {
            const int run = backwards ? 1 - i : i;
            PlateData plate = six_wells("P1");
            plate.series.push_back(
                series_of({3600.0 * run, 3600.0 * run + 60}, std::vector<double>(12, run + 1.0)));
            plate.series.back().source = "run" + std::to_string(run);
            plate.series.back().on_shared_clock = true;
            collection.add({{}, {plate}, {}});
        }
        collection.finish(nullptr, "");
        REQUIRE(collection.plates.size() == 1);
        REQUIRE(collection.plates[0].series.size() == 1);
        const ReadoutSeries& curve = collection.plates[0].series[0];
        CHECK(curve.times_s == std::vector<double>{0, 60, 3600, 3660});
        CHECK(curve.values[0] == 1);
        CHECK(curve.values[12] == 2);
    }
}

TEST_CASE("runs that overlap, or whose start nobody gave, are the same reading twice") {
    const auto add = [](double start_s, bool on_shared_clock) {
        PlateCollection collection;
        for (double begin : {0.0, start_s}) {
            PlateData plate = six_wells("P1");
            plate.series.push_back(series_of({begin, begin + 60}, std::vector<double>(12, 1)));
            plate.series.back().on_shared_clock = on_shared_clock;
            collection.add({{}, {plate}, {}});
        }
        collection.finish(nullptr, "");
    };
    CHECK_THROWS_WITH(add(30, true), Catch::Contains("has the same reading"));
    CHECK_THROWS_WITH(add(3600, false), Catch::Contains("has the same reading"));
    CHECK_NOTHROW(add(3600, true));
}
