#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "formats/plates/gen5_internal.hpp"
#include "formats/plates/reader.hpp"
#include "tests/formats/reader_conformance.hpp"

using namespace wellsieve::formats;
using namespace wellsieve::formats::plates;
using Catch::Matchers::Contains;

namespace {

PlateFile read(std::string text) {
    return read_plate_file(Document("export.txt", std::move(text)));
}

const std::string header =
    "Software Version\t3.14.03\n\nExperiment File Path:\tC:\\run.xpt\nProtocol File Path:\t\n\n"
    "Plate Number\tPlate 1\nDate\t2/3/2026\nTime\t9:15:00 AM\nReader Type:\tEpoch 2\n"
    "Reader Serial Number:\tUnknown\nReading Type\tReader\n\n";

const std::string od_procedure =
    "Procedure Details\n\nPlate Type\t24 WELL PLATE (Use plate lid)\nRead\tAbsorbance Endpoint\n\tFull "
    "Plate\n"
    "\tWavelengths:  600\n\n";

const std::string od_procedure_named =
    "Procedure Details\n\nPlate Type\t24 WELL PLATE\nRead\tod\n\tAbsorbance Endpoint\n\tFull Plate\n"
    "\tWavelengths:  600\n\n";

const Measurement& at(const PlateFile& file, const char* well, std::size_t nth = 0) {
    for (const Measurement& m : file.measurements)
        if (m.well == parse_well(well) && nth-- == 0)
            return m;
    FAIL("no measurement of " << well);
    return file.measurements.front();
}

}  // namespace

TEST_CASE("Gen5: a results matrix keeps what was measured and leaves out what was calculated") {
    const PlateFile file = read(
        header + od_procedure +
        "Layout\n\t1\t2\nA\tSTD1\tSPL1\tWell ID\n\t10\t\tConc/Dil\nB\tBLK\t\tWell ID\n\n"
        "Actual Temperature:\t30.5\n\n"
        "Results\n\t1\t2\nA\t0.125\tOVRFLW\t600\n\t0.1\t0.2\tBlank 600\n\t7\t<0.000\t[Concentration]\n"
        "B\t1.5\t\tBlank 600\n\t0.250\t*0.356*\t600\n\nCurve Fitting Results\n\nCurve Name\tA\nStd\t1\n");
    REQUIRE(file.measurements.size() == 4);
    CHECK(at(file, "A1").value == 0.125);
    CHECK(at(file, "A1").temperature_c == 30.5);
    CHECK(at(file, "A2").flag == Flag::overflow);
    CHECK(at(file, "B1").value == 0.25);
    CHECK(at(file, "B2").flag == Flag::masked);
    CHECK(file.flag_texts.at(3) == "*0.356*");
    REQUIRE(file.readouts.size() == 1);
    CHECK(file.readouts[0].mode == Mode::absorbance);
    CHECK(file.readouts[0].wavelength_nm == 600);
    CHECK(file.readouts[0].name == "600");
    REQUIRE(file.plates.size() == 1);
    CHECK(file.plates[0].name == "Plate 1");
    CHECK(file.plates[0].shape == PlateShape{4, 6});
    CHECK(file.samples.at({0, {0, 0}}) == "STD1");
    CHECK(file.metadata.at("instrument") == "Epoch 2");
    CHECK(file.metadata.at("start time") == "2/3/2026 9:15:00 AM");
    CHECK(file.metadata.count("serial number") == 0);
}

