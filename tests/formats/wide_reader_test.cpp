#include <catch2/catch.hpp>
#include <string>

#include "formats/plates/reader.hpp"
#include "tests/formats/reader_conformance.hpp"
#include "tests/support/workbook_builder.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;

namespace {

PlateFile read(std::string text) {
    return read_plate_file(Document("curves.tsv", std::move(text)));
}

}  // namespace

TEST_CASE("wide: a row a time, two readouts below each other") {
    const std::string text =
        "OD600\n"
        "Time [h]\tT [°C]\tA1\tB2\n"
        "0\t37.1\t0.101\t0.102\n"
        "0.25\t37.2\t0.111\t0.112\n"
        "0.5\t37\t0.121\t0.122\n"
        "\n"
        "485/520\n"
        "Time [h]\tT [°C]\tA1\tB2\n"
        "0\t37\t1001\t1002\n"
        "0.25\t37.1\t1011\t1012\n";
    std::string comma = text;
    for (char& c : comma)
        c = c == '.' ? ',' : c;
    tests::check_reader({.reader = "wide",
                         .sample = text,
                         .measurements = 10,
                         .cell = "0.112",
                         .well = "B2",
                         .decimal_comma = comma});
    const PlateFile file = read(text);
    CHECK(file.readouts.at(0).wavelength_nm == 600);
    CHECK(file.readouts.at(1).emission_nm == 520);
    CHECK(file.measurements.at(2).time_s == 900);
    CHECK(file.measurements.at(2).temperature_c == 37.2);
    CHECK(file.metadata.empty());
}

TEST_CASE("wide: a row a well") {
    tests::check_reader({.reader = "wide",
                         .sample = "well,0 min,15 min,30 min\nA1,1.5,2.5,3.5\nH12,4.5,5.5,6.5\n",
                         .measurements = 6,
                         .cell = "5.5",
                         .well = "H12",
                         .delimiter = ','});
    const PlateFile file = read("well;0:00:00;0:20:00\nA1;1,5;2,5\nH12;4,5;5,5\n");
    CHECK(file.measurements.at(3).time_s == 1200);
    CHECK(file.measurements.at(3).value == 5.5);
}

TEST_CASE("wide: a sheet of a workbook with times as durations") {
    const PlateFile file = read(
        tests::make_workbook({tests::sheet_from_text("OD600", "Time\tA1\tA2\nd0.5d\t1\t2\nd1.5d\t3\t4\n")}));
    CHECK(file.measurements.at(0).time_s == 12 * 3600);
    CHECK(file.measurements.at(3).time_s == 36 * 3600);
}

TEST_CASE("wide: the unit of the time comes from the header, the cell, or the steps") {
    CHECK(read("time_min\tA1\n0\t1\n30\t2\n").measurements.at(1).time_s == 1800);
    CHECK(read("Time (s)\tA1\n0\t1\n30\t2\n").measurements.at(1).time_s == 30);
    CHECK(read("hours\tA1\n0\t1\n30\t2\n").measurements.at(1).time_s == 108000);
    CHECK(read("Time (hh:mm:ss)\tA1\n0:00:00\t1\n26:00:30\t2\n").measurements.at(1).time_s == 93630);
    CHECK(read("Time\tA1\n0 h\t1\n1.5 h\t2\n").measurements.at(1).time_s == 5400);
    const PlateFile steps = read("Time\tA1\n0\t1\n600\t2\n1200\t3\n");
    CHECK(steps.measurements.at(1).time_s == 600);
    CHECK(steps.metadata.at("time unit") == "not stated; taken as seconds from the steps between the times");
}

TEST_CASE("wide: curves without a well get one each in their order and keep their names") {
    const PlateFile file = read(
        "time_h\tblank\twild type\tmutant\tdouble\n"
        "\t1\t1\t2\t2\n"
        "0\t0.1\t0.2\t0.3\t0.4\n");
    REQUIRE(file.measurements.size() == 4);
    CHECK(well_name(file.measurements[3].well) == "B1");  // 2 x 3 holds four
    CHECK(file.samples.at({0, Well{1, 0}}) == "double|2");
}

TEST_CASE("wide: a column that is no well among wells is set aside") {
    const PlateFile file = read("Cycle,Time_s,A1,A2,mean\n1,0,5,6,5.5\n2,60,7,8,7.5\n");
    CHECK(file.measurements.size() == 4);
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].reason == "'mean' is not a well");
}

TEST_CASE("wide: the plate may stand in a column, and a line that has no time is refused") {
    const PlateFile file = read("Plate,Time_s,A1\nP1,0,5\nP1,60,6\nP2,0,7\n");
    REQUIRE(file.plates.size() == 2);
    CHECK(file.measurements.at(2).plate == 1);
    CHECK_THROWS_WITH(read("Time_s,A1,A2\n0,1,2\n1x0,3,4\n"),
                      Catch::Contains("line 3, column 1: '1x0' is not a time"));
}
