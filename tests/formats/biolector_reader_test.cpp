#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <map>

#include "formats/plates/tidy.hpp"
#include "tests/formats/reader_conformance.hpp"
#include "tests/support/readings.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;
using tests::read_sample;
using tests::readings;
using tests::times_s;
using tests::with_replaced;

namespace {

/// Two filter sets; the second has an optode and no reference.
const std::string readings_form =
    "FILENAME;\\Hard Disk2\\Result\\demo.csv\nPROTOCOL;demo\nFILE_VERSION;3.3;\nDATE "
    "START;2026-01-02;07:02:03\n"
    "DEVICE;BL000\nUSER;AB;COMMENT;none\nPLATETYPE;MTP-48-FlowerPlate;LOT;UNKOWN\nMTP ROWS;6\nMTP COLUMNS;8\n"
    "FILTERSETS;2;REFERENCE_MODE;2\n\n"
    "FILTERSET;FILTERNAME;EX [nm];EM [nm];GAIN;REFERENCE VALUE;PROCESS PARAMETER\n"
    " 1;Biomass;620;620;10;250.00;SET TEMPERATURE [°C];30.00\n"
    " 2;pH-hc;485;530;7;;SET HUMIDITY [rH];85.00\n"
    ";;;;;;SET CYCLE TIME [min];3\n\n"
    "READING;WELLNUM;CONTENT;DESCRIPTION;FILTERSET;TIME [h];AMPLITUDE;PHASE;ACT TEMP [°C];COMMENTS\n"
    "K;;;;;0.06;;;;PreShaking   ON\n"
    "R;;;;1;0.061;200.00;0.0;25.10;reference\n"
    "C1;A08;X8;strain one;1;0.5;100.00;0.0;29.90;\n"
    "C1;B08;X16;;1;0.75;50.00;0.0;30.00;\n"
    "C1;A08;X8;strain one;2;1.0;71.25;33.5;30.00;\n"
    "R;;;;1;1.061;125.00;0.0;25.10;reference\n"
    "C2;A08;X8;strain one;1;1.5;110.00;0.0;29.90;\n";

const std::string process_form =
    "=====process=====\n[process] 7\n[start_date_time] 2026-01-02, 16:54:30\n[hardware_id] "
    "B2\n[is_compressed] 0\n"
    "=====protocol=====\n====== main ======\n[name] demo\n[mtp] MTP_48-FlowerPlate\n[mtp-rows] "
    "6\n[mtp-columns] 8\n"
    "====== channels ======\n[no_filterset] 2\n===== measurement channels =====\n[01_no] 1\n[01_name] BS5\n"
    "[01_filter_type] Intensity\n===== measurement channels =====\n[02_no] 2\n[02_name] pH\n[02_filter_type] "
    "pH\n"
    "====== process ======\n[temperature] 30\n====== fermentations ======\n[no_fermentation] 2\n"
    "===== fermentation =====\n[001_well] A08\n[001_content] X8\n[001_description] strain one\n"
    "===== fermentation =====\n[002_well] B08\n[002_content] X16\n[002_description]\n\n"
    "=====data=====\n"
    "Type;Cycle;Well;Filterset;Time;Amp_1;Amp_2;AmpRef_1;AmpRef_2;Phase;Cal;Temp_up;Reservoir;MF_Volume;Temp_"
    "Ch4\n"
    "C;0001;;;9;;;;;;;;;;\n"
    "P;0001;;;14;;;;;;;22.80;;;\n"
    "R;0001;;01;45;241.30;0.00;;;;;23.70;;;\n"
    "M;0001;001;01;47;8.57;0.00;6.43;0.00;-1.49;0.00;23.80;;;\n"
    "M;0001;002;01;48;8.34;0.00;6.26;0.00;-1.29;0.00;23.90;;;\n"
    "M;0001;001;02;129;43.12;0.00;0.00;0.00;30.29;6.60;24.00;;;\n"
    "M;0001;002;02;130;44.12;0.00;0.00;0.00;31.29;-9999.00;24.00;;;\n"
    "F;0001;001;;140;;;;;;;;-1;2.500;802.5\n"
    "=====end_process=====\n[end_date_time] 2026-01-02, 17:29:53\n";

const std::string channels_form =
    "Filename;working.csv;;;;\nProtocol;demo;;;;\nExperiment Start;16-02-2026;;;;\nHardware-ID;B2;;;;\n"
    "MTP Type;MTP_MF32-FlowerPlate;;;;\n;Rows;6;;;\n;Columns;8;;;\n;;;;;\nFilter ID;Channel Name;Gain 1;;;\n"
    "201;Biomass;3;;;\n;;;;;\nWell;Content;Description;Channel;;\n;;;Cycle:;104;105\n;;;Time:;0.5;1.5\n"
    "C01;X17;strain one;Biomass Gain=3;4.711;4.9\nC02;X18;;Biomass Gain=3;5.1;5.2\n"
    "C01;X17;strain one;pH(HP8) [-];7.01;6.99\n";

}  // namespace

