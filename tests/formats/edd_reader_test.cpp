#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <tuple>

#include "formats/plates/reader.hpp"
#include "tests/formats/reader_conformance.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;

namespace {

constexpr std::string_view sample =
    ",Study ID,Study Name,Line ID,Line Name,Line Description,Protocol,Assay Name,Measurement "
    "Type,Compartment,Units,"
    "Value,Hours\n"
    "0,7,Terpene screen,11,mutant one-R1,RUN2_P1_001,GC,x,Limonene,0,mg/L,458.25,48.0\n"
    "1,7,Terpene screen,12,mutant one-R2,RUN2_P1_048,GC,x,Limonene,0,mg/L,470.5,48.0\n"
    "2,7,Terpene screen,13,parent-R1,RUN2_P2_010,GC,x,Limonene,0,mg/L,301,48.0\n"
    "3,7,Terpene screen,13,parent-R1,RUN2_P2_010,OD,x,Optical Density,0,n/a,2.75,24\n";

}  // namespace

TEST_CASE("edd: lines stand in wells by the number in their description") {
    tests::check_reader({.reader = "edd",
                         .sample = std::string(sample),
                         .measurements = 4,
                         .cell = "470.5",
                         .well = "F8",
                         .delimiter = ','});
    const PlateFile file = read_plate_file(Document("edd.csv", std::string(sample)));
    REQUIRE(file.plates.size() == 2);
    CHECK(file.plates[0].name == "RUN2_P1");
    CHECK(file.shape(1) == PlateShape{6, 8});
    CHECK(well_name(file.measurements[2].well) == "B2");
    CHECK(file.samples.at({1, Well{1, 1}}) == "parent-R1");
    CHECK(file.readouts.at(0).mode == Mode::analyte);
    CHECK(file.readouts.at(0).name == "Limonene");
    CHECK(file.readouts.at(0).unit == "mg/L");
    CHECK(file.measurements[3].time_s == 86400);
}

TEST_CASE("edd: lines that name no place are numbered in their order") {
    const PlateFile file = read_plate_file(Document("edd.csv",
                                                    "Line Name,Measurement Type,Value,Time,Units\n"
                                                    "beta,Limonene,5,24,mg/L\n"
                                                    "alpha,Limonene,6,24,mg/L\n"
                                                    "beta,Limonene,7,48,mg/L\n"));
    REQUIRE(file.measurements.size() == 3);
    CHECK(well_name(file.measurements[1].well) == "A2");
    CHECK(well_name(file.measurements[2].well) == "A1");
    CHECK(file.samples.at({0, Well{0, 1}}) == "alpha");
    CHECK_THROWS_WITH(read_plate_file(Document(
                          "edd.csv", "Line Name,Measurement Type,Value,Hours\nbeta,Limonene,5,noon\n")),
                      Catch::Contains("line 2, column 4: 'noon' is not a number of hours"));
}

TEST_CASE("edd: the isoprenol exports agree with the screen's own table of plates and wells") {
    const std::string folder = std::string(WELLSIEVE_SHARED_DATA) + "/screens/isoprenol/";
    if (!std::filesystem::exists(folder + "isoprenol_dbtl3-6_plates.tsv")) {
        WARN("skipped: no shared data");
        return;
    }
    std::ifstream table(folder + "isoprenol_dbtl3-6_plates.tsv");
    std::map<std::tuple<std::string, int, int>, std::pair<std::string, double>> wells;  // plate, row, column
    std::string line;
    std::getline(table, line);
    while (std::getline(table, line)) {
        std::istringstream cells(line);
        std::string cycle, plate, strain, control;
        int well = 0, row = 0, column = 0, replicate = 0;
        double titer = 0;
        cells >> cycle >> plate >> well >> row >> column >> strain >> replicate >> control >> titer;
        wells[{std::string("DBTL").append(cycle).append("_P").append(plate), row, column}] = {strain, titer};
    }
    for (const char* cycle : {"4", "5", "6"}) {
        const PlateFile file =
            read_plate_file(Document::open(folder + "dbtl" + cycle + "_isoprenol_EDD.csv"));
        CHECK(file.plates.size() == 4);
        std::size_t absent = 0;
        for (const Measurement& m : file.measurements) {
            const auto found = wells.find({file.plates[m.plate].name, m.well.row + 1, m.well.column + 1});
            if (found == wells.end()) {
                ++absent;
                continue;
            }
            CHECK(m.value == found->second.second);
            CHECK(file.samples.at({m.plate, m.well}).starts_with(found->second.first));
            CHECK(m.time_s == 48 * 3600);
        }
        CHECK(absent == (std::string(cycle) == "5" ? 3 : 0));  // failed cultures that the table leaves out
    }
}
