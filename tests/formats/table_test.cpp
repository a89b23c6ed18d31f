#include "formats/plates/table.hpp"

#include <catch2/catch.hpp>

using namespace wellsieve::formats::plates;

TEST_CASE("a table is cut at its delimiter, whatever ends its lines") {
    for (std::string_view text : {"a;b;\n;c\n\nd", "a;b;\r\n;c\r\n\r\nd\r\n", "a;b;\r;c\r\rd\r"}) {
        const Table table = Table::from_text(text, ';');
        REQUIRE(table.rows() == 4);
        CHECK(table.columns(0) == 3);
        CHECK(table.cell(0, 1) == "b");
        CHECK(table.cell(1, 0).empty());
        CHECK(table.cell(1, 1) == "c");
        CHECK(table.is_blank(2));
        CHECK(table.cell(3, 0) == "d");
        CHECK(table.cell(9, 9).empty());
    }
}

TEST_CASE("quoted cells may hold delimiters, quotes and line ends") {
    const Table table = Table::from_text("\"a;b\";\"say \"\"hi\"\"\"; \"x\ny\" ;z\nnext;12\" plate", ';');
    REQUIRE(table.rows() == 2);
    CHECK(table.cell(0, 0) == "a;b");
    CHECK(table.cell(0, 1) == "say \"hi\"");
    CHECK(table.cell(0, 2) == "x\ny");
    CHECK(table.cell(0, 3) == "z");
    CHECK(table.cell(1, 1) == "12\" plate");
    CHECK(table.place(1, 1) == "line 3, column 2");
}

TEST_CASE("a quote that is never closed is an ordinary character") {
    const Table table = Table::from_text("\"a;b\nc;d", ';');
    REQUIRE(table.rows() == 2);
    CHECK(table.cell(0, 0) == "\"a");
    CHECK(table.cell(1, 1) == "d");
}

TEST_CASE("the delimiter is found, and a decimal comma is not taken for one") {
    CHECK(guess_delimiter("A1\t0,5\nA2\t0,6\n") == '\t');
    CHECK(guess_delimiter("A1;0,5\nA2;0,6\n") == ';');
    CHECK(guess_delimiter("A1,0.5\nA2,0.6\n") == ',');
    CHECK(guess_delimiter("Title; with one semicolon\nA,1,2,3\nB,4,5,6\nC,7,8,9\n") == ',');
}

TEST_CASE("places in a sheet are named as its program names them") {
    Table sheet("Plate 1");
    sheet.add_row();
    CHECK(sheet.place(0, 27) == "sheet 'Plate 1', cell AB1");
}