TEST_CASE("biolector: a line a reading, of I and II") {
    // Without the factory's reference, for a shortened amplitude would give two wrong numbers.
    tests::check_reader({.reader = "biolector",
                         .sample = with_replaced(readings_form, "250.00", ""),
                         .measurements = 5,
                         .cell = "71.25",
                         .well = "A8",
                         .delimiter = ';'});
}

TEST_CASE("biolector: wells, cycles, hours and the reference of the cycle") {
    const PlateFile file = read_sample(readings_form);
    CHECK(file.shape(0) == PlateShape{6, 8});
    CHECK(readings(file, "A8", 0) == "100 110");
    CHECK(times_s(file, "A8", 0) == std::vector<double>{1800, 5400});
    CHECK(readings(file, "B8", 0) == "50");
    CHECK(file.measurements[0].temperature_c == 29.9);
    CHECK(file.measurements.back().cycle == 2);
    CHECK(file.samples.at({0, *parse_well("A8")}) == "strain one");
    CHECK(file.samples.at({0, *parse_well("B8")}) == "X16");
    CHECK(file.metadata.at("SET TEMPERATURE [°C]") == "30.00");
    std::map<std::string, std::string> by_name;
    for (std::uint32_t i = 0; i < file.readouts.size(); ++i)
        by_name[file.readouts[i].name] = readings(file, "A8", i);
    // 250 of the factory ÷ 200 of the first cycle, and ÷ 125 of the second.
    CHECK(by_name == std::map<std::string, std::string>{{"Biomass amplitude", "100 110"},
                                                        {"Biomass referenced", "125 220"},
                                                        {"pH-hc amplitude", "71.25"},
                                                        {"pH-hc phase", "33.5"}});
}

TEST_CASE("biolector: a reading that the header does not know, and lines that are none") {
    CHECK_THROWS_WITH(read_sample(with_replaced(readings_form, "C1;B08;X16;;1", "C1;B08;X16;;3")),
                      Catch::Contains("column 5: the header knows no filter set '3'"));
    CHECK_THROWS_WITH(read_sample(with_replaced(readings_form, "C1;B08", "C1;B8x")),
                      Catch::Contains("'B8x' is not a well"));
    CHECK_THROWS_WITH(read_sample(with_replaced(readings_form, "1;0.75;50", "1;noon;50")),
                      Catch::Contains("'noon' is not a time in hours"));
    const PlateFile file = read_sample(with_replaced(readings_form, "C1;B08", "D1;B08"));
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].reason == "a line 'D1' is no reading");
}

TEST_CASE("biolector: the values that bletl computes from a whole run") {
    const std::string folder = std::string(WELLSIEVE_SHARED_DATA) + "/growth/";
    if (!std::filesystem::exists(folder + "bletl_BL1_JH_ShakerSteps.raw.csv")) {
        WARN("skipped: no shared data");
        return;
    }
    const PlateFile file = read_plate_file(Document::open(folder + "bletl_BL1_JH_ShakerSteps.raw.csv"));
    CHECK(file.measurements.size() == std::size_t{2} * 5376);
    for (const Measurement& m : file.measurements)
        if (file.readouts[m.readout].name == "Biomass referenced" && m.well == *parse_well("A1") &&
            m.cycle <= 2)
            CHECK(m.value == Approx(m.cycle == 1 ? 373.85856 : 374.54178).epsilon(1e-7));  // its BS10
}