TEST_CASE("Gen5: labels of measured values follow from the procedure, all others are calculated") {
    const std::vector<Gen5Step> steps{{"od", Mode::absorbance},
                                      {"", Mode::fluorescence},
                                      {"glow", Mode::luminescence},
                                      {"260", Mode::absorbance}};
    const auto mode = [&](std::string_view label) {
        const auto channel = gen5_channel(label, steps);
        return channel ? std::optional(channel->readout.mode) : std::nullopt;
    };
    CHECK(mode("od:600") == Mode::absorbance);
    CHECK(mode("485/20,528/20") == Mode::fluorescence);
    CHECK(mode("Read 2:485,528") == Mode::fluorescence);
    CHECK(mode("Read 2:485/20,528/20 [Parallel]") == Mode::fluorescence);
    CHECK(mode("glow:Lum") == Mode::luminescence);
    CHECK(mode("glow:460/40") == Mode::luminescence);
    CHECK(mode("260:977 [Test]") == Mode::absorbance);
    for (const char* calculated :
         {"Blank od:600", "Max V [od:600]", "[Concentration]", "Ratio", "260:Pathlength", "Ratio 260/280",
          "Corrected [Blank 260:260]", "Parallel Intensity", "ghost:600"})
        CHECK_FALSE(mode(calculated));
    const auto german = gen5_channel("480/9,0,520/20,0", steps);
    REQUIRE(german);
    CHECK(german->readout.excitation_nm == 480);
    CHECK(german->readout.emission_nm == 520);
}

TEST_CASE("Gen5: one matrix a label, each with its temperature, several modes") {
    const PlateFile file =
        read(header +
             "Procedure Details\n\nPlate Type\tGeneric 96 UV\nRead\tod\n\tAbsorbance "
             "Endpoint\n\tWavelengths:  600\n"
             "Read\tred\n\tFluorescence Endpoint\n\tFilter Set 1\n\t    Excitation: 579,  Emission: 616\n\n"
             "Actual Temperature:\t30.0\n\nod:600\n\t1\t2\nA\t0.1\t0.2\tod:600\n\n"
             "Actual Temperature:\t31.0\n\nred:579,616\n\t1\t2\nA\t50\t60\tred:579,616\n");
    REQUIRE(file.measurements.size() == 4);
    CHECK(at(file, "A2").temperature_c == 30);
    CHECK(at(file, "A2", 1).temperature_c == 31);
    CHECK(file.readouts[1].excitation_nm == 579);
    CHECK(file.readouts[1].emission_nm == 616);
}

TEST_CASE("Gen5: a kinetic run, unfinished, longer than a day, with a mangled degree sign") {
    const PlateFile file = read(
        header + od_procedure +
        "600\n\nTime\tT\xE2\x88\x9E 600\tA1\tD6\n0:00:22\t30.0\t0.1\t0.2\n86:27:31\tPER WELL\t0.3\t?????\n"
        "0:00:00\n0:00:00\n\nBlank 600\n\nTime\tA1\tD6\n0:00:22\t9\t9\n");
    REQUIRE(file.measurements.size() == 4);
    CHECK(at(file, "A1").time_s == 22);
    CHECK(at(file, "A1").temperature_c == 30);
    CHECK(at(file, "A1", 1).time_s == 86 * 3600 + 27 * 60 + 31);
    CHECK(std::isnan(at(file, "A1", 1).temperature_c));
    CHECK(at(file, "D6", 1).flag == Flag::error);
    REQUIRE(file.rejects.size() == 2);
    CHECK(file.rejects[0].reason == "2 planned reads were not taken");
    CHECK(file.rejects[1].reason == "'Blank 600' is calculated");
}

TEST_CASE("Gen5: times that a spreadsheet left as days, where the procedure allows them") {
    const auto export_of = [](const std::string& runtime) {
        return header + "Procedure Details\n\nPlate Type\t24 WELL PLATE\nStart Kinetic\tRuntime " + runtime +
               " (HH:MM:SS), Interval 12:00:00, 3 Reads\n    Read\tAbsorbance Endpoint\n\tWavelengths:  600\n"
               "End Kinetic\t\n\nmy own line\n\tTime\tT\xC2\xB0 600\tA1\tD6\t\tmine\n"
               "\t0.003\t30\t0.1\t0.2\t\t#DIV/0!\n\t1.00501157\t30\t0.3\t0.4\t\t7\n\t0\n";
    };
    const PlateFile file = read(export_of("24:00:00"));
    REQUIRE(file.measurements.size() == 4);
    CHECK(at(file, "A1").time_s == Approx(259.2));
    CHECK(at(file, "D6", 1).time_s == Approx(24 * 3600 + 433));
    CHECK(file.rejects[0].reason == "1 planned reads were not taken");
    CHECK_THROWS_WITH(read(export_of("1:00:00")), Contains("'1.00501157' is not a time (h:mm:ss)"));
}

