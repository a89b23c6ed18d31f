#include "formats/plates/well.hpp"

#include <catch2/catch.hpp>

using namespace wellsieve::formats::plates;

TEST_CASE("well names of every plate size read back as the same well") {
    for (std::uint32_t wells : {6u, 12u, 24u, 48u, 96u, 384u, 1536u}) {
        const PlateShape shape = standard_shape(wells).value();
        for (std::uint32_t i = 0; i < shape.wells(); ++i)
            REQUIRE(parse_well(well_name(shape.well(i))) == shape.well(i));
    }
}

TEST_CASE("wells are read in the ways that instruments write them") {
    CHECK(parse_well("A01") == Well{0, 0});
    CHECK(parse_well("h12") == Well{7, 11});
    CHECK(parse_well("AF48") == Well{31, 47});
    CHECK_FALSE(parse_well("AG1"));
    CHECK_FALSE(parse_well("A49"));
    CHECK_FALSE(parse_well("A0"));
    CHECK_FALSE(parse_well("A"));
    CHECK_FALSE(parse_well("12"));
    CHECK_FALSE(parse_well("A1B"));
}

TEST_CASE("the smallest standard plate that has a well") {
    CHECK(smallest_shape_with({0, 0}) == PlateShape{2, 3});
    CHECK(smallest_shape_with({0, 3}) == PlateShape{3, 4});
    CHECK(smallest_shape_with({7, 11}) == PlateShape{8, 12});
    CHECK(smallest_shape_with({8, 0}) == PlateShape{16, 24});
    CHECK(smallest_shape_with({31, 47}) == PlateShape{32, 48});
}
