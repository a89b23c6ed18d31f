#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "tests/formats/reader_conformance.hpp"
#include "tests/support/readings.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;

namespace {

/// One measurement document: where, what (a "key": value pair), and more members.
std::string measurement(std::string_view well, std::string_view what, std::string_view control,
                        std::string_view more = "", std::string_view plate = "P1") {
    return fmt::format(R"({{"device control aggregate document": {{"device control document": [{{{}}}]}},
 "sample document": {{"location identifier": "{}", "sample identifier": "s {}", "well plate identifier": "{}"}},
 {}{}}})",
                       control, well, well, plate, what, more);
}

std::string document(std::initializer_list<std::string> measurements, std::string_view more = "") {
    std::string all;
    for (const std::string& m : measurements)
        all += (all.empty() ? "" : ",\n") + m;
    return fmt::format(R"({{"$asm.manifest": "http://purl.allotrope.org/manifests/plate-reader/REC/2025/03/x",
"plate reader aggregate document": {{{}
"device system document": {{"model number": "Reader 9"}},
"plate reader document": [{{"measurement aggregate document": {{
 "plate well count": {{"value": 96, "unit": "#"}},
 "measurement document": [
{}
]}}}}]}}}}
)",
                       more, all);
}

constexpr std::string_view od_control =
    R"("device type": "plate reader", "detection type": "Absorbance", "detector wavelength setting": {"value": 600, "unit": "nm"})";

std::string od(std::string_view well, std::string_view value, std::string_view more = "",
               std::string_view plate = "P1") {
    return measurement(well, fmt::format(R"("absorbance": {{"value": {}, "unit": "mAU"}})", value),
                       od_control, more, plate);
}

constexpr std::string_view failed =
    R"(, "error aggregate document": {"error document": [{"error": "OVRFLW", "error feature": "absorbance"}]})";

}  // namespace

TEST_CASE("asm: endpoint") {
    tests::check_reader({.reader = "asm",
                         .sample = document({od("A1", "0.25"), od("H12", "0.4375")}),
                         .measurements = 2,
                         .cell = "0.4375",
                         .well = "H12",
                         .trailing_delimiters = false,
                         .bad_token_in_file = "\"0.3x7\"",
                         .bad_token_place = "plate reader document 1, measurement document 2",
                         .known_token_in_file = "\"OVRFLW\"",
                         .may_be_empty = false});
    const PlateFile file = tests::read_sample(document({od("A01", "0.25")}));
    CHECK(file.plates.at(0).name == "P1");
    CHECK(file.shape(0) == PlateShape{8, 12});
    CHECK(file.readouts.at(0).wavelength_nm == 600);
    CHECK(file.readouts.at(0).unit == "AU");
    CHECK(file.samples.at({0, Well{0, 0}}) == "s A01");
    CHECK(file.metadata.at("model number") == "Reader 9");
}

TEST_CASE("asm: -0.0 is missing with an error document, and a reading without") {
    const PlateFile file =
        tests::read_sample(document({od("A1", "-0.0", failed), od("A2", "-0.0"), od("A3", "null")}));
    REQUIRE(file.measurements.size() == 3);
    CHECK(file.measurements[0].flag == Flag::overflow);
    CHECK(file.flag_texts.at(0) == "OVRFLW");
    CHECK(file.measurements[1].flag == Flag::none);
    CHECK(std::signbit(file.measurements[1].value));
    CHECK(file.measurements[2].flag == Flag::not_measured);
}

TEST_CASE("asm: the error of a calculated value is not the reading's") {
    constexpr std::string_view calculated =
        R"("calculated data aggregate document": {"calculated data document": [{"calculated data name": "Conc"}]},)";
    constexpr std::string_view error =
        R"(, "error aggregate document": {"error document": [{"error": "?????", "error feature": "Conc"}]})";
    const PlateFile file = tests::read_sample(document({od("A1", "-0.0", error)}, calculated));
    CHECK(file.measurements.at(0).flag == Flag::none);
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].reason == "1 calculated values");
}

TEST_CASE("asm: kinetic and spectrum cubes") {
    constexpr std::string_view kinetic = R"("absorption profile data cube": {"cube-structure": {
 "dimensions": [{"concept": "elapsed time", "unit": "min"}], "measures": [{"concept": "absorbance", "unit": "mAU"}]},
 "data": {"dimensions": [[0, 1.5]], "measures": [[0.1, null]]}})";
    const PlateFile curve = tests::read_sample(document({measurement("B2", kinetic, od_control)}));
    CHECK(tests::times_s(curve, "B2") == std::vector<double>{0, 90});
    CHECK(tests::readings(curve, "B2") == "0.1 not measured");

    // The concept says absorbance, the detector fluorescence: the detector is right.
    constexpr std::string_view spectrum = R"("fluorescence emission spectrum data cube": {"cube-structure": {
 "dimensions": [{"concept": "wavelength", "unit": "nm"}], "measures": [{"concept": "absorbance", "unit": "mAU"}]},
 "data": {"dimensions": [[500, 510.5]], "measures": [[7, -0.0]]}})";
    constexpr std::string_view error =
        R"(, "error aggregate document": {"error document": [{"error": "MISSED", "error feature": "510.5nm"}]})";
    const PlateFile dye = tests::read_sample(document({measurement(
        "B2", spectrum,
        R"("detection type": "Fluorescence", "excitation wavelength setting": {"value": 280, "unit": "nm"})",
        error)}));
    REQUIRE(dye.readouts.size() == 2);
    CHECK(dye.readouts[1].mode == Mode::fluorescence);
    CHECK(dye.readouts[1].excitation_nm == 280);
    CHECK(dye.readouts[1].emission_nm == 510.5);
    CHECK(dye.measurements.at(1).flag == Flag::missed);
}

TEST_CASE("asm: rows past Z, and plates in the order of their names") {
    const PlateFile rows = tests::read_sample(document({od("Y1", "0.1"), od("e48", "0.2")}));
    CHECK(well_name(rows.measurements.at(1).well) == "AE48");
    CHECK(well_name(tests::read_sample(document({od("e4", "0.2")})).measurements.at(0).well) == "E4");
    const PlateFile plates =
        tests::read_sample(document({od("A1", "0.1", "", "P2"), od("A1", "0.2", "", "P1")}));
    CHECK(plates.plates.at(0).name == "P1");
    CHECK(plates.measurements.at(0).value == 0.2);
}

TEST_CASE("asm: what is no plate reader's model, or no JSON, is refused with its place") {
    CHECK_THROWS_WITH(tests::read_sample(document({od("A1", "0.1")}).substr(0, 300), "asm"),
                      Catch::Contains("sample: line ") && Catch::Contains("is not JSON"));
    CHECK_THROWS_WITH(tests::read_sample(R"({"solution analyzer aggregate document": {}})"),
                      Catch::Contains("no reader recognises"));
    CHECK_THROWS_WITH(
        tests::read_sample(document({od("Z99", "0.1")})),
        Catch::Contains("plate reader document 1, measurement document 1: 'Z99' is not a well"));
}