TEST_CASE("Gen5: a German CSV: semicolons, decimal commas, tables one column in, a time column a channel") {
    const PlateFile file = read(
        "Software Version;02.07.2017;;;;;\n;;;;;;\nProtocol File Path:;C:\\a.prt;;;;;\nPlate Number;Plate "
        "1;;;;;\n"
        "Date;13.09.2026;;;;;\nTime;14:25:34;;;;;\n;;;;;;\nProcedure Details;;;;;;\nPlate Type;96 WELL "
        "PLATE;;;;;\n"
        "    Read;Absorbance Endpoint;;;;;\n;Wavelengths:  600;;;;;\n    Read;GFP;;;;;\n;Fluorescence "
        "Endpoint;;;;;\n"
        ";    Excitation: 480/9,0,  Emission: "
        "520/20,0;;;;;\n;;;;;;\nLayout;;;;;;\n;;;;;;\n;;1;2;;;\n;A;SPL1;SPL2;Well ID;;\n"
        ";;;;;;\n600;;;;;;\n;;;;;;\n;Time;T\xC2\xB0 600;A1;H12;;\n;00:01:52;30,4;0,06;0,07;;\n;;;;;;\n"
        "GFP:480,520;;;;;;\n;;;;;;\n;Time;T\xC2\xB0 GFP:480,520;A1;H12;;\n;00:02:10,5;37;812;1020;;\n;;;;;;\n"
        "Results;;;;;;\n;;;;;;\n;;1;2;;;\n;A;3;4;Max V [600];;\n");
    REQUIRE(file.measurements.size() == 4);
    CHECK(at(file, "A1").value == 0.06);
    CHECK(at(file, "A1").time_s == 112);
    CHECK(at(file, "A1").temperature_c == 30.4);
    CHECK(at(file, "H12", 1).value == 1020);
    CHECK(at(file, "H12", 1).time_s == 130.5);
    CHECK(file.readouts[1].excitation_nm == 480);
    CHECK(file.samples.at({0, {0, 1}}) == "SPL2");
}

TEST_CASE("Gen5: 384 wells in blocks of some columns are one series") {
    const PlateFile file =
        read(header +
             "Procedure Details\n\nPlate Type\t384 WELL PLATE\nRead\tAbsorbance Endpoint\n\n600\n\n"
             "Time\tT\xC2\xB0 600\tA1\tA2\n0:00:00\t30\t1\t2\n0:10:00\t30\t3\t4\n\n"
             "Time\tT\xC2\xB0 600\tP23\tP24\n0:00:00\t30\t5\t6\n0:10:00\t30\t7\t8\n");
    CHECK(file.measurements.size() == 8);
    CHECK(file.readouts.size() == 1);
    CHECK(at(file, "P24", 1).value == 8);
    CHECK(at(file, "P24", 1).time_s == 600);
}

TEST_CASE("Gen5: spectra of each kind") {
    const auto spectrum = [](const std::string& procedure, const std::string& label) {
        return read(header + "Procedure Details\n\nPlate Type\t96 WELL PLATE\n" + procedure + "\n" + label +
                    "\n\nWavelength\tA1\tA2\n300\t0.5\t0.6\n310\t0.7\n");
    };
    const PlateFile absorbance = spectrum("Read\tscan\n\tAbsorbance Spectrum\n", "scan:Spectrum");
    REQUIRE(absorbance.measurements.size() == 4);
    CHECK(absorbance.readouts[1].wavelength_nm == 310);
    CHECK(at(absorbance, "A2", 1).flag == Flag::not_measured);
    const PlateFile emission =
        spectrum("Read\tFluorescence Spectrum\n\tFixed Excitation: 250/20 nm\n\tEmission Start: 300/20 nm\n",
                 "EM Spectrum");
    CHECK(emission.readouts[0].excitation_nm == 250);
    CHECK(emission.readouts[0].emission_nm == 300);
    const PlateFile excitation =
        spectrum("Read\tFluorescence Spectrum\n\tFixed Emission: 500/20 nm\n\tExcitation Start: 300/20 nm\n",
                 "EX Spectrum");
    CHECK(excitation.readouts[0].excitation_nm == 300);
    CHECK(excitation.readouts[0].emission_nm == 500);
}

