#include <algorithm>
#include <cmath>

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
                 const Measurement& at, PlateFile& file) {
    const std::string_view cell = table.cell(row, column);
    Measurement& added = file.add(at);
    if (added.value = number_or_nan(cell, mark); !std::isnan(added.value))  // nearly always
        return;
    const Value value = document.value_at(table, row, column, at.well, mark);
    added.value = value.number;
    added.flag = value.flag;
    if (!cell.empty())
        file.flag_texts.emplace(file.measurements.size() - 1, cell);
}

std::size_t skip_blank_rows(const Table& table, std::size_t row) {
    while (row < table.rows() && table.is_blank(row))
        ++row;
    return row;
}

std::vector<std::string_view> filled_cells(const Table& table, std::size_t row) {
    std::vector<std::string_view> cells;
    for (std::size_t column = 0; column < table.columns(row); ++column)
        if (!table.cell(row, column).empty())
            cells.push_back(table.cell(row, column));
    return cells;
}

std::optional<std::uint16_t> parse_plate_column(std::string_view text) {
    constexpr std::size_t longest = 5;  // "12.00"
    const auto number = text.size() <= longest ? parse_number(text) : std::nullopt;
    if (!number || *number < 1 || *number > 48 || *number != static_cast<std::uint16_t>(*number))
        return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

Shape shape_of(const Table& table) {
    if (is_block(table))
        return Shape::block;
    if (is_tidy(table))
        return Shape::tidy;
    if (is_wide(table))
        return Shape::wide;
    return is_list(table) ? Shape::list : Shape::none;
}

Shape shape_of(const Document& document) {
    return static_cast<Shape>(document.once([](const Document& asked) {
        for (const Table& table : asked.tables())
            if (const Shape shape = shape_of(table); shape != Shape::none)
                return static_cast<int>(shape);
        return static_cast<int>(Shape::none);
    }));
}

std::optional<PlateShape> shape_for_series(std::size_t count) {
    for (std::uint32_t wells : {6, 12, 24, 48, 96, 384, 1536})
        if (count <= wells)
            return standard_shape(wells);
    return std::nullopt;
}

}  // namespace wellsieve::formats::plates::plain
