#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "formats/error.hpp"
#include "tests/formats/reader_conformance.hpp"
#include "tests/support/readings.hpp"
#include "tests/support/workbook_builder.hpp"

using namespace wellsieve::formats::plates;
using wellsieve::formats::FormatError;
using wellsieve::tests::check_optics;
using wellsieve::tests::read_sample;
using wellsieve::tests::readings;
using wellsieve::tests::times_s;

namespace {

const std::string header =
    "User: USER,Path: C:\\Program Files (x86)\\BMG\\CLARIOstar\\User\\Data,Test run no.: 12,\n"
    "Test name: demo,Date: 29/02/2024,Time: 14:34:46,\n\nID1: P7,ID2: x\n";

std::string grid(std::size_t columns, std::string_view rows) {
    std::string text;
    for (std::size_t c = 1; c <= columns; ++c)
        text += "," + std::to_string(c);
    return text + "\n" + std::string(rows);
}

}  // namespace

TEST_CASE("a MARS plate: filters, facts, trailing commas and rows cut short") {
    const auto file =
        read_sample(header + "Fluorescence (FI),,,\n,,,\nRaw Data  (485-12/520-30 1),,,\n,,,\n" +
                    grid(12, "A,10,20,30,,,,,,,,,\nB,11,21\nH,overflow,-,31,,,,,,,,,,\n"));
    REQUIRE(file.readouts.size() == 1);
    check_optics(file.readouts[0], Mode::fluorescence, missing, 485, 520);
    CHECK(file.readouts[0].name == "Raw Data (485-12/520-30 1)");
    CHECK(file.plates[0].name == "P7");
    CHECK(file.metadata.at("instrument") == "CLARIOstar");
    CHECK(file.metadata.at("start time") == "29/02/2024 14:34:46");
    CHECK(readings(file, "A3") == "30");
    CHECK(readings(file, "B2") == "21");
    CHECK(readings(file, "B3") == "not measured");
    CHECK(readings(file, "H1") == "overflow");
    CHECK(file.flag_texts.begin()->second == "overflow");
    CHECK(readings(file, "H3") == "31");
}

TEST_CASE("a MARS plate of 1536 wells: rows past Z are small letters, and rows may be left out") {
    const auto file = read_sample(header + "Luminescence\n\nRaw Data (No filter)\n\n" +
                                  grid(48, "A,1,2\nY,3,4\ne,5,6\nf,7,8\n"));
    check_optics(file.readouts[0], Mode::luminescence, missing, missing, missing);
    CHECK(readings(file, "Y2") == "4");
    CHECK(readings(file, "AE1") == "5");
    CHECK(readings(file, "AF2") == "8");
    CHECK(file.shape(0) == PlateShape{32, 48});
}

TEST_CASE("several MARS plates and wavelengths in one file, calculated plates set aside") {
    const std::string first =
        header + "Absorbance\n\nRaw Data (450 1)\n\n" + grid(3, "A,0.1,0.2,0.3\nB,0.4,0.5,0.6\n") +
        "\nRaw Data  (570 2)\n\n" + grid(3, "A,1.1,1.2,1.3\nB,1.4,1.5,1.6\n") +
        "\nBlank corrected based on Raw Data (450 1)\n\n" + grid(3, "A,9,9,9\nB,9,9,9\n");
    std::string second = first;
    second.replace(second.find("no.: 12"), 7, "no.: 13");
    const auto file = read_sample(first + "\n" + second);
    REQUIRE(file.readouts.size() == 2);
    check_optics(file.readouts[1], Mode::absorbance, 570, missing, missing);
    REQUIRE(file.plates.size() == 2);
    CHECK(file.plates[1].name == "P7 (2)");
    CHECK(file.measurements.size() == 24);
    CHECK(readings(file, "B3", 1, 1) == "1.6");
    REQUIRE(file.rejects.size() == 2);
    CHECK(file.rejects[0].reason.find("Blank corrected") != std::string::npos);

    std::string numbered = first;
    numbered.replace(numbered.find("P7"), 2, "P7 (1)");
    const auto both = read_sample(numbered + "\n" + second);
    CHECK(both.plates.at(0).name == "P7 (1)");
    CHECK(both.plates.at(1).name == "P7");
    CHECK(file.rejects[0].place == "line 21");
}

