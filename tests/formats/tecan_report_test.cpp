#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "formats/error.hpp"
#include "formats/plates/reader.hpp"
#include "tests/formats/reader_conformance.hpp"
#include "tests/support/tecan_samples.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;
namespace samples = wellsieve::tests::tecan;

namespace {

PlateFile read_text(std::string text) {
    return read_plate_file(Document("a.csv", std::move(text)));
}

/// The one measurement of that readout, well and time (NaN: any).
const Measurement& find(const PlateFile& file, std::string_view readout, std::string_view well,
                        double time_s = missing) {
    for (const Measurement& m : file.measurements)
        if (file.readouts[m.readout].name == readout && well_name(m.well) == well &&
            (std::isnan(time_s) || m.time_s == time_s))
            return m;
    FAIL("no measurement of " << readout << " in " << well);
    return file.measurements.front();
}

}  // namespace

TEST_CASE("i-control: kinetic workbook") {
    tests::check_reader({.reader = "tecan_icontrol",
                         .sample = samples::icontrol_kinetic(),
                         .measurements = 10,
                         .cell = "0.2204",
                         .well = "B12",
                         .to_bytes = samples::as_sheet,
                         .known_token = "OVER"});
}

TEST_CASE("i-control: endpoint text") {
    tests::check_reader({.reader = "tecan_icontrol",
                         .sample = samples::icontrol_endpoint(),
                         .measurements = 11,
                         .cell = "0.0915",
                         .well = "C2",
                         .known_token = "INVALID",
                         .flag = Flag::error});
}

TEST_CASE("i-control: settings are matched by order, planned cycles that were not read are left out") {
    const PlateFile file = read_text(samples::icontrol_kinetic());
    REQUIRE(file.readouts.size() == 2);
    CHECK(file.readouts[0].wavelength_nm == 595);
    CHECK(file.readouts[1].excitation_nm == 485);
    CHECK(file.readouts[1].emission_nm == 540);
    CHECK(file.shape(0) == PlateShape{8, 12});
    const Measurement& m = find(file, "OD", "A1", 836.8);
    CHECK(m.value == 0.1251);
    CHECK(m.temperature_c == 30.3);
    CHECK(find(file, "Green", "B12", 836.9).value == 7012);
    CHECK(file.metadata.at("serial number") == "12345");
    CHECK(file.metadata.at("software version") == "1.10.4.0");
    for (const Measurement& each : file.measurements)
        CHECK(well_name(each.well) != "C3");
}

TEST_CASE("i-control: each measurement of an endpoint has its own temperature") {
    const PlateFile file = read_text(samples::icontrol_endpoint());
    CHECK(find(file, "OD600", "C2").temperature_c == 23.5);
    CHECK(find(file, "GFP", "A3").temperature_c == 24.5);
    CHECK(find(file, "GFP", "C3").flag == Flag::overflow);
    CHECK(std::isnan(find(file, "OD600", "A1").time_s));
}

TEST_CASE("i-control: each sheet and each report below another is a plate with the same readouts") {
    const std::string text = samples::icontrol_kinetic();
    const std::string bytes = tests::make_workbook({tests::sheet_from_text("Sheet3", text),
                                                    tests::sheet_from_text("Sheet2", text + "\n" + text),
                                                    tests::sheet_from_text("Notes", "mine"),
                                                    {"Sheet1", {}}});
    const PlateFile file = read_plate_file(Document("a.xlsx", bytes));
    REQUIRE(file.plates.size() == 3);
    CHECK(file.plates[0].name == "Sheet3");
    CHECK(file.plates[1].name == "Sheet2");
    CHECK(file.plates[2].name == "Sheet2 (2)");
    CHECK(file.readouts.size() == 2);
    CHECK(file.measurements.size() == 30);
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].place == "sheet 'Notes', row 1");
}

