#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "tests/formats/reader_conformance.hpp"
#include "tests/support/readings.hpp"
#include "tests/support/workbook_builder.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;

namespace {

constexpr std::string_view absorbance =
    "Measurement results\n"
    "growth.skax\n"
    "5/30/2025 12:13:57 PM\n"
    "\n"
    "Absorbance 1\n"
    "Wavelength: 260 nm\n"
    "\n"
    "Plate 1\n"
    "\n"
    "Abs\t1.0\t2.0\t3.0\t\t\tUT\tNaN\n"
    "A\t0.11\t0.12\t\t\t\tdoubtful\t7\n"
    "B\t0.21\t0.22\t0.23\n"
    "\n"
    "Wavelength: 280 nm\n"
    "\n"
    "Plate 1\n"
    "\n"
    "Abs\t1.0\t2.0\t3.0\n"
    "A\t1.11\t1.12\t1.13\n"
    "B\t1.21\t1.22\t1.23\n"
    "\n"
    "Sample\t1.0\t2.0\t3.0\n"
    "A\tBlank1\tUn0001\tUn0002\n"
    "B\tBlank1\tUn0001\tUn0002\n"
    "\n"
    "Wavelength: 260 nm\n"
    "\n"
    "Plate 2\n"
    "\n"
    "Abs\t1.0\t2.0\n"
    "A\t2.11\t2.12\n"
    "Autoloading range A1 - M28\n";

tests::Sheet session() {
    return tests::sheet_from_text("Session information",
                                  "Session information\n\n\tSession name\t\t\tgrowth.skax\n");
}

std::string workbook(std::string_view text) {
    return tests::make_workbook({tests::sheet_from_text("Absorbance 1_01", text), session()});
}

}  // namespace

TEST_CASE("skanit: two wavelengths and two plates on a sheet") {
    tests::check_reader({.reader = "skanit",
                         .sample = std::string(absorbance),
                         .measurements = 14,
                         .cell = "1.22",
                         .well = "B2",
                         .to_bytes = workbook});
    const PlateFile file = tests::read_sample(workbook(absorbance));
    REQUIRE(file.plates.size() == 2);
    CHECK(file.plates[1].name == "Plate 2");
    REQUIRE(file.readouts.size() == 2);
    CHECK(file.readouts[0].wavelength_nm == 260);
    CHECK(file.readouts[1].wavelength_nm == 280);
    CHECK(tests::readings(file, "A3") == "not measured");
    CHECK(tests::readings(file, "A1", 0, 1) == "2.11");
    CHECK(file.samples.at({0, Well{1, 2}}) == "Un0002");
    CHECK(file.metadata.at("Session name") == "growth.skax");
}

TEST_CASE("skanit: calculations are set aside, each under its title") {
    const PlateFile file = tests::read_sample(tests::make_workbook(
        {tests::sheet_from_text("Absorbance 1_01", absorbance),
         tests::sheet_from_text(
             "Blank Subtraction 1_02",
             "Measurement results\n\n\nBlank Subtraction 1\nPlate 1\nBlank subtracted\t1\t2\n"
             "A\t0.01\tNaN\n"),
         session()}));
    CHECK(file.measurements.size() == 14);
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].place == "sheet 'Blank Subtraction 1_02', row 6");
    CHECK(file.rejects[0].reason == "'Blank subtracted' is no measured value");
}

TEST_CASE("skanit: luminescence at 0 nm has no filter, fluorescence has two wavelengths") {
    const PlateFile light = tests::read_sample(tests::make_workbook(
        {tests::sheet_from_text(
             "Luminescence 1_01",
             "Measurement results\n\nLuminescence 1\nWavelength: 0 nm\nPlate 1\nRLU\t1\t2\nA\t5\t6\n"),
         session()}));
    CHECK(light.readouts.at(0).mode == Mode::luminescence);
    CHECK(std::isnan(light.readouts.at(0).emission_nm));
    const PlateFile dye = tests::read_sample(tests::make_workbook(
        {tests::sheet_from_text(
             "Fluorescence 1_01",
             "Measurement results\n\nFluorescence 1\nEx: 485 nm, Em: 520 nm\nPlate 1\nRFU\t1\t2\n"
             "A\t5\t6\n"),
         session()}));
    CHECK(dye.readouts.at(0).mode == Mode::fluorescence);
    CHECK(dye.readouts.at(0).excitation_nm == 485);
    CHECK(dye.readouts.at(0).emission_nm == 520);
}