TEST_CASE("a MARS kinetic table, wells down, with blank lines between and times in words") {
    const auto file =
        read_sample(header +
                    "Absorbance,,,,,\n\nWell Row,Well Col,Content, Raw Data (600), Raw Data (600),"
                    "Raw Data (600),Average over replicates based on Raw Data (600)\n\n"
                    ",,Time,0 h ,0 h 60 min,1 h 15 min,0 h\n\nA,1,Sample X1,0.08,0.09,0.1,5\n\n"
                    "C,2,Blank B,0.07,,0.06,5\n");
    REQUIRE(file.readouts.size() == 1);
    check_optics(file.readouts[0], Mode::absorbance, 600, missing, missing);
    CHECK(readings(file, "A1") == "0.08 0.09 0.1");
    CHECK(times_s(file, "A1") == std::vector<double>{0, 3600, 4500});
    CHECK(readings(file, "C2") == "0.07 not measured 0.06");
    CHECK(file.samples.at({0, Well{2, 1}}) == "Blank B");
    CHECK(file.rejects.size() == 1);
}

TEST_CASE(
    "a table of wells whose headings hold the times, numbered and broken as older programs write them") {
    const auto file =
        read_sample(header +
                    "Absorbance\n\n\"Well\nRow\",\"Well\nCol\",Content,\"Raw Data (600)\n1 - 0 h  \","
                    "\"Raw Data (600)\n2 - 0 h 10 min \",\"Raw Data (600)\n3 - 24 h \"\n"
                    "A,1,Sample X1,0.1,0.2,0.9\nB,12,Blank B,0.05,0.06,-\n");
    REQUIRE(file.readouts.size() == 1);
    check_optics(file.readouts[0], Mode::absorbance, 600, missing, missing);
    CHECK(readings(file, "A1") == "0.1 0.2 0.9");
    CHECK(times_s(file, "B12") == std::vector<double>{0, 600, 86400});
    CHECK(file.samples.at({0, Well{1, 11}}) == "Blank B");
}

TEST_CASE("a line above the wells that is neither times nor wavelengths is told") {
    const auto file = read_sample(header +
                                  "Absorbance\n\nWell,Content,Raw Data (600),Raw Data (600)\n"
                                  ",Cycle,1,2\nA01,Sample X1,0.1,0.2\n");
    CHECK(readings(file, "A1") == "0.1 0.2");
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].reason == "'Cycle' is neither time nor wavelength");
}

TEST_CASE("a MARS table of endpoints, one column a filter pair") {
    const auto file =
        read_sample(header +
                    "\"Fluorescence (FI), multichromatic\"\n,,\nWell,Content,Raw Data (638-12/675-12 1),"
                    "Raw Data (400-15/675-12 2)\nA01,Sample X1,420,702\nf01,Sample X2,369,584\n");
    REQUIRE(file.readouts.size() == 2);
    check_optics(file.readouts[1], Mode::fluorescence, missing, 400, 675);
    CHECK(readings(file, "A1", 1) == "702");
    CHECK(readings(file, "AF1") == "369");
    CHECK(std::isnan(times_s(file, "A1")[0]));
}

TEST_CASE("a spectrum: one readout a wavelength, the title above the numbered columns") {
    std::string text = header +
                       "Absorbance spectrum\n\nRaw Data  (Abs Spectrum)#\n\n Well, Content, 1 - 1, 1 - 1,\n"
                       ",Wavelength [nm],350,351,\nA01,Blank B,0.25,overflow,\n";
    for (char& c : text)
        if (c == ',')
            c = ';';
        else if (c == '.')
            c = ',';
    const auto file = read_sample(text);
    REQUIRE(file.readouts.size() == 2);
    check_optics(file.readouts[1], Mode::absorbance, 351, missing, missing);
    CHECK(readings(file, "A1", 0) == "0.25");
    CHECK(readings(file, "A1", 1) == "overflow");

    const auto emission = read_sample(header +
                                      "Fluorescence (FI) spectrum\n\nWell,Content,Raw Data (Em Spectrum),"
                                      "Raw Data (Em Spectrum)\n,Wavelength [nm],500,502\nB02,X,7,8\n");
    check_optics(emission.readouts[1], Mode::fluorescence, missing, missing, 502);
}