TEST_CASE("i-control: a run without values is told, not lost") {
    const PlateFile file = read_text(samples::icontrol_kinetic() + std::string(samples::icontrol_head) +
                                     "Mode\t\t\t\tAbsorbance\n");
    CHECK(file.plates.size() == 1);
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].reason == "the report on plate '1 (2)' holds no values");
}

TEST_CASE("i-control: wells across and cycles down") {
    const PlateFile file = read_text(std::string(samples::icontrol_head) +
                                     "Mode\t\t\t\tAbsorbance\n"
                                     "Measurement Wavelength\t\t\t\t600\tnm\n"
                                     "\n"
                                     "Label1\n"
                                     "Cycle Nr.\tTime [s]\tTemp. [°C]\tA1\tA2\tA3\n"
                                     "1\t0\t37\t0.11\t\t0.12\n"
                                     "2\t600.5\t37.1\t0.13\t\t\n"
                                     "3\n"
                                     "\n"
                                     "End Time:\n");
    CHECK(file.measurements.size() == 4);
    CHECK(find(file, "Label1", "A1", 600.5).value == 0.13);
    CHECK(find(file, "Label1", "A1", 600.5).temperature_c == 37.1);
    CHECK(find(file, "Label1", "A3", 600.5).flag == Flag::not_measured);
    CHECK(file.readouts[0].wavelength_nm == 600);
}

TEST_CASE("i-control: a spectrum is a readout for each wavelength, either way round") {
    const std::string head = std::string(samples::icontrol_head) +
                             "Label: scan\nMode\t\t\t\tAbsorbance\nWavelength start\t\t\t\t300\tnm\n"
                             "Start Time:\t21/01/2015 13:36:54\n\tTemperature: 23.5 °C\n";
    const PlateFile across =
        read_text(head + "Wavel.\t300\t302\t304\nA1\t0.1\t0.2\t0.3\nB1\t0.4\t0.5\t0.6\n");
    const PlateFile down = read_text(head + "Wavel.\tA1\tB1\n300\t0.1\t0.4\n302\t0.2\t0.5\n304\t0.3\t0.6\n");
    for (const PlateFile* file : {&across, &down}) {
        REQUIRE(file->readouts.size() == 3);
        REQUIRE(file->measurements.size() == 6);
        for (const Measurement& m : file->measurements)
            if (m.value == 0.5) {
                CHECK(file->readouts[m.readout].wavelength_nm == 302);
                CHECK(well_name(m.well) == "B1");
                CHECK(m.temperature_c == 23.5);
            }
    }
    const PlateFile emission = read_text(std::string(samples::icontrol_head) +
                                         "Label: em\nMode\t\t\t\tFluorescence Top Reading\n"
                                         "Excitation Wavelength\t\t\t\t450\tnm\n"
                                         "Emission Wavelength Start\t\t\t\t500\tnm\n"
                                         "Wavel.\t500\t510\nA1\t10\t20\n"
                                         "End Time:\n"
                                         "Label: ex\nMode\t\t\t\tFluorescence Top Reading\n"
                                         "Excitation Wavelength Start\t\t\t\t400\tnm\n"
                                         "Emission Wavelength\t\t\t\t540\tnm\n"
                                         "Wavel.\t400\t410\nA1\t30\t40\n");
    REQUIRE(emission.readouts.size() == 4);
    CHECK(emission.readouts[1].excitation_nm == 450);
    CHECK(emission.readouts[1].emission_nm == 510);
    CHECK(emission.readouts[3].excitation_nm == 410);
    CHECK(emission.readouts[3].emission_nm == 540);
}

