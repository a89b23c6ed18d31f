#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "formats/plates/reader.hpp"
#include "tests/formats/reader_conformance.hpp"
#include "tests/support/workbook_builder.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;

namespace {

constexpr std::string_view two_blocks =
    "Plate 7\n"
    "OD600\n"
    "\t1\t2\t3\n"
    "A\t0.11\t0.12\t0.13\n"
    "B\t0.21\t0.22\t0.23\n"
    "\n"
    "485/520\n"
    "\t1\t2\t3\n"
    "A\t1100\t1200.5\t1300\n"
    "B\t2100\t2200\t2300\n";

PlateFile read(std::string text) {
    return read_plate_file(Document("plate.csv", std::move(text)));
}

}  // namespace

TEST_CASE("block: a plate with two readouts") {
    std::string comma(two_blocks);
    for (char& c : comma)
        c = c == '.' ? ',' : c;
    tests::check_reader({.reader = "block",
                         .sample = std::string(two_blocks),
                         .measurements = 12,
                         .cell = "2200",
                         .well = "B2",
                         .decimal_comma = comma});
    const PlateFile file = read(std::string(two_blocks));
    CHECK(file.plates.at(0).name == "7");
    CHECK(file.readouts.at(0).mode == Mode::absorbance);
    CHECK(file.readouts.at(0).wavelength_nm == 600);
    CHECK(file.readouts.at(1).mode == Mode::fluorescence);
    CHECK(file.readouts.at(1).excitation_nm == 485);
    CHECK(file.readouts.at(1).emission_nm == 520);
    CHECK(std::isnan(file.measurements.at(0).time_s));
}

TEST_CASE("block: a sheet of a workbook") {
    tests::check_reader({.reader = "block",
                         .sample = std::string(two_blocks),
                         .measurements = 12,
                         .cell = "2200",
                         .well = "B2",
                         .to_bytes = [](std::string_view text) {
                             return tests::make_workbook({tests::sheet_from_text("Sheet1", text)});
                         }});
}

TEST_CASE("block: the sheets of a workbook are plates, or readouts where their names say so") {
    constexpr std::string_view grid = "\t1\t2\nA\t5\t6\n";
    const PlateFile plates = read(
        tests::make_workbook({tests::sheet_from_text("North", grid), tests::sheet_from_text("South", grid)}));
    REQUIRE(plates.plates.size() == 2);
    CHECK(plates.plates[1].name == "South");
    const PlateFile readouts = read(
        tests::make_workbook({tests::sheet_from_text("OD600", grid), tests::sheet_from_text("A450", grid)}));
    CHECK(readouts.plates.size() == 1);
    REQUIRE(readouts.readouts.size() == 2);
    CHECK(readouts.readouts[1].wavelength_nm == 450);
}

TEST_CASE("block: one block a time") {
    const PlateFile file = read(
        "Time,0:00:00\n,1,2\nA,0.1,0.2\nB,0.3,0.4\n\n"
        "Time,0:15:00\n,1,2\nA,0.5,0.6\nB,0.7,0.8\n");
    REQUIRE(file.measurements.size() == 8);
    CHECK(file.plates.size() == 1);
    CHECK(file.readouts.size() == 1);
    CHECK(file.measurements[0].time_s == 0);
    CHECK(file.measurements[4].time_s == 900);
    CHECK(file.measurements[4].value == 0.5);
}

TEST_CASE("block: times without a unit get one from their steps, and the file says so") {
    const PlateFile file =
        read("t = 10\n,1,2\nA,0.1,0.2\n\nt = 15\n,1,2\nA,0.5,0.6\n\nt = 20\n,1,2\nA,0.5,0.6\n");
    CHECK(file.measurements.at(0).time_s == 600);
    CHECK(file.measurements.at(5).time_s == 1200);
    CHECK(file.metadata.at("time unit") == "not stated; taken as minutes from the steps between the times");
}

TEST_CASE("block: the title may stand in the corner, rows and columns may be few") {
    const PlateFile file = read("yield (mg/L),04,05,08\nC,1,2,3\nF,4,,6\n");
    CHECK(file.readouts.at(0).mode == Mode::analyte);
    CHECK(file.readouts.at(0).name == "yield");
    CHECK(file.readouts.at(0).unit == "mg/L");
    CHECK(well_name(file.measurements.at(2).well) == "C8");
    CHECK(well_name(file.measurements.at(4).well) == "F5");
    CHECK(file.measurements.at(4).flag == Flag::not_measured);
}

TEST_CASE("block: without a hint no mode is assumed") {
    const PlateFile file = read(",1,2\nA,1,2\n");
    CHECK(file.readouts.at(0).mode == Mode::analyte);
    CHECK(file.readouts.at(0).name == "value");
}

TEST_CASE("block: plates side by side, each under its own title") {
    const PlateFile file = read("Plate 1,,,,Plate 2,,\n,1,2,,,1,2\nA,1,2,,A,5,6\nB,3,4,,B,7,8\n");
    REQUIRE(file.plates.size() == 2);
    REQUIRE(file.measurements.size() == 8);
    CHECK(file.measurements[4].plate == 1);
    CHECK(file.measurements[7].value == 8);
    CHECK(file.rejects.empty());
}

TEST_CASE("block: notes beside and below a plate are set aside and named") {
    const PlateFile file = read(",1,2\nA,1,2,look here\nB,3,4\nchecked by nobody,\n");
    CHECK(file.measurements.size() == 4);
    REQUIRE(file.rejects.size() == 2);
    CHECK(file.rejects[0].place == "line 2, column 4");
    CHECK(file.rejects[1].place == "line 4");
}

TEST_CASE("block: rows past Z, written either way") {
    std::string text = ",1,2\n";
    for (const char* row : {"Y", "Z", "a", "f"})
        text += std::string(row) + ",1,2\n";
    const PlateFile lower = read(text);
    CHECK(well_name(lower.measurements.at(4).well) == "AA1");
    CHECK(well_name(lower.measurements.at(7).well) == "AF2");
    CHECK(well_name(read(",1,2\nZ,1,2\nAA,3,4\n").measurements.at(2).well) == "AA1");
}

TEST_CASE("block: a comma that may part thousands is refused, not guessed") {
    CHECK_THROWS_WITH(read(";1;2\nA;1,234;2,345\n"), Catch::Contains("well A1") && Catch::Contains("1,234"));
    CHECK(read(";1;2\nA;1,234;0,345\n").measurements.at(0).value == 1.234);
}
