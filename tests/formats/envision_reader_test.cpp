#include <catch2/catch.hpp>

#include "tests/formats/reader_conformance.hpp"
#include "tests/support/readings.hpp"

using namespace wellsieve::formats::plates;
using wellsieve::tests::check_optics;
using wellsieve::tests::read_sample;
using wellsieve::tests::readings;
using wellsieve::tests::times_s;

namespace {

std::string information(std::string_view label, std::string_view measinfo, std::string_view barcode = "P1",
                        std::string_view date = "8/22/2023 11:59:50 PM") {
    return std::string(
               "Plate information \nPlate,Repeat,Barcode,Chamber temperature at start,Label,ScanX,ScanY,"
               "Measinfo,Kinetics,Measurement date,\n1,1,\"=\"\"") +
           std::string(barcode) + "\"\"\",24.5," + std::string(label) + ",0,0," + std::string(measinfo) +
           ",0," + std::string(date) + ",\n\n";
}

const std::string fluorescence = "De=1st Ex=Top Em=Top Wdw=1 (14)";

std::string end(std::string_view labels, int rows, int columns) {
    return "\nBasic assay information \nAssay Started: ,,,,8/22/2023 11:58:00 PM\nProtocol Name: ,,,,demo\n"
           "Serial#: ,,,,=\"1051017\"\n\nPlate type:\nNumber of rows,,,," +
           std::to_string(rows) + "\nNumber of columns,,,," + std::to_string(columns) +
           "\n\nPlatemap:\nPlate,,,,1\n\n,01,02,03,\nA,- ,- ,- \nB,- ,- ,- \n\nLabels:\n" +
           std::string(labels) + "\nExported with EnVision Workstation version 1.14.3049.1193\n";
}

const std::string htrf =
    "HTRF,,,,6000028\nExc. filter,,,,UV2 (TRF) 320\nEms. filter,,,,APC 665\n2nd ems. "
    "filter,,,,Cy5\n\nFilters:\n"
    "Cy5,,,,118\nFilter type,,,,Excitation\nDescription,,,,X620 CWL=620nm BW=10nm Tmin=65%\n";

const std::string two_channels =
    "Plate information \nPlate,Repeat,Barcode,Formula,Measurement date,\n1,1,\"=\"\"P1\"\"\",Calc 1: ratio,"
    "8/22/2023 11:59:50 PM,\n\nCalculated results: Calc 1: "
    "ratio\n,01,02,03,\nA,9.0,9.0,9.0,\nB,9.0,9.0,9.0,\n\n" +
    information("HTRF(1)", fluorescence) + "Results for HTRF(1) - channel 1 window 1 (Counts)\n,01,02,03,\n" +
    "A,4711,12,13,\nB,21,,23,\n\n" + information("HTRF(1)", "De=2nd Ex=Top Em=Top Wdw=1 (142)") +
    "Results for HTRF(1) - channel 2 window 1 (Counts)\n,01,02,03,\nA,31,32,33,\nB,41,42,43,\n" +
    end(htrf, 2, 3);

}  // namespace

TEST_CASE("EnVision: two channels with their filters, a calculated plate set aside") {
    const auto file = read_sample(two_channels);
    REQUIRE(file.readouts.size() == 2);
    check_optics(file.readouts[0], Mode::fluorescence, missing, 320, 665);
    check_optics(file.readouts[1], Mode::fluorescence, missing, 320, 620);
    REQUIRE(file.plates.size() == 1);
    CHECK(file.plates[0].name == "P1");
    CHECK(file.shape(0) == PlateShape{2, 3});
    CHECK(readings(file, "B2") == "not measured");
    CHECK(readings(file, "A3", 1) == "33");
    CHECK(file.measurements[0].temperature_c == 24.5);
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].reason.find("Calc 1: ratio") != std::string::npos);
    CHECK(file.metadata.at("serial number") == "1051017");
    CHECK(file.metadata.at("software version") == "1.14.3049.1193");
}

TEST_CASE("EnVision: the reader's promises for labelled plates") {
    wellsieve::tests::check_reader({.reader = "envision",
                                    .sample = two_channels,
                                    .measurements = 12,
                                    .cell = "4711",
                                    .well = "A1",
                                    .delimiter = ',',
                                    .header_stands_last = true});
}

