#include "pipeline/reading_order.hpp"

#include <catch2/catch.hpp>

#include "formats/error.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;
using Catch::Matchers::Contains;

namespace {

PlateFile file_of(const std::vector<std::pair<int, double>>& column_and_time) {
    PlateFile file;
    file.plate("P1");
    Readout od;
    od.name = "od";
    file.readout(od);
    for (const auto& [column, time_s] : column_and_time) {
        Measurement m;
        m.well = {0, static_cast<std::uint16_t>(column)};
        m.time_s = time_s;
        m.value = 1;
        file.measurements.push_back(m);
    }
    return file;
}

void check(const PlateFile& file) {
    pipeline::check_times_ascend(file, number_reads(file), "a.txt");
}

}  // namespace

TEST_CASE("the clock of each well must not go back, and only its own counts") {
    CHECK_NOTHROW(check(file_of({{0, 0}, {0, 60}, {1, 0}, {1, 60}})));
    CHECK_NOTHROW(check(file_of({{0, missing}, {1, missing}})));
    CHECK_THROWS_WITH(check(file_of({{0, 0}, {0, 60}, {0, 30}})),
                      Contains("a.txt") && Contains("well A1") && Contains("from 60 s to 30 s"));
    CHECK_NOTHROW(check(file_of({{0, 60}, {0, 60}})));
}
