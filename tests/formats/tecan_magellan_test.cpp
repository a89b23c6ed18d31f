#include <catch2/catch.hpp>
#include <cmath>

#include "formats/plates/reader.hpp"
#include "tests/formats/reader_conformance.hpp"
#include "tests/support/tecan_samples.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;
namespace samples = wellsieve::tests::tecan;

namespace {

const std::string two_labels =
    "Well positions\tLabel1\tLabel2\n"
    "\t0s\t0s\n"
    "\t24.8 °C\t25.1 °C\n"
    "A1\t0.0557\t0.0509\n"
    "A2\t0.0641\t0.0491\n"
    "P24\t0.0381\t0.0489\n"
    "Date of measurement: 2021-07-08/Time of measurement: 14:34:46\n"
    "C:\\mth\\Absorbance.mth\n"
    "485nm\n"
    "560nm\n"
    "Unknown user\n"
    "ULTRA\n"
    "Instrument serial number: 99\n"
    "Measurement 1:\n"
    "Measurement mode: Absorbance\n"
    "Measurement wavelength: 485 nm\n"
    "Plate definition file: COS384ft.pdf\n"
    "Measurement 2:\n"
    "Measurement mode: Fluorescence\n"
    "Excitation wavelength: 485 nm\n"
    "Emission wavelength: 535 nm\n"
    "Meas. temperature: Label1: 24.8 °C\n"
    "Meas. temperature: Label2: 25.1 °C\n";

const std::string value_first =
    "Raw data\tWell positions\tPlate\t96 well\n"
    "0.1462\tA1\tP-008\tA1\n"
    "0.2118\tB1\tP-008\tA1\n"
    "0.1661\tC1\t\tA2\n"
    "Date of measurement: 2021-07-06/Time of measurement: 09:43:07\n"
    "595nm\n"
    "Unknown user\n";

const std::string kinetic =
    "Well positions\tRaw data\t\t\n"
    "\t0s\t600s\t1200s\n"
    "A1\t0.105\t0.103\t0.102\n"
    "H12\t0.073\t0.074\t0.075\n"
    "\n"
    "Date of measurement: 2020-06-21/Time of measurement: 11:55:44\n";

PlateFile read_text(std::string text) {
    return read_plate_file(Document("a.asc", std::move(text)));
}

}  // namespace

TEST_CASE("Magellan: two labels with times and temperatures as a workbook") {
    tests::check_reader({.reader = "tecan_magellan",
                         .sample = two_labels,
                         .measurements = 6,
                         .cell = "0.0641",
                         .well = "A2",
                         .to_bytes = samples::as_sheet,
                         .known_token = "OVER",
                         .header_stands_last = true});
}

TEST_CASE("Magellan: kinetic text") {
    tests::check_reader({.reader = "tecan_magellan",
                         .sample = kinetic,
                         .measurements = 6,
                         .cell = "0.074",
                         .well = "H12",
                         .decimal_comma = "Well positions\tRaw data\t\t\n"
                                          "\t0s\t600s\t1200s\n"
                                          "A1\t0,105\t0,103\t0,102\n"
                                          "H12\t0,073\t0,074\t0,075\n"
                                          "\n"
                                          "Date of measurement: 2020-06-21/Time of measurement: 11:55:44\n",
                         .known_token = "OVER",
                         .header_stands_last = true});
}

TEST_CASE("Magellan: the footer says what was measured, a column that it does not list was calculated") {
    std::string text = tests::with_replaced(two_labels, "Label2\n\t0s", "Label2\tRatio\n\t0s");
    text = tests::with_replaced(text, "0.0491\n", "0.0491\t1.3\n");
    const PlateFile file = read_text(text);
    REQUIRE(file.readouts.size() == 2);
    CHECK((file.readouts[0].mode == Mode::absorbance));
    CHECK(file.readouts[0].wavelength_nm == 485);
    CHECK((file.readouts[1].mode == Mode::fluorescence));
    CHECK(file.readouts[1].emission_nm == 535);
    CHECK(file.plates.at(0).name == "COS384ft");
    CHECK(file.measurements.at(1).temperature_c == 25.1);
    CHECK(std::isnan(file.measurements.at(0).time_s));
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].reason == "the column 'Ratio' was calculated");
    CHECK(file.metadata.at("instrument") == "ULTRA");
    CHECK(file.metadata.at("start time") == "2021-07-08 14:34:46");
}