TEST_CASE("i-control: several reads in a well give their mean") {
    const std::string head = std::string(samples::icontrol_head) +
                             "Label: OD\nMode\t\t\t\tAbsorbance\nWavelength\t\t\t\t600\tnm\n"
                             "Multiple Reads per Well (Square)\t\t\t\t2 x 2\n";
    const PlateFile list =
        read_text(head + "Well\tMean\tStDev\t0;0\t0;1\nA1\t0.5\t0.1\t0.4\t0.6\nA2\t0.7\t0\t0.7\t0.7\n");
    REQUIRE(list.measurements.size() == 2);
    CHECK(find(list, "OD", "A2").value == 0.7);
    CHECK(list.rejects.size() == 1);
    const PlateFile kinetic = read_text(head +
                                        "\nCycles / Well\nA1\t1\t2\nTime [s]\t0\t60\nTemp. [°C]\t30\t31\n"
                                        "Mean\t0.1\t0.2\nStDev\t0\t0\n0;0\t0.1\t0.2\n\n"
                                        "Cycles / Well\nB2\t1\t2\nTime [s]\t0\t60\nTemp. [°C]\t30\t31\n"
                                        "Mean\t0.3\t0.4\nStDev\t0\t0\n0;0\t0.3\t0.4\n");
    CHECK(kinetic.readouts.size() == 1);
    REQUIRE(kinetic.measurements.size() == 4);
    CHECK(find(kinetic, "OD", "B2", 60).value == 0.4);
    CHECK(find(kinetic, "OD", "B2", 60).temperature_c == 31);

    const PlateFile titled_once = read_text(head +
                                            "\nZyklen / Well\nA1\t1\t2\nZeit [s]\t0\t60\nTemp. [°C]\t30\t31\n"
                                            "Mittelwert\t0.1\t0.2\nStAbw\t0\t0\n0;0\t0.1\t0.2\n\n"
                                            "B2\t1\t2\nZeit [s]\t0\t60\nTemp. [°C]\t30\t31\n"
                                            "Mittelwert\t0.3\t0.4\nStAbw\t0\t0\n0;0\t0.3\t0.4\n");
    REQUIRE(titled_once.measurements.size() == 4);
    CHECK(find(titled_once, "OD", "B2", 60).value == 0.4);
}

TEST_CASE("i-control: values of a well outside every table are told, not lost") {
    const PlateFile file = read_text(samples::icontrol_kinetic() + "\nB5\t0.1\t0.2\n");
    CHECK(file.rejects.size() == read_text(samples::icontrol_kinetic()).rejects.size() + 1);
    CHECK(file.rejects.back().reason == "the values of well B5 stand in no table that is known");
}

TEST_CASE("i-control: what cannot be placed is refused") {
    CHECK_THROWS_WITH(read_text(std::string(samples::icontrol_head) + "<>\t1\t2\nA\t0.1\t0.2\n"),
                      Catch::Contains("holds no measurement"));
    CHECK_THROWS_WITH(
        read_text(std::string(samples::icontrol_head) + "Cycle Nr.\t1\t2\nTime [s]\t0\t1\nA1\t3\t4\n"),
        Catch::Contains("line 7") && Catch::Contains("without a line 'Mode'"));
    const std::string mode = std::string(samples::icontrol_head) + "Mode\t\t\t\tAbsorbance\n";
    CHECK_THROWS_WITH(read_text(mode + "Cycle Nr.\t1\t2\nA1\t3\t4\n"),
                      Catch::Contains("without a line 'Time [s]'"));
    CHECK_THROWS_WITH(read_text(mode + "Cycle Nr.\t1\t2\nTime [s]\t0\t\nA1\t3\t4\n"),
                      Catch::Contains("line 10, column 3: well A1: the value 4 has no time"));
}

TEST_CASE("Spark: list of wells as text") {
    tests::check_reader({.reader = "tecan_spark",
                         .sample = samples::spark_list(),
                         .measurements = 4,
                         .cell = "1850",
                         .well = "A1",
                         .known_token = "Invalid",
                         .flag = Flag::error});
}

TEST_CASE("Spark: list of wells as a workbook") {
    tests::check_reader({.reader = "tecan_spark",
                         .sample = samples::spark_list(),
                         .measurements = 4,
                         .cell = "1850",
                         .well = "A1",
                         .to_bytes = samples::as_sheet,
                         .known_token = "OVER"});
}

