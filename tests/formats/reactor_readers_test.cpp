#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <map>

#include "formats/plates/tidy.hpp"
#include "tests/formats/reader_conformance.hpp"
#include "tests/support/readings.hpp"
#include "tests/support/workbook_builder.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;
using tests::read_sample;
using tests::readings;
using tests::times_s;
using tests::with_replaced;

namespace {

const std::string dasware =
    "\"[Info]\"\n\"Product\";\"Version\";\"Host\"\n\"FngArchiv\";\"4.0.1\";\"PC\"\n\n"
    "\"[ProjectInfo]\"\n\"ProjName\";\"FullName\"\n\"demo.Control\";\"\\demo\"\n\n"
    "\"[TrackInfo]\"\n\"ProjName\";\"LocName\"\n\"Track1\";\"Unit.V.PV\"\n\n\"[TrackData]\"\n\n"
    "\"[TrackData1]\"\n"
    "\"Timestamp\";\"Duration\";\"Unit 1.Inoculation Time []\";\"Unit 1.V1.PV [mL]\";\"Unit 1.pH1.PV [pH]\";"
    "\"Unit 1.XO2 1.Out [%]\";\"Unit 1.FD1.PV [mL/h]\";\"Unit 1.VA1.PV [mL]\";\"Unit 1.Offline1.A []\"\n"
    "2026-07-26 11:53:36; 6.94444446708076E-04;1899-12-30 00:00:00; 0; 0; 0; 0; 0;\"\"\n"
    "2026-07-26 11:54:36; 1.38888889341615E-03;1899-12-30 00:00:00; 1000; 6.697; 20.52; 0; .039;\"\"\n"
    "2026-07-26 11:55:36; 2.08333334012423E-03;1899-12-30 00:00:30;\"\"; 6.691;\"\";\"\";-.002; 1.5\n\n\n"
    "\"[TrackData2]\"\n"
    "\"Timestamp\"\";\"Duration\";\"Unit 2.Inoculation Time []\";\"Unit 2.V2.PV [mL]\";\"Unit 2.pH2.PV "
    "[pH]\";"
    "\"Unit 2.XO2 2.Out [%]\";\"Unit 2.FD2.PV [mL/h]\";\"Unit 2.VA2.PV [mL]\";\"Unit 2.Offline2.A []\"\n"
    "2026-07-26 11:53:48; 6.94444446708076E-04;1899-12-30 00:00:00; 0; 0; 0; 0; 0;\"\"\n"
    "2026-07-26 11:54:48; 1.38888889341615E-03;\"\"; 1001; 7.4711; 20.61;\"\";\"\";\"\"\n\n\n"
    "\"[Events]\"\n\"No\";\"Timestamp\"\n21271;2026-07-26 11:52:25\n\n\"[End]\"\n";

const std::string mfcs =
    "PDatTime;ProcessTime;pH;pH;TEMP;ACIT\n;Value;Value;Setpoint;Value;Value\n;(hours);(pH);(pH);(degC);(ml)"
    "\n"
    "02.01.2026 10:00:00;0.5;7.01;7;30.1;0\n02.01.2026 10:05:00;1.5;7.0211;7;30.2;1.5\n";

const std::string mfcs_comma =
    "PDatTime;ProcessTime;pH;pH;TEMP;ACIT\n;Value;Value;Setpoint;Value;Value\n;(hours);(pH);(pH);(degC);(ml)"
    "\n"
    "02.01.2026 10:00:00;0,5;7,01;7;30,1;0\n02.01.2026 10:05:00;1,5;7,0211;7;30,2;1,5\n";

const std::string growth_profiler =
    "File_Type,OD\nFile_Version,3\nGP,\nMTP_Type,96Wells_Square\nMTP_Wells_X,12\nMTP_Wells_Y,8\n"
    "Timestamp,20260316_153054\nMTP,2\nPlate-ID,P7\nGBlank,28.547\n\n"
    "Time (min),A1,A2,B1,,Input_Image\n0,0.045,-0.01,0.1,,a.png\n20.25,0.4711,0.05,0.2,,b.png\n";

constexpr std::string_view ambr =
    "Time\tAir flow\tTime\tDO [%]\n0.5\t75.077\t0.25\t99.5\n1.5\t75.044\t0.75\t98.92\n\t\t1.25\t98.81\n";

std::string ambr_workbook(std::string_view text) {
    return tests::make_workbook({tests::sheet_from_text("HT1", text)});
}

std::map<std::string, std::string> of_vessel(const PlateFile& file, std::string_view well) {
    std::map<std::string, std::string> by_name;
    for (std::uint32_t i = 0; i < file.readouts.size(); ++i)
        by_name[file.readouts[i].name + (file.readouts[i].derived ? " derived" : "")] =
            readings(file, well, i);
    return by_name;
}

}  // namespace