TEST_CASE("Magellan: values before the wells, another plate's wells beside them, a wavelength alone") {
    const PlateFile file = read_text(value_first);
    REQUIRE(file.measurements.size() == 3);
    CHECK(file.readouts.at(0).wavelength_nm == 595);
    CHECK(file.plates.size() == 1);
    CHECK(file.plates[0].name == "P-008");
    CHECK(well_name(file.measurements[2].well) == "C1");
    CHECK(file.rejects.at(0).reason == "the column '96 well' holds no readings");
}

TEST_CASE("Magellan: times are of each column, a wavelength may be stated nowhere") {
    const PlateFile file = read_text(kinetic);
    CHECK(file.measurements.at(4).time_s == 600);
    CHECK(file.measurements.at(4).value == 0.074);
    CHECK(std::isnan(file.readouts.at(0).wavelength_nm));
    CHECK((file.readouts.at(0).mode == Mode::absorbance));
}

TEST_CASE("Magellan: a spectrum, several plates, samples") {
    const PlateFile file = read_text(
        "Well positions\tPlate\tLayout\tScan\t\n"
        "\t\t\t300nm\t302nm\n"
        "A1\tP1\tSM1_1\t0.1\t0.2\n"
        "A1\tP2\tBL\t0.3\t0.4\n");
    CHECK(file.plates.size() == 2);
    REQUIRE(file.readouts.size() == 2);
    CHECK(file.readouts[1].wavelength_nm == 302);
    CHECK(file.measurements.at(3).value == 0.4);
    CHECK(file.measurements.at(3).plate == 1);
    CHECK(file.samples.at({1, Well{0, 0}}) == "BL");
}

TEST_CASE("Magellan: a list of cycles, then wells with their values") {
    const std::string head =
        "Friday, July 05, 2024: 15:02:03 / 0 s / 25.1 °C\nFriday, July 05, 2024: 15:12:03 / 600 s / 25.3 "
        "°C\n\n";
    const PlateFile file = read_text(head + "A1\t0.1\t0.2\tA2\t0.3\tOVER\nB1\t0.5\t0.6\tB2\n");
    REQUIRE(file.measurements.size() == 6);
    CHECK(file.measurements[1].value == 0.2);
    CHECK(file.measurements[1].time_s == 600);
    CHECK(file.measurements[1].temperature_c == 25.3);
    CHECK(well_name(file.measurements[3].well) == "A2");
    CHECK((file.measurements[3].flag == Flag::overflow));
    CHECK_THROWS_WITH(read_text(head + "A1\t0.1\tA2\t0.3\t0.4\n"),
                      Catch::Contains("well A1: 1 value for 2 cycles"));
    CHECK_THROWS_WITH(read_text(head + "A1\t0.1\t0.2\t0.3\n"),
                      Catch::Contains("well A1: more values than cycles"));
}

TEST_CASE("Magellan: a compact footer") {
    const PlateFile file = read_text(
        "Well positions\tRaw data\n\t0s\nA1\t0.01\nB1\t0.02\n"
        "Date of measurement: 2025-01-01/Time of measurement: 10:00:00\n"
        "C:\\Magellan Pro\\mth\\Absorbance 450 nm.mth\n"
        "Unknown user\ninfinite F50\nInstrument serial number: 123\n"
        "Plate Description: [SUNRISE_Standard] - Greiner 96 Flat\nRange: A1:H12\nAbsorbance 492 nm\n");
    CHECK(file.plates.at(0).name == "SUNRISE_Standard");
    CHECK(file.readouts.at(0).wavelength_nm == 492);
    CHECK(file.metadata.at("instrument") == "infinite F50");
}

TEST_CASE("Magellan: without well positions, or with a broken one, it is refused") {
    CHECK_THROWS_WITH(
        read_text("Raw data\tPlate\n0.1462\tP\nDate of measurement: 2021-07-06/Time of measurement: 1\n"),
        Catch::Contains("a.asc: line 1: no column 'Well positions'"));
    CHECK_THROWS_WITH(read_text("Well positions\tRaw data\nA1\t0.1\nA?\t0.2\nA3\t0.3\n"),
                      Catch::Contains("line 3, column 1: 'A?' is not a well"));
    CHECK_THROWS_WITH(read_text("Well positions\tRaw data\n"), Catch::Contains("no well stands below"));
}
