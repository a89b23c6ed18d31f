#include "pipeline/cell_store.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "pipeline/plate_collection.hpp"
#include "tests/pipeline/small_plate.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wellsieve;
using namespace wellsieve::pipeline;
using formats::plates::missing;
using wellsieve::tests::series_of;
using wellsieve::tests::six_wells;
using wellsieve::tests::TemporaryFolder;

namespace {

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

bool same(const ReadoutSeries& a, const ReadoutSeries& b) {
    return a.source == b.source && same_bits(a.times_s, b.times_s) &&
           same_bits(a.temperature_c, b.temperature_c) && same_bits(a.values, b.values) && a.flags == b.flags;
}

ReadoutSeries some_series() {
    ReadoutSeries series = series_of({0, 60}, {1, 2, 3, 4, 5, missing, 7, 8, 9, -0.0, 11, 12});
    series.temperature_c[1] = missing;
    series.flags[3] = absent;
    return series;
}

/// Two plates, one of two runs in two files, all in a collection that has room for `memory_bytes`.
PlateCollection collected(std::size_t memory_bytes, const std::filesystem::path& folder) {
    PlateCollection collection;
    collection.limit_memory(memory_bytes, folder);
    for (int run : {1, 0}) {
        PlateData plate = six_wells("P1");
        plate.series.push_back(
            series_of({3600.0 * run, 3600.0 * run + 60}, std::vector<double>(12, run + 1.0)));
        plate.series.back().source = "run" + std::to_string(run);
        plate.series.back().on_shared_clock = true;
        collection.add({{}, {plate}, {}});
    }
    PlateData plate = six_wells("P2");
    plate.series.push_back(some_series());
    collection.add({{}, {plate}, {}});
    collection.finish(nullptr, "");
    return collection;
}

}  // namespace

TEST_CASE("readings come back from a store as they were, each bit") {
    const TemporaryFolder folder;
    CellStore store(0, folder.path());
    ReadoutSeries series = some_series();
    store.keep(series);
    CHECK(series.stored);
    CHECK(series.values.empty());
    CHECK(series.readings() == 11);
    store.restore(series);
    CHECK_FALSE(series.stored);
    CHECK(same(series, some_series()));
}

TEST_CASE("a store keeps readings in memory until it is full, and makes no file before") {
    const TemporaryFolder folder;
    CellStore store(300, folder.path() / "later");
    ReadoutSeries first = some_series();  // 12 * 9 + 2 * 16 = 140 bytes
    ReadoutSeries second = some_series();
    store.keep(first);
    store.keep(second);
    CHECK_FALSE(first.stored);
    CHECK_FALSE(second.stored);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "later"));
    ReadoutSeries third = some_series();
    store.keep(third);
    CHECK(third.stored);
    CHECK(std::filesystem::exists(folder.path() / "later"));
}

TEST_CASE("plates are the same whatever room there is for their readings") {
    const TemporaryFolder folder;
    const PlateCollection roomy = collected(1'000'000, folder.path());
    for (std::size_t memory_bytes : {0, 150, 300}) {
        const PlateCollection tight = collected(memory_bytes, folder.path());
        REQUIRE(tight.plates.size() == 2);
        for (std::size_t p = 0; p < 2; ++p) {
            REQUIRE(tight.whole(p).series.size() == 1);
            CHECK(same(tight.whole(p).series[0], roomy.whole(p).series[0]));
            CHECK(tight.plates[p].series[0].readings() == roomy.plates[p].series[0].readings());
        }
    }
}
