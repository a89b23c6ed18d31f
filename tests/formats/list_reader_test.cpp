#include <catch2/catch.hpp>
#include <string>

#include "formats/plates/reader.hpp"
#include "tests/formats/reader_conformance.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;

TEST_CASE("list: plate, well and value without a header") {
    tests::check_reader({.reader = "list",
                         .sample = "P7\tA01\t1500\n"
                                   "P7\tA02\t1630.5\n"
                                   "P7\tP24\t1711\n"
                                   "P8\tA01\t99\n",
                         .measurements = 4,
                         .cell = "1711",
                         .well = "P24",
                         .decimal_comma = "P7;A01;1500\nP7;A02;1630,5\nP7;P24;1711\nP8;A01;99\n"});
}

TEST_CASE("list: a plate may be called like a well, or not at all") {
    const PlateFile named = read_plate_file(Document("a.txt", "P1,A1,5\nP1,A2,6\n"));
    CHECK(named.plates.at(0).name == "P1");
    CHECK(well_name(named.measurements.at(1).well) == "A2");
    const PlateFile unnamed = read_plate_file(Document("a.txt", "A1 \t 5\nH12\t6\n"));
    CHECK(unnamed.plates.at(0).name == "1");
    CHECK(unnamed.readouts.at(0).name == "value");
    CHECK(unnamed.shape(0) == PlateShape{8, 12});
}

TEST_CASE("list: a line that starts with no well is named") {
    CHECK_THROWS_WITH(read_plate_file(Document("a.txt", "A1\t5\nA2\t6\nmean\t5.5\n"), "list"),
                      Catch::Contains("a.txt: line 3, column 1: 'mean' is not a well"));
}