TEST_CASE("Gen5: a scan within the wells gives several reads, corners left out") {
    const PlateFile file =
        read(header +
             "Procedure Details\n\nPlate Type\t96 WELL PLATE\nRead\tarea\n\tAbsorbance Area Scan\n"
             "\tWavelengths:  450\n\narea:450\n\nX Read #\tY Read "
             "#\tA1\tA2\n1\t1\t\t\n1\t2\t0.1\t0.2\n2\t1\t0.3\t0.4\n");
    CHECK(file.measurements.size() == 4);
    CHECK(number_reads(file) == std::vector<std::uint16_t>{1, 1, 2, 2});
}

TEST_CASE("Gen5: several plates, two of them with the same number") {
    const std::string results = "Results\n\t1\nA\t0.5\t600\n\n\n";
    std::string later = header;
    later.replace(later.find("9:15:00"), 7, "9:45:00");
    const PlateFile file = read(header + od_procedure + results + later + od_procedure + results);
    REQUIRE(file.plates.size() == 2);
    CHECK(file.plates[0].name == "Plate 1");
    CHECK(file.plates[1].name == "Plate 1 (2)");
    CHECK(file.measurements[1].plate == 1);
    CHECK(file.readouts.size() == 1);
}

TEST_CASE("Gen5: rows may be few and far apart") {
    const PlateFile file =
        read(header +
             "Procedure Details\n\nPlate Type\t1536 WELL PLATE\nRead\tLuminescence Endpoint\n\n"
             "Lum\n\t1\t48\nA\t1\t2\tLum\nL\t3\t4\tLum\nAF\t5\t6\tLum\n");
    CHECK(at(file, "L48").value == 4);
    CHECK(at(file, "AF1").value == 5);
    CHECK(std::isnan(file.readouts[0].emission_nm));
}

TEST_CASE("Gen5: a kinetic run as plates, one a read, each under its time") {
    const std::string read_1 =
        "od:600 - Time 1 (0:09:10)\nTime 1 (0:09:10)\n\t1\t2\nA\t0.1\t0.2\tod:600 Read#1\n"
        "B\t0.3\tOVRFLW\tod:600 Read#1\n\n";
    const std::string read_2 =
        "od:600 - Time 2 (25:19:10)\nTime 2 (25:19:10)\n\t1\t2\nA\t0.5\t0.6\tod:600 Read#2\n"
        "B\t0.7\t0.8\tod:600 Read#2\n\n";
    const std::string read_3 =
        "od:600 - Time 3 (0:00:00)\nTime 3 (0:00:00)\n\t1\t2\nA\t\t\tod:600 Read#3\n"
        "B\t\t\tod:600 Read#3\n\n";
    const PlateFile file = read(header + od_procedure_named + read_1 + read_2 + read_3);
    REQUIRE(file.measurements.size() == 8);
    CHECK(at(file, "A2").value == 0.2);
    CHECK(at(file, "A2").time_s == 550);
    CHECK(at(file, "B2").flag == Flag::overflow);
    CHECK(at(file, "B2", 1).time_s == 25 * 3600 + 19 * 60 + 10);
    REQUIRE(file.readouts.size() == 1);
    CHECK(file.readouts[0].name == "od:600");
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].reason == "read 3 was planned and not taken");
    CHECK_THROWS_WITH(read(header + od_procedure_named + "Results\n\t1\nA\t0.1\tod:600 Read#1\n"),
                      Contains("line 23") && Contains("'Time 1 (h:mm:ss)'"));
    CHECK_THROWS_WITH(
        read(header + od_procedure_named + read_1 + "Time 2 (0:00:00)\n\t1\nA\t0.1\tod:600 Read#2\n"),
        Contains("read 2") && Contains("0:00:00"));
}

