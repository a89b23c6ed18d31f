#include "formats/plates/workbook.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <random>

#include "formats/error.hpp"
#include "tests/support/workbook_builder.hpp"

using namespace wellsieve;
using namespace wellsieve::formats::plates;
using tests::Content;

namespace {

using Parts = std::map<std::string, std::string>;

/// A workbook whose first sheet holds these rows.
std::vector<Table> read_rows(const std::string& rows_xml, const std::string& strings_xml = "") {
    Parts parts = tests::workbook_parts({{"S", {}}});
    parts["xl/worksheets/sheet1.xml"] = "<worksheet><sheetData>" + rows_xml + "</sheetData></worksheet>";
    if (!strings_xml.empty())
        parts["xl/sharedStrings.xml"] = strings_xml;
    return read_workbook("x.xlsx", tests::zip_parts(parts));
}

std::string refusal(const std::string& bytes) {
    try {
        read_workbook("x.xlsx", bytes);
    } catch (const formats::FormatError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("every kind of cell becomes text") {
    const auto tables =
        read_workbook("x.xlsx", tests::make_workbook({{"First & last",
                                                       {{"A1", "text"},
                                                        {"B1", 0.5},
                                                        {"C1", tests::digits("0.109999999403954")},
                                                        {"D1", true},
                                                        {"E1", {"in <line>", Content::Kind::inline_text}},
                                                        {"F1", {"sum", Content::Kind::formula_text}},
                                                        {"G1", {"#DIV/0!", Content::Kind::error}},
                                                        {"A2", tests::date(46053.5451388889)},
                                                        {"B2", tests::duration(3.6024421296296298)},
                                                        {"C2", tests::time_of_day(0.25)},
                                                        {"D2", "  spaces  "},
                                                        {"E2", "text"}}}}));
    REQUIRE(tables.size() == 1);
    const Table& sheet = tables[0];
    CHECK(sheet.name() == "First & last");
    CHECK(sheet.cell(0, 0) == "text");
    CHECK(sheet.cell(0, 1) == "0.5");
    CHECK(sheet.cell(0, 2) == "0.109999999403954");
    CHECK(sheet.cell(0, 3) == "TRUE");
    CHECK(sheet.cell(0, 4) == "in <line>");
    CHECK(sheet.cell(0, 5) == "sum");
    CHECK(sheet.cell(0, 6) == "#DIV/0!");
    CHECK(sheet.cell(1, 0) == "2026-01-31 13:05:00");
    CHECK(sheet.cell(1, 1) == "86:27:31");
    CHECK(sheet.cell(1, 2) == "6:00:00");
    CHECK(sheet.cell(1, 3) == "spaces");
    CHECK(sheet.cell(1, 4) == "text");
}

TEST_CASE("rows and columns of a sheet keep their places") {
    const auto tables = read_workbook("x.xlsx", tests::make_workbook({{"S", {{"C3", "x"}, {"AB5", 7}}}}));
    CHECK(tables[0].rows() == 5);
    CHECK(tables[0].is_blank(0));
    CHECK(tables[0].cell(2, 2) == "x");
    CHECK(tables[0].cell(4, 27) == "7");
    CHECK(tables[0].place(4, 27) == "sheet 'S', cell AB5");
}

TEST_CASE("cells and rows without references follow each other") {
    const auto tables = read_rows(
        "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row><c r=\"B3\"><v>4</v></c>"
        "<c><v>5</v></c></row>");
    CHECK(tables[0].rows() == 3);
    CHECK(tables[0].cell(0, 2) == "3");
    CHECK(tables[0].cell(2, 1) == "4");
    CHECK(tables[0].cell(2, 2) == "5");
}

TEST_CASE("rich text is joined, phonetic hints are left out, escapes are resolved") {
    const std::string strings =
        "<sst><si><r><t>Temp. </t></r><r><rPr><b/></rPr><t>[°C]</t></r></si>"
        "<si><t>課</t><rPh sb=\"0\" eb=\"1\"><t>カ</t></rPh><phoneticPr fontId=\"1\"/></si>"
        "<si><t>a_x000A_b_x00B5_ _xZZ_ &lt;&#65;</t></si><si><t><![CDATA[c<d]]></t></si><si/></sst>";
    const auto tables = read_rows(
        "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c><c t=\"s\"><v>2</v></c>"
        "<c t=\"s\"><v>3</v></c><c t=\"s\"><v>4</v></c></row>",
        strings);
    CHECK(tables[0].cell(0, 0) == "Temp. [°C]");
    CHECK(tables[0].cell(0, 1) == "課");
    CHECK(tables[0].cell(0, 2) == "a\nbµ _xZZ_ <A");
    CHECK(tables[0].cell(0, 3) == "c<d");
    CHECK(tables[0].cell(0, 4).empty());
}

TEST_CASE("text is valid UTF-8 without NUL, whatever the parts hold") {
    const auto tables = read_rows(
        "<row><c t=\"str\"><v>a_x0000_b</v></c><c t=\"str\"><v>_xD83D_</v></c>"
        "<c t=\"str\"><v>24 \xB0"
        "C</v></c></row>");
    CHECK(tables[0].cell(0, 0) == "ab");
    CHECK(tables[0].cell(0, 1) == "\xEF\xBF\xBD");
    CHECK(tables[0].cell(0, 2) == "24 °C");
}

TEST_CASE("sheets come in the order of their tabs, charts are left out, prefixes do not matter") {
    Parts parts = tests::workbook_parts({{"one", {{"A1", 1}}}, {"chart", {}}, {"two", {{"A1", 2}}}});
    std::string& relations = parts["xl/_rels/workbook.xml.rels"];
    relations.replace(relations.find("relationships/worksheet\" Target=\"worksheets/sheet2"), 23,
                      "relationships/chartsheet");
    parts["xl/workbook.xml"] =
        "<x:workbook xmlns:rel=\"r\"><x:workbookPr date1904=\"1\"/><x:sheets><x:sheet name=\"two\" "
        "rel:id=\"rId3\" "
        "state=\"hidden\"/><x:sheet name=\"chart\" rel:id=\"rId2\"/><x:sheet name=\"one\" rel:id=\"rId1\"/>"
        "</x:sheets></x:workbook>";
    parts["xl/worksheets/sheet3.xml"] =
        "<x:worksheet><x:sheetData><x:row r=\"1\"><x:c r=\"A1\" s=\"1\"><x:v>35064.25</x:v></x:c></x:row>"
        "</x:sheetData></x:worksheet>";
    const auto tables = read_workbook("x.xlsx", tests::zip_parts(parts));
    REQUIRE(tables.size() == 2);
    CHECK(tables[0].name() == "two");
    CHECK(tables[0].cell(0, 0) == "2000-01-01 06:00:00");
    CHECK(tables[1].name() == "one");
    CHECK(tables[1].cell(0, 0) == "1");
}

TEST_CASE("a sheet of many pieces loses nothing") {
    std::string rows;
    for (int r = 0; r < 20000; ++r)
        rows += fmt::format("<row r=\"{}\"><c r=\"A{}\"><v>{}</v></c><c r=\"B{}\"><v>0.{}</v></c></row>",
                            r + 1, r + 1, r, r + 1, r);
    const auto tables = read_rows(rows);
    REQUIRE(tables[0].rows() == 20000);
    bool whole = true;
    for (std::size_t r = 0; r < 20000; ++r)
        whole = whole && tables[0].cell(r, 0) == std::to_string(r) &&
                tables[0].cell(r, 1) == "0." + std::to_string(r);
    CHECK(whole);
}

TEST_CASE("what is no workbook is refused with a reason") {
    using Catch::Matchers::Contains;
    const std::string whole = tests::make_workbook({{"S", {{"A1", "x"}}}});
    CHECK_THAT(refusal("PK\x03\x04 and no more"), Contains("x.xlsx: is not a whole zip archive"));
    CHECK_THAT(refusal(whole.substr(0, whole.size() / 2)), Contains("is not a whole zip archive"));
    CHECK_THAT(refusal(tests::zip_parts({{"mimetype", "x"}})), Contains("without an .xlsx workbook"));

    Parts parts = tests::workbook_parts({{"S", {{"A1", "x"}}}});
    parts.erase("xl/worksheets/sheet1.xml");
    CHECK_THAT(refusal(tests::zip_parts(parts)), Contains("part xl/worksheets/sheet1.xml: is missing"));
    parts["xl/worksheets/sheet1.xml"] =
        "<worksheet><sheetData><row><c t=\"s\"><v>8</v></c></row></sheetData>";
    CHECK_THAT(refusal(tests::zip_parts(parts)), Contains("sheet 'S'") && Contains("the string 8 of 1"));
    parts["xl/worksheets/sheet1.xml"] = "<worksheet><sheetData><row><c><v>8</c></row></sheetData>";
    CHECK_THAT(refusal(tests::zip_parts(parts)), Contains("not well-formed XML"));
    parts["xl/worksheets/sheet1.xml"] = "<worksheet><sheetData><row><c><v>8";
    CHECK_THAT(refusal(tests::zip_parts(parts)), Contains("ends before </sheetData>"));
    for (const char* row : {"<row r=\"0\"/>", "<row r=\"1048577\"/>", "<row><c r=\"XFE1\"/></row>",
                            "<row><c r=\"A\"/></row>", "<row r=\"-1\"/>", "<row><c r=\"1\"/></row>",
                            "<row r=\"2\"><c><v>1</v></c></row><row r=\"1\"><c><v>1</v></c></row>"}) {
        parts["xl/worksheets/sheet1.xml"] = fmt::format("<w><sheetData>{}</sheetData></w>", row);
        CHECK_THAT(refusal(tests::zip_parts(parts)), Contains("sheet 'S'"));
    }
}

TEST_CASE("a small file cannot ask for much memory") {
    using Catch::Matchers::Contains;
    Parts parts = tests::workbook_parts({{"S", {}}});
    std::string& sheet = parts["xl/worksheets/sheet1.xml"];

    sheet = "<w><sheetData>";  // padding: 1,000 rows with a cell in the last column
    for (int r = 1; r <= 1000; ++r)
        sheet += fmt::format("<row><c r=\"XFD{}\"><v>1</v></c></row>", r);
    sheet += "</sheetData></w>";
    CHECK_THAT(refusal(tests::zip_parts(parts)), Contains("more memory"));

    sheet = "<w>" + std::string(std::size_t{120} << 20, ' ') + "</w>";
    CHECK_THAT(refusal(tests::zip_parts(parts)), Contains("more memory"));

    sheet = "<w><sheetData>";  // depth
    for (int i = 0; i < 200000; ++i)
        sheet += "<a>";
    for (int i = 0; i < 200000; ++i)
        sheet += "</a>";
    sheet += "</sheetData></w>";
    CHECK(refusal(tests::zip_parts(parts)).empty());

    sheet = "<w><sheetData><row>" + std::string(std::size_t{9} << 20, ' ') + "</row></sheetData></w>";
    CHECK_THAT(refusal(tests::zip_parts(parts)), Contains("longer than any export's"));
}

TEST_CASE("a damaged workbook is refused or read, never worse") {
    const std::vector<tests::Sheet> sheets{
        {"A", {{"A1", "Label"}, {"B1", 0.25}, {"A2", tests::date(46053)}, {"B2", tests::duration(1.5)}}},
        {"B", {{"A1", {"inline", Content::Kind::inline_text}}, {"C4", "Label"}}}};
    const Parts parts = tests::workbook_parts(sheets);
    const std::string whole = tests::make_workbook(sheets);
    std::mt19937 random(20261124);
    const auto damage = [&](std::string bytes) {
        for (unsigned flips = 1 + random() % 4; flips > 0 && !bytes.empty(); --flips)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        if (random() % 4 == 0)
            bytes.resize(random() % (bytes.size() + 1));
        return bytes;
    };
    int refused = 0;
    for (int i = 0; i < 3000; ++i) {
        refused += !refusal(damage(whole)).empty();
        Parts damaged = parts;
        auto part = damaged.begin();
        std::advance(part, random() % damaged.size());
        part->second = damage(part->second);
        refused += !refusal(tests::zip_parts(damaged)).empty();
    }
    CHECK(refused > 1000);
    CHECK(refused < 6000);
}
