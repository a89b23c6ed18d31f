#include <catch2/catch.hpp>
#include <string>

#include "formats/plates/reader.hpp"
#include "tests/formats/reader_conformance.hpp"
#include "tests/support/readings.hpp"

using namespace wellsieve::formats::plates;
using Catch::Matchers::Contains;
using wellsieve::tests::check_optics;
using wellsieve::tests::read_sample;
using wellsieve::tests::readings;
using wellsieve::tests::times_s;

namespace {

const std::string blocks =
    "##BLOCKS= 9\nNote:\nA protocol; with commas, and, more commas, to mislead\n~End\n";

/// The line of an absorbance plate of 6 wells, all of them read.
std::string absorbance(const std::string& format, const std::string& wavelengths,
                       const std::string& type = "Raw") {
    const auto count = std::to_string(std::count(wavelengths.begin(), wavelengths.end(), ' ') + 1);
    return "Plate:\tP1\t1.3\t" + format + "\tEndpoint\tAbsorbance\t" + type + "\tFALSE\t1\t\t\t\t\t\t" +
           count + "\t" + wavelengths + " \t1\t3\t6\t1\t2\n";
}

const std::string kinetic =
    "Plate:\tK\t1.3\tPlateFormat\tKinetic\tFluorescence\tFALSE\tRaw\tFALSE\t2\t90\t90\t\t\t\t2\t525 "
    "525\t1\t3\t6\t485 "
    "485\tAutomatic\t515 515\t\t\t6\tMedium\t\t\t1\t2\n"
    "\tTemperature(\xC2\xB0"
    "C)\t1\t2\t3\t\t1\t2\t3\n"
    "00:00:00\t35\t1\t2\t3\t\t4\t5\t6\n\t\t7\t8\t9\t\t10\t11\t12\n\n"
    "00:01:30\t35.5\t21\t22\t23\t\t24\t25\t26\n\t\t27\t28\t29\t\t30\t31\t32\n\n"
    "\t\t1\t2\t3\n\t\t0.5\t0.5\t0.5\n\t\t0.5\t0.5\t0.5\n~End\n";

}  // namespace

TEST_CASE("SoftMax: several wavelengths side by side; reduced values, notes and groups are none of them") {
    const auto file = read_sample(blocks + absorbance("PlateFormat", "450 650") +
                                  "\tTemperature(\xC2\xB0"
                                  "C)\t1\t2\t3\t\t1\t2\t3\t\n\t24.5\t0.1\t0.2\t0.3\t\t1.1\t1.2\t1."
                                  "3\t\n\t\tPath?\t0,5\t0.6\t\t1.4\tMasked\t\t\n\n"
                                  "\t\t1\t2\t3\n\t\t9\t9\t9\n\t\t9\t9\t9\n~End \n"
                                  "Group: Unknowns\nSample\tWells\tValue\tMean\nYeast\tA1\t0.1\t0.2\n "
                                  "\tB1\t0.3\t \nMould\tA2\t0.3\t0.3\n\n~End\n"
                                  "Original Filename: screen; Date Last Saved: 1/9/2026 2:23:07 PM\n");
    REQUIRE(file.readouts.size() == 2);
    check_optics(file.readouts[1], Mode::absorbance, 650, missing, missing);
    CHECK(file.measurements.size() == 12);
    CHECK(readings(file, "A1") == "0.1");
    CHECK(file.measurements[0].temperature_c == 24.5);
    CHECK(readings(file, "B1") == "error");
    CHECK(readings(file, "B2") == "0.5");
    CHECK(readings(file, "B2", 1) == "masked");
    CHECK(readings(file, "B3", 1) == "not measured");
    CHECK(file.plates[0].shape == PlateShape{2, 3});
    CHECK(file.samples.at({0, {1, 0}}) == "Yeast");
    CHECK(file.samples.at({0, {0, 1}}) == "Mould");
    CHECK(file.metadata.at("original file") == "screen");
    CHECK(file.metadata.at("last saved") == "1/9/2026 2:23:07 PM");
}

TEST_CASE("SoftMax: wells across with the wavelengths side by side are as those below each other") {
    const std::string wells = "A1\tA2\tA3\tB1\tB2\tB3";
    const auto file = read_sample(
        blocks + absorbance("TimeFormat", "600 700") + "\tTemperature(\xC2\xB0" + "C)\t" + wells + "\t\t" +
        wells + "\n\t24.5\t0.1\t0.2\t0.3\t0.4\t0.5\t0.6\t\t1.1\t1.2\t1.3\t1.4\t1.5\t1.6\n\n~End\n");
    REQUIRE(file.readouts.size() == 2);
    check_optics(file.readouts[1], Mode::absorbance, 700, missing, missing);
    CHECK(file.measurements.size() == 12);
    CHECK(readings(file, "B3") == "0.6");
    CHECK(readings(file, "B3", 1) == "1.6");
}