TEST_CASE("skanit: a list of wells with times") {
    const PlateFile file = tests::read_sample(tests::make_workbook(
        {tests::sheet_from_text("Absorbance 1_01",
                                "Measurement results\n\nAbsorbance 1\nWavelength: 600 nm\n\n"
                                "Plate\tWell\tSample\tAbs\tMeas. Time [s]\n"
                                "P1\tA01\tUn1\t0.1\t0\nP1\tA02\tUn2\t0.2\t0\nP1\tA01\tUn1\t0.3\t60\n"),
         session()}));
    CHECK(tests::readings(file, "A1") == "0.1 0.3");
    CHECK(tests::times_s(file, "A1") == std::vector<double>{0, 60});
    CHECK(file.plates.at(0).name == "P1");
    CHECK(file.readouts.at(0).wavelength_nm == 600);
}

TEST_CASE("skanit: a wavelength that is none is refused") {
    CHECK_THROWS_WITH(
        tests::read_sample(workbook(tests::with_replaced(
            "Measurement results\n\nAbsorbance 1\nWavelength: 260 nm\nPlate 1\nAbs\t1\nA\t5\n", "260 nm",
            "260 nh: 260 nm"))),
        Catch::Contains("'Wavelength: 260 nh: 260 nm' is no wavelength of the step 'Absorbance 1'"));
}

TEST_CASE("skanit: a report as text keeps steps and wavelengths") {
    const std::string text =
        "Session information\n\nSession name\tgrowth.skax\n\nMeasurement results\n\nAbsorbance 1\n"
        "Wavelength: 260 nm\n\nPlate 1\n\nAbs\t1\t2\nA\t0.11\t0.12\nB\t0.21\t0.22\n\nWavelength: 280 nm\n\n"
        "Plate 1\n\nAbs\t1\t2\nA\t1.11\t1.12\nB\t1.21\t1.22\n\nSample\t1\t2\nA\tBlank1\tUn0001\n"
        "B\tBlank1\tUn0002\n\nMeasurement results\n\nBlank Subtraction 1\nPlate 1\nBlank subtracted\t1\t2\n"
        "A\t0.01\t0.02\n\nMeasurement results\n\nFluorescence 1\nEx: 485 nm, Em: 520 nm\nPlate 1\nRFU\t1\t2\n"
        "A\t512\t611\nB\t713\t814\n";
    tests::check_reader(
        {.reader = "skanit", .sample = text, .measurements = 12, .cell = "1.22", .well = "B2"});
    const PlateFile file = tests::read_sample(text);
    REQUIRE(file.readouts.size() == 3);
    CHECK(file.readouts[0].wavelength_nm == 260);
    CHECK(file.readouts[1].wavelength_nm == 280);
    CHECK(file.readouts[0].name == "Absorbance 1");
    CHECK(file.readouts[2].excitation_nm == 485);
    CHECK(file.readouts[2].emission_nm == 520);
    CHECK(file.samples.at({0, Well{1, 1}}) == "Un0002");
    CHECK(file.metadata.at("Session name") == "growth.skax");
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].reason == "'Blank subtracted' is no measured value");
    std::string commas = text;
    std::replace(commas.begin(), commas.end(), '\t', ',');
    CHECK(tests::difference(tests::read_sample(commas), file).empty());
}

TEST_CASE("skanit: lists of wells as text, under their step and on their own") {
    const std::string list =
        "Plate\tWell\tSample\tWavelength [nm]\tAbs\tMeas. Time [s]\n"
        "P1\tA01\tUn1\t600\t0.1\t0\nP1\tA02\tUn2\t600\t0.2\t0\nP1\tA01\tUn1\t600\t0.3\t60\n"
        "P1\tA02\tUn2\t600\t0.4\t60\n";
    for (const std::string& text : {"Measurement results\n\nAbsorbance 1\n\n" + list, list}) {
        const PlateFile file = tests::read_sample(text);
        REQUIRE(file.readouts.size() == 1);
        CHECK(file.readouts[0].mode == Mode::absorbance);
        CHECK(file.readouts[0].wavelength_nm == 600);
        CHECK(tests::readings(file, "A1") == "0.1 0.3");
        CHECK(tests::times_s(file, "A2") == std::vector<double>{0, 60});
        CHECK(file.samples.at({0, Well{0, 1}}) == "Un2");
    }
}
