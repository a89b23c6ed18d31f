// Three programs of Tecan write the same kind of report: i-control (Infinite), SparkControl (Spark) and the
// older XFLUOR4 (Sunrise, GENios, Safire).

#include <algorithm>

#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/tecan_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::size_t header_rows = 6;
constexpr std::size_t header_columns = 6;

bool has_header(const Table& table, std::string_view program) {
    for (std::size_t row = 0; row < std::min(table.rows(), header_rows); ++row)
        for (std::size_t c = 0; c < std::min(table.columns(row), header_columns); ++c)
            if (contains_ignoring_case(table.cell(row, c), program))
                return true;
    return false;
}

Match sniff(const Document& document, std::string_view program) {
    constexpr std::size_t header_bytes = 2000;
    if (!document.is_workbook() && !contains_ignoring_case(document.text().substr(0, header_bytes), program))
        return Match::no;
    const auto& tables = document.tables();
    const bool found = std::any_of(tables.begin(), tables.end(),
                                   [&](const Table& table) { return has_header(table, program); });
    return found ? Match::certain : Match::no;
}

PlateFile read(const Document& document, std::string_view program) {
    PlateFile file;
    expect_readings(document, file);
    tecan::ReadoutList readouts(file);
    for (const Table& table : document.tables()) {
        if (has_header(table, program))
            tecan::ReportReader(document, table, readouts, file).read();
        else if (table.rows() > 0)
            file.rejects.push_back({table.place(0), "a sheet without the instrument's header is not read"});
    }
    return file;
}

constexpr std::string_view icontrol = "Tecan i-control";
constexpr std::string_view spark = "SparkControl";
constexpr std::string_view xfluor = "XFLUOR";

}  // namespace

Reader tecan_icontrol_reader() {
    return {.name = "tecan_icontrol",
            .vendor = "Tecan i-control (Infinite)",
            .file_types = "xlsx csv txt",
            .looked_for = "'Tecan i-control' in the first lines of a sheet",
            .sniff = [](const Document& document) { return sniff(document, icontrol); },
            .read = [](const Document& document) { return read(document, icontrol); }};
}

Reader tecan_spark_reader() {
    return {.name = "tecan_spark",
            .vendor = "Tecan SparkControl (Spark)",
            .file_types = "csv xlsx",
            .looked_for = "'SparkControl' in the first lines",
            .sniff = [](const Document& document) { return sniff(document, spark); },
            .read = [](const Document& document) { return read(document, spark); }};
}

Reader tecan_sunrise_reader() {
    return {.name = "tecan_sunrise",
            .vendor = "Tecan XFLUOR4 (Sunrise, GENios, Safire)",
            .file_types = "xlsx csv txt",
            .looked_for = "'XFLUOR' in the first lines",
            .sniff = [](const Document& document) { return sniff(document, xfluor); },
            .read = [](const Document& document) { return read(document, xfluor); }};
}

}  // namespace wellsieve::formats::plates