TEST_CASE("SoftMax: fluorescence shifts the plate's line by one cell; reads of the same filters keep apart") {
    const auto file = read_sample("##BLOCKS= 1\n" + kinetic);
    REQUIRE(file.readouts.size() == 2);
    check_optics(file.readouts[0], Mode::fluorescence, missing, 485, 525);
    CHECK(file.readouts[0].name == "read 1");
    CHECK(file.readouts[1].name == "read 2");
    CHECK(readings(file, "B3") == "9 29");
    CHECK(readings(file, "B3", 1) == "12 32");
    CHECK(times_s(file, "B3", 1) == std::vector<double>{0, 90});
    CHECK(file.measurements.back().temperature_c == 35.5);
}

TEST_CASE("SoftMax: an unfinished kinetic run keeps what was read and says what was not") {
    std::string text = kinetic;
    text.replace(text.find("FALSE\t2\t90"), 10, "FALSE\t5\t90");
    const auto file = read_sample(text);
    CHECK(file.measurements.size() == 24);
    REQUIRE(file.rejects.size() == 2);
    CHECK(file.rejects[0].reason == "reduced values are calculated");
    CHECK(file.rejects[1].reason == "3 of 5 planned reads were not taken");
    text.erase(text.find("\n\n\t\t1"));
    CHECK_THROWS_WITH(read_sample(text), Contains("2 of 5 reads") && Contains("~End"));
}

TEST_CASE("SoftMax: wells across, one line a wavelength, with and without values") {
    const std::string head =
        "\tTemperature(\xC2\xB0"
        "C)\tA1\tA2\tA3\tB1\tB2\tB3\t\n";
    const std::string second = absorbance("TimeFormat", "450 650");
    const auto file = read_sample(
        absorbance("TimeFormat", "450 650") + head +
        "\tNaN\t1\t2\t3\t4\t5\t6\t\n\t\t\n\t0\t11\t12\t13\t14\t15\t16\t\n\n\t\tA1\tA2\tA3\tB1\tB2\tB3\n"
        "\t\t9\t9\t9\t9\t9\t9\n~End\n" +
        second.substr(0, 7) + "P2" + second.substr(9) + head + "\n\n~End\n");
    CHECK(file.measurements.size() == 12);
    CHECK(readings(file, "B1") == "4");
    CHECK(readings(file, "B1", 1) == "14");
    CHECK(std::isnan(file.measurements[0].temperature_c));
    CHECK(file.plates.size() == 1);
    REQUIRE(file.rejects.size() == 2);
    CHECK(file.rejects[1].reason == "the plate was not read");
}

TEST_CASE("SoftMax: spectra and scans within the wells") {
    const auto spectrum = read_sample(
        "Plate:\tS\t1."
        "3\tPlateFormat\tSpectrum\tAbsorbance\tRaw\tFALSE\t2\t\t\t525\t527\t2\t\t\t1\t3\t6\t1\t2\n"
        "\tTemperature(C)\t1\t2\t3\n525\t26\t1\t2\t3\n\t\t4\t5\t6\n\n527\t26\t7\t8\t9\n\t\t10\t11\t12\n~"
        "End\n");
    REQUIRE(spectrum.readouts.size() == 2);
    check_optics(spectrum.readouts[1], Mode::absorbance, 527, missing, missing);
    CHECK(readings(spectrum, "B2", 1) == "11");
    const auto scan = read_sample(
        "Plate:\tW\t1.3\tPlateFormat\tWell Scan\tTime Resolved\tFALSE\tRaw\tFALSE\t2\tX\t3\t\t\t\t1\t525 "
        "\t1\t3\t6\t485 "
        "\tAutomatic\t515 \t\t\t20\tAutomatic\t50\t850\t1\t2\n"
        "\tTemperature(C)\t1\t2\t3\n1\t26\t1\t2\t3\n\t\t4\t5\t6\n\n2\t26\t7\t8\t9\n\t\t10\t11\t12\n~End\n");
    CHECK(readings(scan, "B2") == "5 11");
    CHECK(std::isnan(scan.measurements[0].time_s));
}

TEST_CASE("SoftMax: a region of the plate, with and without its surroundings") {
    const std::string line =
        "Plate:\tR\t1.3\tPlateFormat\tEndpoint\tLuminescence\tRaw\tFALSE\t1\t\t\t\t\t\t1\t0 "
        "\t1\t2\t24\t\t\t\t\t\t1"
        "\t\t\t\t2\t2\n\tTemperature(C)\t1\t2\t3\t4\t5\t6\n";
    const auto whole =
        read_sample(line + "\t\t\t\t\t\t\t\n\t22\t1\t2\t\t\t\t\n\t\t3\t4\t\t\t\t\n\t\t\t\t\t\t\t\n~End\n");
    CHECK(whole.measurements.size() == 24);
    CHECK(readings(whole, "B1") == "1");
    CHECK(readings(whole, "C2") == "4");
    CHECK(whole.measurements[6].temperature_c == 22);
    CHECK(std::isnan(whole.readouts[0].emission_nm));
    const auto alone = read_sample(line + "\t22\t1\t2\n\t\t3\t4\n~End\n");
    CHECK(readings(alone, "B1") == "1");
    CHECK(readings(alone, "C2") == "4");
}

