#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "formats/plates/tidy.hpp"
#include "tests/formats/reader_conformance.hpp"
#include "tests/support/readings.hpp"
#include "tests/support/workbook_builder.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;
using tests::read_sample;
using tests::readings;
using tests::with_replaced;

namespace {

const std::string cedex_6 =
    "0\t2026-09-17 13:04:06\t#ARC-FILE#\t1.1a\t2026-05-01\t2026-09-17\tCEDEX BIO "
    "HT\t123456\t6.0.0.1905\tADMIN\n"
    "40\t2026-09-15 16:55:51\tSMPL1\t\tSAM\t\tGLN2B\t\tmmol/L\t \t  2.45\t  0.17138\tR\n"
    "40\t2026-09-15 16:55:53\tSMPL1\t\tSAM\t\tODB\t\tOD\t \t  6.32\t  1.05394\tR\n"
    "40\t2026-09-15 16:56:26\tSMPL1\t\tSAM\t\tNH3B\t\tmM\t \t  1.846\t  0.05333\tR\n"
    "40\t2026-09-15 16:57:51\tSMPL2\t\tSAM\t\tTP2B\t\tg/L\t< TEST RNG\t< 4.0\t  0.03322\tR\n"
    "40\t2026-09-15 16:58:23\tSMPL2\t\tSAM\t\tTP2LB\t\tg/L\t \t  4.7\t  0.15217\tR\n"
    "40\t2026-09-15 16:58:30\tSMPL2\t\tSAM\t\tPYRB\t\tmg/L\t \t  29.335\t  0.02\tR\n"
    "40\t2026-09-15 16:58:40\tSMPL2\t\tSAM\t\tXYZ9\t\tg/L\t> TEST RNG\t> 0.264\t  0.16\tR\n";

const std::string cedex_5 =
    "0\t2026-05-23 12:54:33\t#ARC-FILE#\t1.1a\t2026-05-23\t2026-05-23\tCEDEX BIO "
    "HT\t123456\t5.0.0.1206\tADMIN\n"
    "40\t2026-05-23 11:22:43\tAC2B\t\t\tSAMPLE_1\tSAM\tmg/L\t \t  23.89\t  0.00938\tR\n"
    "40\t2026-05-23 11:24:51\tKB\t\t\tSAMPLE_1\tSAM\tmmol/L\tp\t  3.63\t  0.06175\tR\n"
    "40\t2026-05-23 11:25:00\tKB\t\t\tQC1\tQC\tmmol/L\t \t  3.60\t  0.06\tR\n";

const std::string flex2 =
    "\"Date & Time\",\"Sample ID\",\"Sample Type\",\"Gln\",\"Gluc\",\"NH4+\",\"pH\",\"Viable "
    "Density\",\"Valid Images\","
    "\"Batch ID\",\"Vessel Temperature (°C)\",\"Operator\",\n"
    "2/18/2026  10:28:04 AM,SAMPLE 1,Default,0.56,0.78,0.25,7.340,0.10,47,,37.0,AB,\n"
    "2/18/2026  10:33:17 AM,SAMPLE 2,Default,0.58,0.7911,0.26,7.262,10.00%,47,,37.0,AB,\n";

const std::string blu =
    "Sample ID,Cell count,Viable cells,Total (x10^6) cells/mL,Viable (x10^6) cells/mL,Viability (%),Average "
    "diameter "
    "(μm),Cell type,Analysis date/time\n"
    "CLB001,2191,2123,0.78,0.75,96.9,18.51,Mammalian,3/21/2026 16:56\n"
    "CLB002,7670,ERROR,2.72,2.63,96.81,19.24,Mammalian,3/23/2026 15:15\n";

const std::string xr_text =
    "Vi-CELL XR 2.06.3\n\nSample ID : CLB001\nFile name : CLB001.txt\nRunDate : 29 Sep 2026  5:21:32 AM\n"
    "Unit S/N : AW1\n\nResults:\nImages : 50\nTotal cells : 4263\nViable cells : 4133\nNonviable cells : "
    "130\n"
    "Viability (%) : 97.0\nTotal cells / ml (x 10^6) : 90.2\nTotal viable cells / ml (x 10^6) : 87.4\n"
    "Average diameter (microns) : 17.3\nAverage circularity : 0.861\n\nSettings:\nDilution : 20.00\nComment "
    ":\n";

std::map<std::string, std::string> of_sample(const PlateFile& file, std::string_view well) {
    std::map<std::string, std::string> by_name;
    for (std::uint32_t i = 0; i < file.readouts.size(); ++i)
        if (const auto text = readings(file, well, i); !text.empty())
            by_name[file.readouts[i].name + " " + file.readouts[i].unit] = text;
    return by_name;
}

}  // namespace

TEST_CASE("cedex: a row a test") {
    tests::check_reader({.reader = "cedex",
                         .sample = cedex_6,
                         .measurements = 7,
                         .cell = "1.846",
                         .well = "A1",
                         .known_token = "< 0.3",
                         .flag = Flag::underflow});
}

