#include "pipeline/window_areas.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "pipeline/stages/measure_traits.hpp"
#include "tests/pipeline/small_plate.hpp"

using namespace wellsieve;
using namespace wellsieve::pipeline;
using formats::plates::Flag;
using formats::plates::hour_s;
using tests::series_of;
using tests::six_wells;

namespace {

/// Six wells that read 1 at 0, 1, 2, 3 h; what is not read is taken out by `absent_at`.
ReadoutSeries ones(const std::vector<std::pair<std::size_t, std::size_t>>& absent_at) {
    ReadoutSeries series = series_of({0, hour_s, 2 * hour_s, 3 * hour_s}, std::vector<double>(24, 1));
    for (const auto& [time, well] : absent_at) {
        series.values[time * 6 + well] = formats::plates::missing;
        series.flags[time * 6 + well] = absent;
    }
    return series;
}

std::vector<double> areas(const ReadoutSeries& series, const TraitOptions& trait = {}) {
    return window_areas(series, series.values, 6, trait);
}

}  // namespace

TEST_CASE("a well that stops early has no area, and takes none from the others") {
    const auto found = areas(ones({{2, 4}, {3, 4}}));
    for (std::size_t well = 0; well < 6; ++well)
        CHECK((well == 4 ? std::isnan(found[well]) : found[well] == 3));
}

TEST_CASE("a last round that was cut off is left out for all") {
    const auto found = areas(ones({{3, 2}, {3, 3}, {3, 4}, {3, 5}}));
    for (const double area : found)
        CHECK(area == 2);
}

TEST_CASE("a window that is given is kept, with its ends between readings") {
    TraitOptions trait;
    trait.from_h = 0.5;
    trait.to_h = 2.75;
    const auto found = areas(ones({{3, 2}, {1, 3}}), trait);
    CHECK(found[0] == 2.25);
    CHECK(std::isnan(found[2]));
    CHECK(found[3] == 2.25);  // a gap is bridged
}

TEST_CASE("endpoints and wells without readings have no area") {
    CHECK(std::isnan(areas(series_of({formats::plates::missing}, std::vector<double>(6, 1)))[0]));
    const auto found = areas(ones({{0, 0}, {1, 0}, {2, 0}, {3, 0}}));
    CHECK(std::isnan(found[0]));
    CHECK(found[1] == 3);
}

TEST_CASE("the trait of a well without an area says why") {
    PlateData plate = six_wells("plate");
    plate.series.push_back(ones({{3, 1}}));
    plate.series.back().flags[6] = Flag::overflow;  // of well 0 at 1 h
    plate.series.back().values[6] = formats::plates::missing;
    std::vector<TraitOptions> traits(1);
    traits[0].name = "area";
    traits[0].readout = "od";
    traits[0].feature = Feature::auc;
    const std::vector<std::uint32_t> index{0};
    const std::vector<NamedReadout> readouts{{"od", plate.series[0].readout}};
    const PlateTraits found = MeasureTraits{traits, readouts, {}}({&plate, &index});
    CHECK(found.traits[0].flags[0] == Flag::overflow);
    CHECK(found.traits[0].flags[1] == unsupported);
    CHECK(found.traits[0].reasons[1] == window_not_covered);
    CHECK(found.traits[0].corrected[2] == 3);
}
