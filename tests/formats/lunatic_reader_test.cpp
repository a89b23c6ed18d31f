#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "tests/formats/reader_conformance.hpp"
#include "tests/support/readings.hpp"
#include "tests/support/workbook_builder.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;

TEST_CASE("lunatic: a table alone") {
    tests::check_reader(
        {.reader = "lunatic",
         .sample = "Plate ID,Plate Position,Sample name,Background (A260),A260,A260/A280,A280,Date\n"
                   "P9,A1,water,0.05,-0.00,N/A,0.01,17/10/2026\n"
                   "P9,H12,DNA,0.07,2.03,1.84,1.1,17/10/2026\n",
         .measurements = 4,
         .cell = "2.03",
         .well = "H12",
         .delimiter = ',',
         .known_token = "N/A",
         .known_token_in_file = "N/A",
         .flag = Flag::not_measured});
}

TEST_CASE("lunatic: -0.00 is a reading, N/A is none") {
    const PlateFile file = tests::read_sample(
        "Plate ID,Plate Position,Sample name,A260 "
        "(10mm),Application\nP9,A1,water,-0.00,x\nP9,B1,water,N/A,x\n");
    REQUIRE(file.measurements.size() == 2);
    CHECK(file.measurements[0].flag == Flag::none);
    CHECK(std::signbit(file.measurements[0].value));
    CHECK(file.measurements[1].flag == Flag::not_measured);
    CHECK(file.readouts.at(0).wavelength_nm == 260);
    CHECK(file.samples.at({0, Well{1, 0}}) == "water");
}

TEST_CASE("lunatic: a report with a header, and column names on two lines") {
    const PlateFile text = tests::read_sample(
        "Report,,,\nInfo,,,\nInstrument,123,,\n,,,\nTable,,,\n"
        "Plate ID,\"Plate\r\nPosition\",Sample name,A260\nP1,A1,one,3.65\nP2,B1,,3.66\n");
    CHECK(text.plates.size() == 2);
    CHECK(text.metadata.at("Instrument") == "123");
    CHECK(tests::readings(text, "B1", 0, 1) == "3.66");

    const PlateFile sheet = tests::read_sample(tests::make_workbook({{"Report",
                                                                      {{"A1", "Report"},
                                                                       {"A3", "Plate ID"},
                                                                       {"B3", "Plate\nPosition"},
                                                                       {"C3", "Sample name"},
                                                                       {"D3", "A280"},
                                                                       {"A4", "P1"},
                                                                       {"B4", "C3"},
                                                                       {"C4", "protein"},
                                                                       {"D4", 0.75}}}}));
    CHECK(tests::readings(sheet, "C3") == "0.75");
}

TEST_CASE("lunatic: a table without a wavelength is refused") {
    CHECK_THROWS_WITH(
        tests::read_sample("Plate ID,Plate Position,Sample name,Concentration\nP9,A1,water,5\n"),
        Catch::Contains("line 1: there is no absorbance column, such as 'A260'"));
}