TEST_CASE("Spark: the same wavelengths at two gains are two readouts") {
    const PlateFile file = read_text(samples::spark_list());
    REQUIRE(file.readouts.size() == 2);
    CHECK(file.readouts[0].same_as(file.readouts[1]));
    CHECK(file.readouts[0].excitation_nm == 488);
    CHECK(file.readouts[0].emission_nm == 530);
    CHECK(file.measurements[0].value == 1840);
    CHECK(file.measurements[2].value == 1850);
    CHECK(file.measurements[2].readout == 1);
    CHECK(file.measurements[1].flag == Flag::overflow);
    CHECK(std::isnan(file.measurements[1].time_s));
    CHECK(file.measurements[1].temperature_c == 28.5);
    CHECK(file.samples.at({0, Well{0, 1}}) == "BL1");
}

TEST_CASE("Sunrise: plate under a '<>' corner") {
    tests::check_reader({.reader = "tecan_sunrise",
                         .sample =
                             "SUNRISE;   Serial number: 12;   Firmware: V 3.31;   XFLUOR4 Version: V 4.50\n"
                             "Date:\t\t\t\t\t18/05/2015\n"
                             "\n"
                             "Measurement mode:\t\t\t\t\tAbsorbance\n"
                             "Measurement wavelength:\t\t\t\t\t600\tnm\n"
                             "\n"
                             "Rawdata\n"
                             "<>\t1\t2\t3\n"
                             "A\t0.133\t0.137\t0.135\n"
                             "B\t0.141\t0.138\t0.127\n",
                         .measurements = 6,
                         .cell = "0.141",
                         .well = "B1",
                         .to_bytes = samples::as_sheet,
                         .known_token = "OVER"});
}

TEST_CASE("a damaged Tecan export is refused or read, never worse") {
    const std::string magellan =
        "Well positions\tLabel1\n\t600s\n\t24.8 °C\nA1\t0.05\nP24\t0.03\n"
        "Date of measurement: 2021-07-08/Time of measurement: 14:34:46\n485nm\nMeasurement mode: "
        "Absorbance\n";
    const std::string forms =
        std::string(samples::icontrol_head) +
        "Label: OD\nMode\t\t\t\tAbsorbance\n\nCycles / Well\nA1\t1\t2\nTime [s]\t0\t60\n"
        "Mean\t0.1\t0.2\n\nWavel.\t300\t302\nA1\t1\t2\n\nWavel.\tA1\tB1\n300\t1\t2\n\n"
        "Cycle Nr.\tTime [s]\tA1\n1\t0\t4\n\nWell\tMean\tStDev\nA1\t3\t4\n";
    const std::vector<std::string> texts{samples::icontrol_kinetic(), samples::icontrol_endpoint(),
                                         samples::spark_list(), magellan, forms};
    const std::vector<std::string> pieces{"\t",        "\n",       "<>",
                                          "Cycle Nr.", "Time [s]", "Wavel.",
                                          "A1",        "AF48",     "Mode",
                                          "Well",      "Mean",     "Cycles / Well",
                                          "-1",        "1e99",     "Label: x",
                                          "End Time:", "600s",     "Well positions",
                                          "\"",        "",         "Application: Tecan i-control"};
    std::mt19937 random(20261124);
    int read = 0;
    constexpr int runs = 3000;
    for (int i = 0; i < runs; ++i) {
        std::string text = texts[random() % texts.size()];
        for (auto changes = 1 + random() % 5; changes > 0; --changes) {
            const std::size_t at = random() % (text.size() + 1);
            const std::size_t length =
                random() % 2 == 0 ? 0 : std::min<std::size_t>(random() % 20, text.size() - at);
            text.replace(at, length, pieces[random() % pieces.size()]);
        }
        try {
            read_text(i % 8 == 0 ? samples::as_sheet(text) : text);
            ++read;
        } catch (const formats::FormatError& error) {
            REQUIRE(std::string_view(error.what()).find('\n') == std::string_view::npos);
        }
    }
    CHECK(read > runs / 10);
    CHECK(read < runs);
}
