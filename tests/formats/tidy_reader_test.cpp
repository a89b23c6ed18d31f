#include <catch2/catch.hpp>
#include <string>

#include "formats/plates/reader.hpp"
#include "formats/plates/tidy.hpp"
#include "tests/formats/reader_conformance.hpp"
#include "tests/support/workbook_builder.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;

namespace {

PlateFile read(std::string text) {
    return read_plate_file(Document("tidy.tsv", std::move(text)));
}

}  // namespace

TEST_CASE("tidy: a row a reading") {
    const std::string text =
        "Plate ID\tWell\tTime (min)\tReadout\tValue\tSample\n"
        "P1\tA01\t0\tOD600\t0.25\twild type\n"
        "P1\tA01\t10\tOD600\t0.35\twild type\n"
        "P1\tB01\t0\tOD600\t0.125\tmutant\n"
        "P2\tA01\t0\ttiter\t311\twild type\n";
    std::string comma = text;
    for (char& c : comma)
        c = c == '.' ? ',' : c == '\t' ? ';' : c;
    tests::check_reader({.reader = "tidy",
                         .sample = text,
                         .measurements = 4,
                         .cell = "0.125",
                         .well = "B1",
                         .decimal_comma = comma});
    const PlateFile file = read(text);
    CHECK(file.plates.at(1).name == "P2");
    CHECK(file.readouts.at(0).wavelength_nm == 600);
    CHECK(file.readouts.at(1).mode == Mode::analyte);
    CHECK(file.readouts.at(1).name == "titer");
    CHECK(file.measurements.at(1).time_s == 600);
    CHECK(file.samples.at({0, Well{1, 0}}) == "mutant");
}

TEST_CASE("tidy: what to_tidy writes reads back the same") {
    PlateFile file;
    file.plates = {{"first", {}}, {"second plate", {}}};
    file.readouts = {{"a", Mode::absorbance, 600, missing, missing, "AU"},
                     {"b", Mode::fluorescence, missing, 485, 520.5, "RFU"},
                     {"c", Mode::luminescence, missing, missing, missing, "RLU"},
                     {"titer", Mode::analyte, missing, missing, missing, "mg/L"}};
    const auto add = [&](std::uint32_t plate, std::uint32_t readout, Well well, double value, double time_s) {
        file.measurements.push_back({value, time_s, 36.9, readout, plate, well, Flag::none});
    };
    add(0, 0, {0, 0}, 0.1, 0);
    add(0, 0, {0, 0}, 0.1 + 0.2, 900.5);
    add(0, 0, {0, 0}, 0.25, 900.5);
    add(0, 1, {31, 47}, -0.0, missing);
    add(0, 2, {0, 1}, 1e-300, missing);
    add(1, 3, {0, 1}, 1.0 / 3, missing);
    for (const Flag flag : {Flag::not_measured, Flag::overflow, Flag::masked, Flag::interpolated}) {
        add(1, 0, {2, 2}, missing, missing);
        file.measurements.back().flag = flag;
    }
    file.flag_texts[8] = "*0.356*";
    file.samples[{1, Well{2, 2}}] = "strain 7, \u00e9tude";
    const std::string text = to_tidy(file);
    const PlateFile back = read(text);
    CHECK(to_tidy(back) == text);
    CHECK(back.measurements.size() == file.measurements.size());
}

TEST_CASE("tidy: rows and columns in the place of wells, and several readings a row") {
    const PlateFile file = read("row,column,OD600,GFP,replicate\nA,1,0.5,100,1\nH,12,0.6,200,2\n");
    REQUIRE(file.measurements.size() == 4);
    CHECK(well_name(file.measurements[2].well) == "H12");
    CHECK(file.readouts.at(0).mode == Mode::absorbance);
    CHECK(file.readouts.at(1).name == "GFP");
    CHECK(file.readouts.size() == 2);
    CHECK(well_name(read("row,column,OD600\n2,1,0.5\n").measurements[0].well) == "B1");
    CHECK_THROWS_AS(read("row,column,OD600\n2.5,1,0.5\n"), formats::FormatError);
}

TEST_CASE("tidy: samples without wells get one each in their order") {
    const PlateFile file = read("strain\ttime_h\tbiomass\nX-2\t0\t0.1\nX-2\t1\t0.2\nX-1\t0\t0.3\n");
    REQUIRE(file.measurements.size() == 3);
    CHECK(well_name(file.measurements[1].well) == "A1");
    CHECK(well_name(file.measurements[2].well) == "A2");
    CHECK(file.samples.at({0, Well{0, 1}}) == "X-1");
    CHECK(file.measurements[1].time_s == 3600);
}

TEST_CASE("tidy: the flag column counts, whatever the value says") {
    const PlateFile file = read("well,value,flag\nA1,5,ok\nA2,6,OVRFLW\nA3,7,dropped on the floor\nA4,8,\n");
    CHECK(file.measurements.at(0).value == 5);
    CHECK(file.measurements.at(1).flag == Flag::overflow);
    CHECK(file.measurements.at(2).flag == Flag::error);
    CHECK(file.flag_texts.at(2) == "dropped on the floor");
    CHECK(file.measurements.at(3).flag == Flag::none);
}

TEST_CASE("tidy: a sheet of a workbook") {
    tests::check_reader({.reader = "tidy",
                         .sample = "well\tOD600\nA1\t0.5\nB7\t0.75\n",
                         .measurements = 2,
                         .cell = "0.75",
                         .well = "B7",
                         .to_bytes = [](std::string_view text) {
                             return tests::make_workbook({tests::sheet_from_text("data", text)});
                         }});
}

TEST_CASE("tidy: a table of the experiment alone holds no readings") {
    CHECK_THROWS_WITH(read("well\tstrain\tmedium\nA1\tX\tM9\n"), Catch::Contains("no reader recognises"));
    CHECK_THROWS_WITH(read("well\tvalue\nA1\t5\nmean\t5\n"),
                      Catch::Contains("line 3, column 1: 'mean' is not a well"));
}

TEST_CASE("tidy: the log of one vessel, a column a readout") {
    const PlateFile file = read_plate_file(Document("reactor 7.csv",
                                                    "mu,timestamp,c_Biomass,v_Volume,Volume,sampled\n"
                                                    "0.1,0,1,1000,2,NaN\n"
                                                    "0.1,0.5,2,1000,2,NaN\n"
                                                    "0.1,1,4,830,2,170\n"));
    CHECK(file.samples.at({0, Well{0, 0}}) == "reactor 7");
    CHECK(file.plates.at(0).vessels == Vessels::reactors);
    REQUIRE(file.readouts.size() == 5);
    CHECK(file.readouts.at(1).name == "c_Biomass");
    CHECK(file.readouts.at(4).name == "sampled");
    CHECK(file.measurements.at(4).flag == Flag::not_a_number);
    CHECK(file.measurements.back().value == 170);
    CHECK(file.measurements.back().time_s == 3600);
}

TEST_CASE("tidy: curves side by side are no vessel, whatever they grow on") {
    const PlateFile file =
        read_plate_file(Document("media.csv", "time,glucose,biomass hydrolysate\n0,0.1,0.1\n1,0.2,0.2\n"));
    CHECK(file.samples.size() == 2);
}