TEST_CASE("Gen5: a kinetic run with a line a well, unfinished, and a calculated one") {
    const PlateFile file =
        read(header + od_procedure_named +
             "od:600\n\nTime\t0:00:22\t25:27:31\t0:00:00\t\nT\xC2\xB0 od:600\t30.0\t30.1\t\t\n"
             "A1\t0.1\t0.2\t\t\nD6\t0.3\t>4.000\t\t\n\n"
             "Blank od:600\n\nTime\t0:00:22\t25:27:31\t\nA1\t9\t9\t\n");
    REQUIRE(file.measurements.size() == 4);
    CHECK(at(file, "A1", 1).value == 0.2);
    CHECK(at(file, "A1", 1).time_s == 25 * 3600 + 27 * 60 + 31);
    CHECK(at(file, "A1", 1).temperature_c == 30.1);
    CHECK(at(file, "D6", 1).flag == Flag::overflow);
    REQUIRE(file.rejects.size() == 2);
    CHECK(file.rejects[0].reason == "1 planned reads were not taken");
    CHECK(file.rejects[1].reason == "'Blank od:600' is calculated");
}

TEST_CASE("Gen5: a spectrum with a line a well") {
    const PlateFile file =
        read(header +
             "Procedure Details\n\nPlate Type\t96 WELL PLATE\nRead\tscan\n\tAbsorbance "
             "Spectrum\n\nscan:Spectrum\n\nWavelength\t300\t310\t\nA1\t0.5\t0.6\t\nA2\t0.7\t\t\n");
    REQUIRE(file.measurements.size() == 4);
    CHECK(file.readouts[1].wavelength_nm == 310);
    CHECK(at(file, "A2", 1).flag == Flag::not_measured);
}

TEST_CASE("Gen5: results with a line a well: measured columns are read, statistics are calculated") {
    const PlateFile file = read(
        header + od_procedure_named +
        "Actual Temperature:\t30.5\n\nResults\n\nWell ID\tName\tWell\tConc/Dil\tBlank "
        "od:600\tod:600\tCount\tMean\t"
        "Std Dev\tCV (%)\nSTD1\t\tA1\t10\t0.05\t0.125\t2\t0.1\t0.01\t7\n\t\tA2\t10\t0.06\tOVRFLW\t\t\t\t\n"
        "BLK\t\tD6\t\t0\t0.07\t1\t0\t?????\t?????\n\nCurve Fitting Results\n\nCurve Name\tA\nStd\t1\n");
    REQUIRE(file.measurements.size() == 3);
    CHECK(at(file, "A1").value == 0.125);
    CHECK(at(file, "A1").temperature_c == 30.5);
    CHECK(at(file, "A2").flag == Flag::overflow);
    CHECK(at(file, "D6").value == 0.07);
    CHECK(file.samples.at({0, {3, 5}}) == "BLK");
    CHECK(file.rejects.size() == 5);  // "Blank od:600", "Count", "Mean", "Std Dev", "CV (%)"
    CHECK_THROWS_WITH(read(header + od_procedure_named + "Results\n\nWell\tod:600\nA1\t0.1\nmean\t0.1\n"),
                      Contains("line 25, column 1") && Contains("'mean' is not a well"));
}

TEST_CASE("Gen5: results with a column a well") {
    const PlateFile file =
        read(header + od_procedure_named +
             "Results\n\nWell ID\tSTD1\tSTD1\tBLK\t\nWell\tA1\tA2\tD6\t\nConc/Dil\t10\t10\t\t\n"
             "od:600\t0.1\t0.2\t0.3\t\nBlank od:600\t0\t0\t0\t\n");
    REQUIRE(file.measurements.size() == 3);
    CHECK(at(file, "A2").value == 0.2);
    CHECK(at(file, "D6").value == 0.3);
    CHECK(file.samples.at({0, {0, 1}}) == "STD1");
    CHECK(file.rejects.size() == 1);
}

TEST_CASE(
    "Gen5: an export without its header is known by its lists, and needs measured values all the same") {
    const PlateFile file =
        read("Results\n\nWell ID\tWell\t485,528\t[Concentration]\nSPL1\tA1\t100\t5\nSPL2\tB1\t200\t9\n");
    REQUIRE(file.measurements.size() == 2);
    CHECK(file.readouts[0].excitation_nm == 485);
    CHECK_THROWS_WITH(read("Results\n\nWell ID\tWell\t[Blanked-RFU]\t[Concentration]\nSPL1\tA1\t100\t5\n"),
                      Contains("'[Blanked-RFU]'") && Contains("calculated"));
}