TEST_CASE("cedex: tests of one quantity are readings of it, milligrams are grams") {
    const PlateFile file = read_sample(cedex_6);
    CHECK(file.plates[0].vessels == Vessels::samples);
    CHECK(file.samples.at({0, *parse_well("A2")}) == "SMPL2");
    CHECK(of_sample(file, "A1") == std::map<std::string, std::string>{{"glutamine mmol/L", "2.45"},
                                                                      {"optical density AU", "6.32"},
                                                                      {"ammonia mmol/L", "1.846"}});
    CHECK(of_sample(file, "A2") == std::map<std::string, std::string>{{"total protein g/L", "underflow 4.7"},
                                                                      {"pyruvate g/L", "0.029335"},
                                                                      {"XYZ9 g/L", "overflow"}});
    CHECK(to_tidy(file).find("\tSMPL2\ttotal protein\t\t\t\t\t2\t4.7\tg/L\t\t\tSMPL2\traw\n") !=
          std::string::npos);
}

TEST_CASE("cedex: the columns of software 5, and rows that are no samples") {
    tests::check_reader({.reader = "cedex",
                         .sample = cedex_5,
                         .measurements = 2,
                         .cell = "3.63",
                         .well = "A1",
                         .known_token = ""});
    const PlateFile file = read_sample(cedex_5);
    CHECK(of_sample(file, "A1") ==
          std::map<std::string, std::string>{{"acetate g/L", "0.02389"}, {"potassium mmol/L", "3.63"}});
    REQUIRE(file.rejects.size() == 1);
    CHECK(file.rejects[0].place == "line 4");
}

TEST_CASE("flex2: a row a sample") {
    tests::check_reader({.reader = "flex2",
                         .sample = flex2,
                         .measurements = 12,
                         .cell = "0.7911",
                         .well = "A2",
                         .delimiter = ','});
    const PlateFile file = read_sample(flex2);
    CHECK(of_sample(file, "A2") ==
          std::map<std::string, std::string>{{"glutamine mmol/L", "0.58"},
                                             {"glucose g/L", "0.7911"},
                                             {"ammonium mmol/L", "0.26"},
                                             {"pH pH", "7.262"},
                                             {"temperature degC", "37"},
                                             {"viable cell density (cell counter) 10^6 cells/mL", "10"}});
    CHECK(file.samples.at({0, *parse_well("A2")}) == "SAMPLE 2");
}

TEST_CASE("flex2: a batch is a plate") {
    const PlateFile file = read_sample(with_replaced(flex2, "7.262,10.00%,47,,", "7.262,10.00%,47,B7,"));
    REQUIRE(file.plates.size() == 2);
    CHECK(file.plates[1].name == "B7");
    CHECK(file.samples.at({1, *parse_well("A1")}) == "SAMPLE 2");
}

TEST_CASE("vicell: the table of a BLU") {
    tests::check_reader({.reader = "vicell",
                         .sample = blu,
                         .measurements = 12,
                         .cell = "96.9",
                         .well = "A1",
                         .delimiter = ','});
    const PlateFile file = read_sample(blu);
    CHECK(of_sample(file, "A2").at("viable cell count cell") == "error");
    CHECK(of_sample(file, "A1").at("viable cell density (cell counter) 10^6 cells/mL") == "0.75");
    CHECK(of_sample(file, "A1").at("average total cell diameter µm") == "18.51");
}

TEST_CASE("vicell: the report of one sample of an XR") {
    tests::check_reader({.reader = "vicell",
                         .sample = xr_text,
                         .measurements = 8,
                         .cell = "90.2",
                         .well = "A1",
                         .trailing_delimiters = false});
    const auto sample = of_sample(read_sample(xr_text), "A1");
    CHECK(sample.at("viability (cell counter) %") == "97");
    CHECK(sample.at("viable cell density (cell counter) 10^6 cells/mL") == "87.4");
    CHECK(sample.at("average total cell circularity (unitless)") == "0.861");
}

TEST_CASE("vicell: the workbook of an XR, its header broken into two rows") {
    constexpr std::string_view sheet =
        "Vi-CELL XR 2.06.3\nC:\\data\nAW1\n\n"
        "Sample ID\tSample date/time\tViability\tTotal cells\tViable cells\tTotal cells\tAvg. diam.\n"
        "\t\t(%)\t/ml (x10^6)\t/ml (x10^6)\t\t(microns)\n"
        "CLB001\t29 Sep 2026\t97.5\t90.2\t87.4\t4263\t17.3\n";
    const auto bytes = [](std::string_view text) {
        return tests::make_workbook({tests::sheet_from_text("Sheet1", text)});
    };
    tests::check_reader({.reader = "vicell",
                         .sample = std::string(sheet),
                         .measurements = 5,
                         .cell = "97.5",
                         .well = "A1",
                         .to_bytes = bytes});
    const auto sample = of_sample(read_sample(bytes(sheet)), "A1");
    CHECK(sample.at("total cell density (cell counter) 10^6 cells/mL") == "90.2");
    CHECK(sample.at("total cell count cell") == "4263");
    const PlateFile two = read_sample(tests::make_workbook(
        {tests::sheet_from_text("Sheet1", sheet), tests::sheet_from_text("Sheet2", sheet)}));
    CHECK(two.measurements.size() == 5);
    REQUIRE(two.rejects.size() == 1);
    CHECK(two.rejects[0].reason == "only the first sheet is read");
}