TEST_CASE("EnVision: plates without labels are whole plates, and absorbance knows its wavelength") {
    const std::string matrix = "2.6300,2.7130,2.8370,\n2.7110,0.4711,2.7370,\n";
    const std::string text =
        information("BCA(1)", "De=1st Ex=Btm Em=N/A Wdw=N/A (8)", "P1") +
        "Background information\nPlate,Label,Result,Signal,MeasInfo,\n1,BCA,0,289468,"
        "De=1st Ex=Btm Em=N/A Wdw=N/A (8),\n\n" +
        matrix + "\n" + information("Screen(1)", "De=1st Ex=N/A Em=Top Wdw=N/A (14)", "P2") +
        ",8,4,12\n,0,4,4\n" +
        end("BCA,,,,2000014\nExc. filter,,,,Monochromator cutoff 360\nExcitation wavelength,,,,"
            "562 nm\n\nScreen,,,,8000002\nExcitation time,,,,0.035 s\n",
            2, 3);
    const auto file = read_sample(text);
    REQUIRE(file.plates.size() == 2);
    check_optics(file.readouts[0], Mode::absorbance, 562, missing, missing);
    check_optics(file.readouts[1], Mode::fluorescence, missing, missing, missing);
    CHECK(readings(file, "B2") == "0.4711");
    CHECK(readings(file, "A3", 1, 1) == "12");
    wellsieve::tests::check_reader({.reader = "envision",
                                    .sample = text,
                                    .measurements = 12,
                                    .cell = "0.4711",
                                    .well = "B2",
                                    .delimiter = ',',
                                    .trailing_delimiters = false,
                                    .bad_token = "<x",
                                    .header_stands_last = true});
}

TEST_CASE("EnVision: rows keep their letters, and information may follow the plate") {
    std::string text = "Results for US LUM(1) - channel 0 (CPS)\n,01,02,\nA,1,2,\nE,3,4,\n\n" +
                       information("US LUM(1)", "De=USLum Ex=N/A Em=N/A Wdw=N/A (12)", "P1") +
                       "Results for US LUM(1) - channel 0 (CPS)\n,01,02,\nA,5,6,\nM,7,8,\n\n" +
                       information("US LUM(1)", "De=USLum Ex=N/A Em=N/A Wdw=N/A (12)", "P2") +
                       end("Label name,,,,US LUM\n", 16, 24) +
                       "Auto export parameters:\nPlace plate information at,,,,End of plate\n";
    for (char& c : text)
        c = c == ',' ? ';' : c;
    const auto file = read_sample(text);
    REQUIRE(file.plates.size() == 2);
    CHECK(file.plates[1].name == "P2");
    check_optics(file.readouts[0], Mode::luminescence, missing, missing, missing);
    CHECK(readings(file, "E2") == "4");
    CHECK(readings(file, "M1", 0, 1) == "7");
    CHECK(file.shape(1) == PlateShape{16, 24});
}

TEST_CASE("EnVision: where the plate's line names no label, the background's does") {
    const auto file = read_sample(
        "1;2;3\n4;5;6\n\nPlate information\nPlate;Repeat;Barcode;Formula;Kinetics;Measurement date\n"
        "1;1;\"=\"\"P4\"\"\";;0;12.06.2014 14:53:49\n\nBackground information\n"
        "Plate;Label;Result;Signal;Flashes/Time;Meastime;MeasInfo\n"
        "1;Glow;0;0;0;00:00:00,000;De=USLum Ex=N/A Em=N/A Wdw=N/A (42)\n\n"
        "Basic assay information\nAssay ID: ;;;;1\n\nAuto export parameters:\n"
        "Place plate information at;;;;End of plate\n");
    REQUIRE(file.readouts.size() == 1);
    check_optics(file.readouts[0], Mode::luminescence, missing, missing, missing);
    CHECK(file.readouts[0].name == "Glow");
    CHECK(file.plates[0].name == "P4");
    CHECK(readings(file, "B3") == "6");
}

TEST_CASE("EnVision: a label read again on the same plate is a time series") {
    const auto block = [](std::string_view date, std::string_view values) {
        return information("FI(1)", fluorescence, "P1", date) +
               "Results for FI(1) - channel 1 (Counts)\n,01,02,\nA," + std::string(values) + "\n\n";
    };
    const auto file =
        read_sample(block("8/22/2023 11:59:50 PM", "1,2") + block("8/23/2023 12:00:20 AM", "3,4") +
                    end("FI,,,,1\nExc. filter,,,,F 485\nEms. filter,,,,F 535\n", 8, 12));
    CHECK(readings(file, "A2") == "2 4");
    CHECK(times_s(file, "A2") == std::vector<double>{0, 30});
}

TEST_CASE("EnVision: wells that cannot be known are refused") {
    CHECK_THROWS_WITH(
        read_sample(information("FI(1)", fluorescence) + "1,2,3,\n4,5,6,\n" + end(htrf, 8, 12)),
        Catch::Contains("line 5: a block of 2 rows without labels is not a whole plate of 8 rows"));
    CHECK_THROWS_WITH(read_sample(information("FI(1)", fluorescence) + end(htrf, 8, 12)),
                      Catch::Contains("no measured plate"));
}
