#include "formats/plates/calibration.hpp"

#include <catch2/catch.hpp>

#include "formats/error.hpp"

using namespace wellsieve::formats;
using namespace wellsieve::formats::plates;

namespace {

Calibration calibration_of(std::string text) {
    return read_calibration(Document("calibration.csv", std::move(text)));
}

std::string refusal_of(std::string text) {
    try {
        calibration_of(std::move(text));
    } catch (const FormatError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a calibration's rows may stand in any order, with other columns beside them") {
    const Calibration found = calibration_of("dilution,True,measured\n1,1.7,0.9\n8,0,0\n4,0.5,0.5\n");
    CHECK(found.measured == std::vector<double>{0, 0.5, 0.9});
    CHECK(found.truth == std::vector<double>{0, 0.5, 1.7});
    CHECK(calibration_of("measured;actual\n0;0\n1;2\n").truth == std::vector<double>{0, 2});
}

TEST_CASE("a calibration that is none says where and why") {
    using Catch::Contains;
    CHECK_THAT(refusal_of(""), Contains("calibration.csv"));
    CHECK_THAT(refusal_of("measured,od\n0,0\n1,1\n"), Contains("true"));
    CHECK_THAT(refusal_of("measured,true\n0,0\n"), Contains("two rows"));
    CHECK_THAT(refusal_of("measured,true\n0,0\n1,much\n"),
               Contains("'much' is no number") && Contains("line 3"));
    CHECK_THAT(refusal_of("measured,true\n0,0\n1,\n"), Contains("'' is no number"));
    CHECK_THAT(refusal_of("measured,true\n0,0\n1,1\n1,2\n"), Contains("another row") && Contains("line 4"));
    CHECK_THAT(refusal_of("measured,true\n0,0\n2,1\n1,3\n"), Contains("not above") && Contains("line 3"));
}