TEST_CASE("wells across, as Omega and SMART Control write them, and cycles as plates") {
    const auto across =
        read_sample(header +
                    "Luminescence (dual emission)\n\n\nWell,,A01,A02\nContent,Time [s],Sample X1,Blank B"
                    "\nGroup,,A,A\nRaw Data (535 A),0,10,11\nRaw Data (535 A),65,12,13\n"
                    " Raw Data (475-30 B),0,20,21\nRatio based on Raw Data (535 A),0,1,1\n");
    REQUIRE(across.readouts.size() == 2);
    check_optics(across.readouts[1], Mode::luminescence, missing, missing, 475);
    CHECK(readings(across, "A2") == "11 13");
    CHECK(times_s(across, "A2") == std::vector<double>{0, 65});
    CHECK(across.rejects.size() == 1);

    const auto cycles = read_sample(
        header + "Fluorescence (FI)\n\nCycle 1 (0 min  - Inj. only)\n,1. Raw Data (402-8/474-9)\n" +
        grid(2, "A,Inj.,Inj.\n") + "\n,2. Layout\n" + grid(2, "A,B,X1\n") +
        "\nCycle 2 (1 h 1 min 16 s)\n,1. Raw Data (402-8/474-9)\n" + grid(2, "A,54,922\n"));
    CHECK(readings(cycles, "A2") == "not measured 922");
    CHECK(times_s(cycles, "A2") == std::vector<double>{0, 3676});
    CHECK(cycles.samples.at({0, Well{0, 1}}) == "X1");
}

TEST_CASE("a table whose header was cut off still says what it is; a polarization is calculated") {
    const auto file =
        read_sample("Well,Content,Raw Data (470 1),Raw Data (600 2)\nA01,Blank B,0.036,0.039\n");
    check_optics(file.readouts[1], Mode::absorbance, 600, missing, missing);
    CHECK(readings(file, "A1", 1) == "0.039");

    const auto polarization = read_sample(
        header + "Fluorescence polarization (FP)\n\nRaw Data (485 520 A)\n\n" + grid(2, "A,1,2\n") +
        "\nPolarization based on Raw Data (485 520 A)\n\n" + grid(2, "A,3,4\n"));
    check_optics(polarization.readouts[0], Mode::fluorescence, missing, 485, 520);
    CHECK(polarization.measurements.size() == 2);
    CHECK(polarization.rejects.size() == 1);
}

TEST_CASE("what a BMG file may not hold is named with its place") {
    CHECK_THROWS_WITH(
        read_sample(header + "Absorbance\n\nRaw Data (450)\n\n" + grid(3, "A,0.1,zero,0.3\n")),
        Catch::Contains("line 10, column 3") && Catch::Contains("well A2") && Catch::Contains("'zero'"));
    CHECK_THROWS_WITH(
        read_sample(header + "Absorbance\n\nBlank corrected based on Raw Data (450)\n\n" +
                    grid(3, "A,1,2,3\n")),
        Catch::Contains("only not read by the instrument") && Catch::Contains("export the raw data"));
    CHECK_THROWS_WITH(
        read_sample(header + "Absorbance\n\nWell,Content,Raw Data (600)\n,Time,soon\nA01,X,1\n"),
        Catch::Contains("line 8, column 3") && Catch::Contains("'soon' is not a time"));
    const std::string whole =
        header + "Absorbance\n\nRaw Data (450)\n\n" + grid(3, "A,0.1,0.2,0.3\nB,0.4,0.5,0.6\n");
    CHECK_THROWS_AS(read_sample(whole.substr(0, whole.find("A,0.1"))), FormatError);
    CHECK(read_sample(whole.substr(0, whole.size() - 5)).measurements.size() == 6);
}

TEST_CASE("BMG: the reader's promises for a MARS plate, and for a table of cycles") {
    wellsieve::tests::check_reader({.reader = "bmg",
                                    .sample = header + "Fluorescence (FI)\n\nRaw Data (485/520)\n\n" +
                                              grid(3, "A,4711,12,13\nB,21,22,23\n"),
                                    .measurements = 6,
                                    .cell = "4711",
                                    .well = "A1",
                                    .delimiter = ','});
    SECTION("table") {
        wellsieve::tests::check_reader(
            {.reader = "bmg",
             .sample = header + "Absorbance\n\nWell,Content,Raw Data (600),Raw Data (600)\n,Time [s],0,60\n"
                                "A01,X1,0.4711,0.2\nB12,X2,0.3,0.4\n",
             .measurements = 4,
             .cell = "0.4711",
             .well = "A1",
             .delimiter = ','});
    }
}