TEST_CASE("dasgip: a section a reactor, cells filled when a track changes") {
    tests::check_reader({.reader = "dasgip",
                         .sample = dasware,
                         .measurements = 18,
                         .cell = "7.4711",
                         .well = "A2",
                         .delimiter = ';'});
}

TEST_CASE("dasgip: vessels, tracks without the vessel's number, days") {
    const PlateFile file = read_sample(dasware);
    REQUIRE(file.plates.size() == 1);
    CHECK(file.plates[0].name == "demo.Control");
    CHECK(file.plates[0].vessels == Vessels::reactors);
    CHECK(file.shape(0) == PlateShape{1, 2});
    CHECK(file.samples.at({0, *parse_well("A2")}) == "Unit 2");
    CHECK(of_vessel(file, "A1") == std::map<std::string, std::string>{{"V.PV", "0 1000"},
                                                                      {"pH.PV", "0 6.697 6.691"},
                                                                      {"XO2.Out derived", "0 20.52"},
                                                                      {"VA.PV derived", "0 0.039 -0.002"},
                                                                      {"Offline.A", "1.5"}});
    CHECK(times_s(file, "A1", 1) == std::vector<double>{60, 120, 180});
    CHECK(file.readouts[0].on_change);
    CHECK(file.readouts[0].unit == "mL");
    CHECK(file.metadata.at("inoculation of Unit 1 [s]") == "150");
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].reason == "track 'FD.PV' is 0 throughout in every reactor: not in use");
}

TEST_CASE("dasgip: the tidy table calls each reactor a plate and a well") {
    const std::string tidy = to_tidy(read_sample(dasware));
    CHECK(tidy.find("Unit 2\tUnit 2\tpH.PV\t\t\t\t120\t1\t7.4711\tpH\t\t\tUnit 2\traw\n") !=
          std::string::npos);
    CHECK(tidy.find("XO2") == std::string::npos);
}

TEST_CASE("dasgip: DASware 5 names tracks without blanks; a file of a calibration has no tracks") {
    const std::string five = with_replaced(with_replaced(dasware, "Unit 1.XO2 1.Out", "Unit 1.XO21.Out"),
                                           "Unit 1.V1.PV", "Unit 1.V1.VPV");
    const auto tracks = of_vessel(read_sample(five), "A1");
    CHECK(tracks.at("XO2.Out derived") == "0 20.52");
    CHECK(tracks.at("V.VPV") == "0 1000");
    CHECK_THROWS_WITH(
        read_sample("\"[Info]\"\n\"Product\"\n\"DASGIP Control\";\"5\"\n\n\"[Events]\"\n\"No\"\n"),
        Catch::Contains("holds no section '[TrackData1]'"));
    CHECK_THROWS_WITH(read_sample(with_replaced(dasware, "2.08333334012423E-03", "noon")),
                      Catch::Contains("line 19, column 2: 'noon' is not a duration in days"));
}

TEST_CASE("ambr: a sheet a reactor, each signal behind its own times") {
    tests::check_reader({.reader = "ambr",
                         .sample = std::string(ambr),
                         .measurements = 5,
                         .cell = "98.92",
                         .well = "A1",
                         .to_bytes = ambr_workbook});
}

