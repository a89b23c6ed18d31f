#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "formats/plates/document.hpp"
#include "formats/plates/measurement.hpp"

// What the readers of plain tables share: those that no instrument wrote, or that lost all trace of it.
namespace wellsieve::formats::plates::plain {

/// ',' where the numbers of the document are written with it, else '.'. A comma that only ever stands before
/// three digits may part thousands: then '.', so that "1,234" is refused instead of read as one of two
/// numbers.
char decimal_mark(const Document& document);

/// Adds the reading at a cell. Unknown text is refused, naming place, well and token.
void add_reading(const Document& document, const Table& table, std::size_t row, std::size_t column, char mark,
                 Measurement at, PlateFile& file);

/// The first row from `row` on that is not blank; `table.rows()` when there is none.
std::size_t skip_blank_rows(const Table& table, std::size_t row);

/// The column of the wells in a list without header: the first row holds a well and, right of it, a reading,
/// and most of those that follow hold a well there. The rightmost such column, for plates may be called "P1".
std::optional<std::size_t> well_column_of_list(const Table& table);

}  // namespace wellsieve::formats::plates::plain