namespace {

const std::string omega =
    "User: USER\nPath: C:\\Program Files (x86)\\BMG\\Omega\\User\\Data\nTest ID: 288\nTest Name: demo\nDate: "
    "03-06-2022\n"
    "Time: 11:19:15\nID1: 03-06-2022,11:19:14\nID2: variants\nID3: Plate 4\nLuminescence (dual "
    "emission)\n\n\n"
    "Well\t\tA01\tA02\nContent\tTime [s]\tSample X1\tSample X2\nGroup\t\tA\tB\n Raw Data (535 "
    "A)\t0\t4711\t12\n"
    " Raw Data (535 A)\t65\t13\t14\n";

const std::string smart_plates =
    "\n\nUser: USER\nTest ID: 288\nTest Name: demo\nDate: 03-06-2022\nTime: 11:19:15\nID1: "
    "03-06-2022,11:19:14\nID2: variants\n"
    "ID3: Plate 4\nFluorescence (FI)\n\n\t1. Layout\n\t1\t2\nA\tX1\tX2\n\n\t2. Raw Data "
    "(480-14/520-30)\n\t1\t2\nA\t5\t6\n";

}  // namespace

TEST_CASE("BMG workbooks: sheets that show the same run are read once, others are other plates") {
    using wellsieve::tests::make_workbook;
    using wellsieve::tests::sheet_from_text;
    std::string second = omega;
    second.replace(second.find("288"), 3, "289").replace(second.find("Plate 4"), 7, "Plate 5");
    const auto file = read_sample(make_workbook({sheet_from_text("Table All Cycles", omega),
                                                 sheet_from_text("Table All Cycles (2)", second),
                                                 sheet_from_text("Microplate End point", smart_plates)}));
    REQUIRE(file.plates.size() == 2);
    CHECK(file.plates[0].name == "Plate 4");
    CHECK(file.plates[1].name == "Plate 5");
    CHECK(file.measurements.size() == 8);
    CHECK(readings(file, "A2", 0, 1) == "12 14");
    CHECK(file.metadata.at("instrument") == "Omega");

    const auto plates = read_sample(make_workbook({sheet_from_text("Microplate End point", smart_plates)}));
    check_optics(plates.readouts[0], Mode::fluorescence, missing, 480, 520);
    CHECK(readings(plates, "A2") == "6");
    CHECK(plates.samples.at({0, Well{0, 1}}) == "X2");

    wellsieve::tests::check_reader({.reader = "bmg",
                                    .sample = omega,
                                    .measurements = 4,
                                    .cell = "4711",
                                    .well = "A1",
                                    .to_bytes = [](std::string_view text) {
                                        return make_workbook({sheet_from_text("Table All Cycles", text)});
                                    }});
}

TEST_CASE("bmg: the samples of a run without readings are no other run's, but those of its other sheets") {
    using wellsieve::tests::make_workbook;
    using wellsieve::tests::sheet_from_text;
    const auto head = [](std::string_view test) {
        return fmt::format(
            "User: U\nPath: C:\\BMG\\SMART Control\\U\\Data\nTest ID: {}\nTest Name: t\n"
            "Date: 1/2/2026\nTime: 3:04:05 PM\nFluorescence (FI)\n\n",
            test);
    };
    const std::string layout = "\t1. Layout\n\t1\t2\nA\tX1\tX2\n\n";
    const std::string readings_of_run = "\t2. Raw Data (480-14/520-30)\n\t1\t2\nA\t5\t6\n\n";
    const PlateFile other = read_sample(head("1") + layout + head("2") + readings_of_run);
    REQUIRE(other.plates.size() == 1);
    CHECK(other.samples.empty());
    const PlateFile same = read_sample(make_workbook(
        {sheet_from_text("a", head("1") + layout), sheet_from_text("b", head("1") + readings_of_run)}));
    REQUIRE(same.plates.size() == 1);
    CHECK(same.samples.at({0, Well{0, 1}}) == "X2");
    CHECK_THROWS_AS(read_sample(head("1") + layout), FormatError);
}