TEST_CASE("ambr: sheets are reactors, sheets without signals are set aside") {
    const PlateFile file =
        read_sample(tests::make_workbook({tests::sheet_from_text("HT1", with_replaced(ambr, "75.044", "NaN")),
                                          tests::sheet_from_text("HT2", "Time\tDO\tTime\tpH\n2\t50\t3\t7\n"),
                                          tests::sheet_from_text("Notes", "made by\tAB\n")}));
    CHECK(file.shape(0) == PlateShape{1, 2});
    CHECK(file.samples.at({0, *parse_well("A1")}) == "HT1");
    CHECK(file.samples.at({0, *parse_well("A2")}) == "HT2");
    CHECK(readings(file, "A1", 0) == "75.077 not a number");
    CHECK(file.flag_texts.at(1) == "NaN");
    CHECK(times_s(file, "A1", 1) == std::vector<double>{900, 2700, 4500});
    CHECK(file.readouts[1].name == "DO");
    CHECK(file.readouts[1].unit == "%");
    CHECK(file.rejects.size() == 1);
    CHECK_THROWS_WITH(read_sample(ambr_workbook(with_replaced(ambr, "0.75\t98", "x\t98"))),
                      Catch::Contains("sheet 'HT1', cell C3: well A1: 'x' is not a time"));
}

TEST_CASE("mfcs: tags over kinds over units") {
    tests::check_reader({.reader = "mfcs",
                         .sample = mfcs,
                         .measurements = 8,
                         .cell = "7.0211",
                         .well = "A1",
                         .delimiter = ';',
                         .decimal_comma = mfcs_comma});
    const PlateFile file = read_sample(mfcs);
    CHECK(file.samples.at({0, *parse_well("A1")}) == "sample");
    CHECK(of_vessel(file, "A1") == std::map<std::string, std::string>{{"pH", "7.01 7.0211"},
                                                                      {"pH Setpoint derived", "7 7"},
                                                                      {"TEMP", "30.1 30.2"},
                                                                      {"ACIT", "0 1.5"}});
    CHECK(times_s(file, "A1") == std::vector<double>{1800, 5400});
    CHECK(file.readouts[2].unit == "degC");
}

TEST_CASE("mfcs: points part thousands where the comma is the decimal mark") {
    const PlateFile file = read_sample(with_replaced(mfcs_comma, "30,2;1,5", "30,2;1.234,5"));
    CHECK(readings(file, "A1", 3) == "0 1234.5");
}

TEST_CASE("mfcs: without an elapsed time the clock counts; numbered tags are several vessels") {
    const PlateFile file = read_sample(
        "PDatTime;pH_1;pH_2\n;(pH);(pH)\n02.01.2026 23:59:00;7.01;6.9\n03.01.2026 00:01:00;7.02;6.8\n");
    CHECK(file.shape(0) == PlateShape{1, 2});
    CHECK(readings(file, "A2") == "6.9 6.8");
    CHECK(times_s(file, "A1") == std::vector<double>{0, 120});
    CHECK(times_s(read_sample("PDatTime;pH\n;(pH)\n02.01.2026 23:59;7\n03.01.2026 01:30;7\n"), "A1") ==
          std::vector<double>{0, 91 * 60});  // hours and minutes
    CHECK_THROWS_WITH(read_sample("PDatTime;pH\n;(pH)\nsoon;7\n"),
                      Catch::Contains("line 3, column 1: 'soon' is not a time"));
}

TEST_CASE("growth profiler: minutes down, wells across") {
    tests::check_reader({.reader = "growth_profiler",
                         .sample = growth_profiler,
                         .measurements = 6,
                         .cell = "0.4711",
                         .well = "A1",
                         .delimiter = ','});
    const PlateFile file = read_sample(growth_profiler);
    CHECK(file.plates[0].name == "P7");
    CHECK(file.shape(0) == PlateShape{8, 12});
    CHECK(file.readouts[0].name == "OD");
    CHECK(file.readouts[0].mode == Mode::online);
    CHECK(times_s(file, "A1") == std::vector<double>{0, 1215});
}
