#include <algorithm>

#include "formats/plates/plain_internal.hpp"

namespace wellsieve::formats::plates::plain {
namespace {

enum class Evidence { none, comma, point };

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// What one cell says about the decimal mark.
Evidence evidence_of(std::string_view cell) {
    const std::size_t mark = cell.find_first_of(".,");
    if (mark == std::string_view::npos || !parse_number(cell, cell[mark]))
        return Evidence::none;
    if (cell[mark] == '.')
        return Evidence::point;
    const std::string_view before = cell.substr(0, mark);
    const std::size_t after = cell.size() - mark - 1;
    const bool may_part_thousands = after == 3 &&
                                    before.find_first_of("123456789") != std::string_view::npos &&
                                    std::all_of(cell.begin() + mark + 1, cell.end(), is_digit);
    return may_part_thousands ? Evidence::none : Evidence::comma;
}

}  // namespace

char decimal_mark(const Document& document) {
    if (document.delimiter() == ',' ||
        (!document.is_workbook() && document.text().find(',') == std::string_view::npos))
        return '.';
    for (const Table& table : document.tables())
        for (std::size_t row = 0; row < table.rows(); ++row)
            for (std::size_t column = 0; column < table.columns(row); ++column)
                if (const Evidence evidence = evidence_of(table.cell(row, column));
                    evidence != Evidence::none)
                    return evidence == Evidence::comma ? ',' : '.';
    return '.';
}

void add_reading(const Document& document, const Table& table, std::size_t row, std::size_t column, char mark,
                 Measurement at, PlateFile& file) {
    const Value value = document.value_at(table, row, column, at.well, mark);
    at.value = value.number;
    at.flag = value.flag;
    if (value.flag != Flag::none && !table.cell(row, column).empty())
        file.flag_texts.emplace(file.measurements.size(), table.cell(row, column));
    file.measurements.push_back(at);
}

std::size_t skip_blank_rows(const Table& table, std::size_t row) {
    while (row < table.rows() && table.is_blank(row))
        ++row;
    return row;
}

std::optional<std::size_t> well_column_of_list(const Table& table) {
    constexpr std::size_t probe_rows = 20;
    const std::size_t first = skip_blank_rows(table, 0);
    for (std::size_t column = std::min<std::size_t>(table.columns(first), 4); column-- > 0;) {
        if (!parse_well(table.cell(first, column)) || table.columns(first) <= column + 1 ||
            !parse_value_any_mark(table.cell(first, column + 1)))
            continue;
        std::size_t rows = 0;
        std::size_t wells = 0;
        for (std::size_t row = first; row < table.rows() && rows < probe_rows;
             row = skip_blank_rows(table, row + 1)) {
            ++rows;
            wells += parse_well(table.cell(row, column)).has_value();
        }
        if (wells * 3 >= rows * 2)
            return column;
    }
    return std::nullopt;
}

}  // namespace wellsieve::formats::plates::plain