TEST_CASE("biolector: sections and a line a reading, of Pro") {
    tests::check_reader({.reader = "biolector",
                         .sample = process_form,
                         .measurements = 14,
                         .cell = "43.12",
                         .well = "A8",
                         .delimiter = ';'});
}

TEST_CASE("biolector: Pro numbers its fermentations in the order in which it reads them") {
    const PlateFile file = read_sample(process_form);
    CHECK(file.shape(0) == PlateShape{6, 8});
    std::map<std::string, std::string> by_name;
    for (std::uint32_t i = 0; i < file.readouts.size(); ++i)
        by_name[file.readouts[i].name] =
            readings(file, "B8", i) + (file.readouts[i].derived ? " derived" : "");
    CHECK(by_name["BS5 amplitude"] == "8.34");
    CHECK(by_name["BS5 referenced"] == "6.26 derived");
    CHECK(by_name["pH calibrated"] == "not measured");  // -9999
    CHECK(by_name["pH phase"] == "31.29 derived");
    CHECK(by_name["Volume"] == " derived");
    CHECK(file.samples.at({0, *parse_well("A8")}) == "strain one");
    CHECK(file.samples.at({0, *parse_well("B8")}) == "X16");
    CHECK(times_s(file, "A8", 0) == std::vector<double>{47});
}

TEST_CASE("biolector: lines that stand twice and lines that are damaged become rejects") {
    const std::string line = "M;0001;002;01;48;8.34;0.00;6.26;0.00;-1.29;0.00;23.90;;;\n";
    PlateFile file = read_sample(with_replaced(process_form, line, line + line));
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].reason == "the line stands in the file before");
    CHECK(file.measurements.size() == 14);
    file = read_sample(with_replaced(process_form, "-1.29;0.00;23.90;;;", "-1.29;0.00;23.90;;;;M;0001;7"));
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].reason.find("damaged") != std::string::npos);
    CHECK_THROWS_WITH(read_sample(with_replaced(process_form, "M;0001;001;01", "M;0001;017;01")),
                      Catch::Contains("the header knows no fermentation '017'"));
}

TEST_CASE("biolector: the tidy table numbers cycles and leaves out what is derived") {
    const PlateFile file = read_sample(process_form);
    const std::string tidy = to_tidy(file);
    CHECK(tidy.find("\tA8\tBS5 amplitude\t\t\t\t47\t1\t8.57\ta.u.\t\t23.8\tstrain one\traw\n") !=
          std::string::npos);
    CHECK(tidy.find("referenced") == std::string::npos);
    CHECK(to_tidy(file, true).find("\tcalc:BS5 referenced\n") != std::string::npos);
    CHECK(to_tidy(read_sample(readings_form)).find("\t5400\t2\t110\t") != std::string::npos);
}

TEST_CASE("biolector: times across, as BioLection writes them") {
    tests::check_reader(
        {.reader = "biolector",
         .sample = channels_form,
         .measurements = 6,
         .cell = "4.711",
         .well = "C1",
         .delimiter = ';',
         .decimal_comma = with_replaced(
             with_replaced(with_replaced(channels_form, "0.5;1.5", "0,5;1,5"), "4.711;4.9", "4,711;4,9"),
             "5.1;5.2", "5,1;5,2")});
    const PlateFile file = read_sample(channels_form);
    CHECK(file.shape(0) == PlateShape{6, 8});
    CHECK(times_s(file, "C1", 0) == std::vector<double>{1800, 5400});
    CHECK(file.measurements[1].cycle == 105);
    CHECK(readings(file, "C1", 1) == "7.01 6.99");
    CHECK(file.samples.at({0, *parse_well("C1")}) == "strain one");
}