TEST_CASE("Gen5: what cannot be read is refused with its place") {
    const std::string top = header + od_procedure;
    CHECK_THROWS_WITH(read(top + "Results\n\t1\nA\t0.x\t600\n"),
                      Contains("line 22, column 2") && Contains("well A1") && Contains("'0.x'"));
    CHECK_THROWS_WITH(read(top + "Results\n\t1\nA\t0.5\tBlank 600\n"),
                      Contains("line 22") && Contains("'Blank 600'") && Contains("calculated"));
    CHECK_THROWS_WITH(read(top), Contains("no measured values"));
    CHECK_THROWS_WITH(read(top + "Results\n\t1\t2\nA\t0.5\t0.6\t600\nB\t0.7"),
                      Contains("line 23") && Contains("label"));
    CHECK_THROWS_WITH(read(top + "600\n\nTime\tT 600\tA1\nsoon\t30\t0.1\n"),
                      Contains("line 23") && Contains("'soon'"));
    CHECK_THROWS_WITH(read(top + "600\n\nTime\tT 600\tA1\tA2\n0:00:00\t30\t0.1\t0.2\n0:10:00\t30\t0.3"),
                      Contains("line 24") && Contains("ends in the middle"));
    CHECK_THROWS_WITH(read(top + "Results\n\t7\nA\t0.5\t600\n"), Contains("no well A7"));
}

TEST_CASE("Gen5 keeps what every reader promises: endpoint") {
    wellsieve::tests::check_reader(
        {.reader = "gen5",
         .sample = header + od_procedure +
                   "Layout\n\t1\t2\nA\tSTD1\tSPL1\tWell ID\nB\tBLK\tSPL2\tWell ID\n\n" +
                   "Results\n\t1\t2\nA\t0.125\t0.25\t600\n\t1\t2\tBlank "
                   "600\nB\t0.4711\t0.5\t600\n\t3\t4\tBlank 600\n",
         .measurements = 4,
         .cell = "0.4711",
         .well = "B1"});
}

TEST_CASE("Gen5 keeps what every reader promises: kinetic") {
    const std::string table =
        "600\n\nTime\tT\xC2\xB0 600\tA1\tA2\tB1\n0:00:22\t30.1\t0.101\t0.102\t0.103\n"
        "0:10:22\t30.2\t0.201\t0.4711\t0.203\n0:00:00\n";
    std::string comma = table;
    for (char& c : comma)
        c = c == '.' ? ',' : c;
    wellsieve::tests::check_reader({.reader = "gen5",
                                    .sample = header + od_procedure + table,
                                    .measurements = 6,
                                    .cell = "0.4711",
                                    .well = "A2",
                                    .decimal_comma = header + od_procedure + comma,
                                    .known_token = "*0.5*",
                                    .flag = Flag::masked});
}

TEST_CASE("Gen5 keeps what every reader promises: a list of wells") {
    wellsieve::tests::check_reader(
        {.reader = "gen5",
         .sample = header + od_procedure +
                   "Results\n\nWell ID\tWell\t600\tBlank 600\nSTD1\tA1\t0.125\t0.1\nSPL1\tA2\t0.4711\t0.2\n"
                   "SPL2\tB1\t0.25\t0.3\n",
         .measurements = 3,
         .cell = "0.4711",
         .well = "A2"});
}

TEST_CASE("Gen5 keeps what every reader promises: a kinetic run with a line a well") {
    const std::string table =
        "600\n\nTime\t0:00:22\t0:10:22\t0:20:22\nT\xC2\xB0 600\t30.1\t30.2\t30.3\nA1\t0.101\t0.4711\t0.103\n"
        "A2\t0.201\t0.202\t0.203\n";
    std::string comma = table;
    for (char& c : comma)
        c = c == '.' ? ',' : c;
    wellsieve::tests::check_reader({.reader = "gen5",
                                    .sample = header + od_procedure + table,
                                    .measurements = 6,
                                    .cell = "0.4711",
                                    .well = "A1",
                                    .decimal_comma = header + od_procedure + comma,
                                    .known_token = "*0.5*",
                                    .flag = Flag::masked});
}
