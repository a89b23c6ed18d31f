#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/document.hpp"
#include "formats/plates/measurement.hpp"

// What the readers of plain tables share: those that no instrument wrote, or that lost all trace of it.
namespace wellsieve::formats::plates::plain {

/// ',' where the numbers of the document are written with it, else '.'. A comma that only ever stands before
/// three digits may part thousands: then '.', so that "1,234" is refused instead of read as one of two
/// numbers.
char decimal_mark(const Document& document);

/// Adds the reading at a cell; `at` holds where and when. Unknown text is refused, naming place, well and
/// token.
void add_reading(const Document& document, const Table& table, std::size_t row, std::size_t column, char mark,
                 const Measurement& at, PlateFile& file);

/// The first row from `row` on that is not blank; `table.rows()` when there is none.
std::size_t skip_blank_rows(const Table& table, std::size_t row);
/// The texts of a row's cells that are not empty.
std::vector<std::string_view> filled_cells(const Table& table, std::size_t row);
/// "7", "07" or "7.0" → 7, when it is the number of a plate's column.
std::optional<std::uint16_t> parse_plate_column(std::string_view text);

// Which shape a table has, by its first rows; each is defined beside its reader.
bool is_block(const Table& table);  ///< plates: numbers across, letters down
bool is_tidy(const Table& table);   ///< a row a reading, columns by name
bool is_wide(const Table& table);   ///< a row a time and a column a well, or the other way round
bool is_list(const Table& table);   ///< a row a reading, no header

enum class Shape { none, block, tidy, wide, list };
/// The first that fits, in this order: so no table has two.
Shape shape_of(const Table& table);
/// Of the first table that has one.
Shape shape_of(const Document& document);

/// Calls `read(table)` for each table of that shape; a sheet of another shape becomes a reject of `file`.
template <typename Read>
void for_each_table(const Document& document, Shape shape, PlateFile& file, Read read) {
    const bool alone = document.tables().size() == 1;
    for (const Table& table : document.tables()) {
        if ((alone ? shape_of(document) : shape_of(table)) == shape)
            read(table);
        else if (skip_blank_rows(table, 0) < table.rows())
            file.rejects.push_back({table.place(skip_blank_rows(table, 0)), "the sheet holds no such table"});
    }
}

/// Series without a well, such as "blank 1" or a line of a database, get one each in their order, along the
/// rows of the smallest standard plate that holds them. Nothing beyond 1536.
std::optional<PlateShape> shape_for_series(std::size_t count);

}  // namespace wellsieve::formats::plates::plain