TEST_CASE("SoftMax: reduced values are taken only where the file has no others") {
    const std::string reduced =
        absorbance("PlateFormat", "450", "Reduced") + "\t\t1\t2\t3\n\t\t1\t2\t3\n\t\t4\t5\tRange?\n~End\n";
    const auto file = read_sample(reduced);
    CHECK(file.readouts[0].name == "Reduced");
    CHECK(file.readouts[0].unit.empty());
    CHECK(readings(file, "B2") == "5");
    CHECK(readings(file, "B3") == "error");
    CHECK(read_sample(reduced + kinetic).measurements.size() == 24);
}

TEST_CASE("SoftMax: plates of the same name stay two, and come in the order of their names") {
    const auto file = read_sample(kinetic + absorbance("PlateFormat", "450") +
                                  "\tTemperature\t1\t2\t3\n\t\t1\t2\t3\n\t\t4\t5\t6\n~End\n" + kinetic);
    REQUIRE(file.plates.size() == 3);
    CHECK(file.plates[0].name == "K");
    CHECK(file.plates[1].name == "K (2)");
    CHECK(file.plates[2].name == "P1");
}

TEST_CASE("SoftMax: what cannot be read is refused with its place") {
    const std::string head = "\tTemperature(C)\t1\t2\t3\n";
    const std::string plate = absorbance("PlateFormat", "450");
    CHECK_THROWS_WITH(read_sample(plate + head + "\t\t1\t2\t3\n\n\n~End\n"),
                      Contains("line 3") && Contains("1 row here, not 2"));
    CHECK_THROWS_WITH(read_sample(plate + head + "\t\t1\t2\t3\n\t\t4\t5\n~End\n"),
                      Contains("line 4") && Contains("2 values, not 3"));
    CHECK_THROWS_WITH(read_sample(plate + head + "\t\t1\t2\t3\n\t\t4\t5\t6\t7\n~End\n"),
                      Contains("line 4, column 6") && Contains("no heading"));
    CHECK_THROWS_WITH(read_sample(plate + "\t\t1\t2\t3\n\t\t4\t5\t6\n~End\n"),
                      Contains("line 2") && Contains("Temperature"));
    CHECK_THROWS_WITH(read_sample(plate + head + "~End\n"), Contains("line 1") && Contains("values"));
    CHECK_THROWS_WITH(read_sample(absorbance("PlateFormat", "450", "Rare") + head),
                      Contains("Raw or Reduced"));
    CHECK_THROWS_WITH(read_sample(absorbance("ListFormat", "450") + head, "softmax"),
                      Contains("'ListFormat'"));
    CHECK_THROWS_WITH(
        read_sample(
            plate +
            "\tTemperature(C)\t1\t2\t3\t\t1\t2\t3\n\t\t1\t2\t3\t\t1\t2\t3\n\t\t1\t2\t3\t\t1\t2\t3\n~End\n"),
        Contains("2 tables") && Contains("names 1 reading"));
    CHECK_THROWS_WITH(read_sample("##BLOCKS= 1\nNote:\nx\n~End\n"), Contains("no 'Plate:' section"));
}

TEST_CASE("SoftMax keeps what every reader promises: plate-shaped") {
    const std::string body =
        "\tTemperature(\xC2\xB0"
        "C)\t1\t2\t3\t\t1\t2\t3\n\t24.5\t0.1\t0.2\t0.3\t\t1.1\t1.2\t1.3\n"
        "\t\t0.4\t0.4711\t0.6\t\t1.4\t1.5\t1.6\n\n\t\t1\t2\t3\n\t\t9\t9\t9\n\t\t9\t9\t9\n~End\n";
    std::string comma = body;
    for (char& c : comma)
        c = c == '.' ? ',' : c;
    wellsieve::tests::check_reader(
        {.reader = "softmax",
         .sample = "##BLOCKS= 1\n" + absorbance("PlateFormat", "450 650") + body,
         .measurements = 12,
         .cell = "0.4711",
         .well = "B2",
         .decimal_comma = "##BLOCKS= 1\n" + absorbance("PlateFormat", "450 650") + comma,
         .known_token = "Range?",
         .flag = Flag::error});
}

TEST_CASE("SoftMax keeps what every reader promises: kinetic") {
    std::string sample = "##BLOCKS= 1\n" + kinetic;
    sample.replace(sample.find("\t28\t"), 4, "\t0.4711\t");
    wellsieve::tests::check_reader({.reader = "softmax",
                                    .sample = sample,
                                    .measurements = 24,
                                    .cell = "0.4711",
                                    .well = "B2",
                                    .known_token = "?????",
                                    .flag = Flag::error});
}
