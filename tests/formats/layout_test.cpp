#include "formats/plates/layout.hpp"

#include <catch2/catch.hpp>

using namespace wellsieve::formats;
using namespace wellsieve::formats::plates;

namespace {

Layout layout_of(std::string text) {
    return read_layout(Document("layout.csv", std::move(text)));
}

const std::string plater =
    "strain,1,2,3\nA,wt,s1,s2\nB,wt,,s3\n\nrole,1,2,3\nA,parent,,\nB,parent,blank,\n,,,\n"
    "inducer,1,2,3\nA,0,1,1\nB,0,,1\n";

}  // namespace

TEST_CASE("a plater-shaped layout holds several variables") {
    const Layout layout = layout_of(plater);
    const auto& wells = *layout.wells_of("any plate");
    CHECK(wells.size() == 6);
    CHECK(wells.at({0, 0}).strain == "wt");
    CHECK(wells.at({0, 0}).role == Role::parent);
    CHECK_FALSE(wells.at({0, 1}).role);
    CHECK(wells.at({1, 1}).strain.empty());
    CHECK(wells.at({1, 1}).role == Role::blank);
    CHECK(wells.at({1, 2}).other.at("inducer") == "1");
}

TEST_CASE("a tidy layout holds plates, wells and variables") {
    const Layout layout =
        layout_of("plate;well;strain;role;condition\np1;A01;s1;;hot\np1;B2;;blank;\n*;A1;s9;sample;\n");
    CHECK(layout.wells_of("p1")->at({0, 0}).condition == "hot");
    CHECK(layout.wells_of("p1")->at({1, 1}).role == Role::blank);
    CHECK(layout.wells_of("p2")->at({0, 0}).strain == "s9");
    const Layout by_row = layout_of("row\tcolumn\tstrain\nC\t4\ts1\n");
    CHECK(by_row.wells_of("")->at({2, 3}).strain == "s1");
    CHECK(layout_of("plate,well,strain\np1,A1,s\n").wells_of("p2") == nullptr);
}

TEST_CASE("a layout that cannot be right is refused, and the place is named") {
    CHECK_THROWS_WITH(layout_of("well,strain\nA1,x\nA01,y\n"),
                      Catch::Contains("layout.csv: line 3") && Catch::Contains("second time"));
    CHECK_THROWS_WITH(layout_of("well,strain\nZZ9,x\n"),
                      Catch::Contains("line 2") && Catch::Contains("'ZZ9'"));
    CHECK_THROWS_WITH(layout_of("well,role\nA1,boss\n"), Catch::Contains("'boss' is no role"));
    CHECK_THROWS_WITH(layout_of("strain,1,2,3\nA,a,b,c\nC,a,b,c\n"), Catch::Contains("row B of the plate"));
    CHECK_THROWS_WITH(layout_of("strain,1,2,3,4\nA,a,b,c,d\n"), Catch::Contains("no plate"));
    CHECK_THROWS_WITH(layout_of("strain,1,2,3\nA,a,b,c\nB,a,b,c\n\nstrain,1,2,3\nA,a,b,c\nB,a,b,c\n"),
                      Catch::Contains("second block"));
    CHECK_THROWS_WITH(layout_of("a,b\n1,2\n"), Catch::Contains("no column 'row'"));
    CHECK_THROWS_WITH(layout_of("\n\n"), Catch::Contains("no table"));
}

TEST_CASE("a strain table names parents, roles and designs") {
    const auto table =
        read_strain_table(Document("s.csv", "strain,parent,role,promoter\nwt,,parent,\ns1,wt,,pTac\n"));
    REQUIRE(table.strains.size() == 2);
    CHECK(table.design_columns == std::vector<std::string>{"promoter"});
    CHECK(table.strains[0].role == Role::parent);
    CHECK(table.strains[1].parent == "wt");
    CHECK(table.strains[1].design[0] == "pTac");
    CHECK_THROWS_WITH(read_strain_table(Document("s.csv", "strain,parent\ns1,wt\n")),
                      Catch::Contains("parent 'wt'"));
    CHECK_THROWS_WITH(read_strain_table(Document("s.csv", "strain\ns1\ns1\n")), Catch::Contains("line 3"));
}

TEST_CASE("screen logs and plate lists of cellHTS2 are read as they are") {
    const auto masks =
        read_masks(Document("log.txt", "Plate\tSample\tWell\tFlag\tComment\n6\t1\tA01\tNA\tmould\n"));
    REQUIRE(masks.size() == 1);
    CHECK(masks[0].plate == "6");
    CHECK(masks[0].replicate == "1");
    CHECK(masks[0].reason == "mould");
    const auto plates = read_plate_list(Document("list.txt", "Filename\tPlate\tReplicate\nx-1.txt\t1\t2\n"));
    REQUIRE(plates.size() == 1);
    CHECK(plates[0].file == "x-1.txt");
    CHECK(plates[0].plate == "1");
    CHECK(plates[0].replicate == "2");
}
