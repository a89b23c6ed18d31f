// Lists without a header, as the plate readers of RNAi screens wrote them: "FT01-G01<tab>A01<tab>887763".

#include <fmt/format.h>

#include <algorithm>

#include "formats/plates/plain_internal.hpp"
#include "formats/plates/readers_internal.hpp"

namespace wellsieve::formats::plates {
namespace {

/// The column of the wells: the first row holds a well and, right of it, a reading, and most of those that
/// follow hold a well there. The rightmost such column, for plates may be called "P1".
std::optional<std::size_t> find_well_column(const Table& table) {
    constexpr std::size_t probe_rows = 20;
    const std::size_t first = plain::skip_blank_rows(table, 0);
    for (std::size_t column = std::min<std::size_t>(table.columns(first), 4); column-- > 0;) {
        if (!parse_well(table.cell(first, column)) || table.columns(first) <= column + 1 ||
            !parse_value_any_mark(table.cell(first, column + 1)))
            continue;
        std::size_t rows = 0;
        std::size_t wells = 0;
        for (std::size_t row = first; row < table.rows() && rows < probe_rows;
             row = plain::skip_blank_rows(table, row + 1)) {
            ++rows;
            wells += parse_well(table.cell(row, column)).has_value();
        }
        if (wells * 3 >= rows * 2)
            return column;
    }
    return std::nullopt;
}

/// The readout of the n-th value of a line.
std::uint32_t readout_of(std::size_t n, PlateFile& file) {
    while (file.readouts.size() <= n) {
        Readout readout;
        readout.name = file.readouts.empty() ? "value" : fmt::format("value {}", file.readouts.size() + 1);
        readout.mode = Mode::analyte;
        file.new_readout(std::move(readout));
    }
    return static_cast<std::uint32_t>(n);
}

void read_rows(const Document& document, const Table& table, std::size_t well_column, char mark,
               PlateFile& file) {
    file.measurements.reserve(file.measurements.size() + table.rows());
    std::uint32_t plate = 0;
    for (std::size_t row = plain::skip_blank_rows(table, 0); row < table.rows();
         row = plain::skip_blank_rows(table, row + 1)) {
        const std::string_view name = well_column > 0 ? table.cell(row, well_column - 1) : table.name();
        if (file.plates.empty() || file.plates[plate].name != name)
            plate = file.plate(name.empty() ? "1" : name);
        const auto well = parse_well(table.cell(row, well_column));
        if (!well)
            document.fail(table, row, well_column,
                          fmt::format("'{}' is not a well; each line holds a plate, a well and a value",
                                      table.cell(row, well_column)));
        for (std::size_t column = well_column + 1; column < table.columns(row); ++column) {
            const std::size_t n = column - well_column - 1;
            if (n == 0 || !table.cell(row, column).empty())
                plain::add_reading(document, table, row, column, mark,
                                   {.readout = readout_of(n, file), .plate = plate, .well = *well}, file);
        }
    }
}

}  // namespace

bool plain::is_list(const Table& table) {
    return find_well_column(table).has_value();
}

Match sniff_list(const Document& document) {
    return plain::shape_of(document) == plain::Shape::list ? Match::weak : Match::no;
}

PlateFile read_list(const Document& document) {
    const char mark = plain::decimal_mark(document);
    PlateFile file;
    plain::for_each_table(document, plain::Shape::list, file, [&](const Table& table) {
        read_rows(document, table, *find_well_column(table), mark, file);
    });
    if (file.measurements.empty())
        document.fail("holds no lines of a well and a value, or of a plate, a well and a value");
    return file;
}

}  // namespace wellsieve::formats::plates
