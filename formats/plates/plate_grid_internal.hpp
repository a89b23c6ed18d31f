#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/document.hpp"
#include "formats/plates/measurement.hpp"

namespace wellsieve::formats::plates {

/// A plate-shaped block of cells: column numbers above, row letters in the first column. Rows may be left
/// out.
struct PlateGrid {
    std::size_t first_row = 0;           ///< below the column numbers
    std::size_t end_row = 0;             ///< one past the last lettered row
    std::vector<std::uint16_t> columns;  ///< plate column, from 0, of cell 1, 2, … of each row
};

/// The block whose column numbers ("1", "01" or "1.0", two or more, rising) stand in that row behind an empty
/// cell, with a lettered row below; nothing when the row is not such a header.
std::optional<PlateGrid> grid_at(const Table& table, std::size_t header_row);

/// The row letters of a grid: "A" … "AF"; "a" … "f" after "Z" are rows 26 to 31 of a 1536-well plate, as BMG
/// writes them. Nothing for other text.
std::optional<std::uint16_t> grid_row_label(std::string_view label, std::size_t columns);

/// Adds the reading at a cell, with its flag and the vendor's token. Unknown text is an error.
void add_reading(const Document& document, const Table& table, std::size_t row, std::size_t column,
                 const Measurement& where, PlateFile& file);

/// The same in a file that may write either decimal mark: tries `decimal_mark` first, and leaves there what
/// fitted. A mark for "not measured" is not kept as a token.
void add_reading(const Document& document, const Table& table, std::size_t row, std::size_t column,
                 const Measurement& where, char& decimal_mark, PlateFile& file);

/// Adds every cell of the grid; `where` gives plate, readout, time and temperature.
void add_grid(const Document& document, const Table& table, const PlateGrid& grid, Measurement where,
              PlateFile& file);

/// Whether the cell may stand in the place of a reading: a number, a known token, or empty.
bool is_reading(std::string_view cell);

/// Adds a plate whose name no other has: "P7", then "P7 (2)".
std::uint32_t new_plate(PlateFile& file, std::string_view wanted);

/// The first number of a text that can be a wavelength (180 to 1100 nm) and is not a bandwidth ("-20", "/10"
/// behind another): "F485" → 485, "600/10nm" → 600. NaN when there is none.
double wavelength_in(std::string_view text);

/// As double, NaN when the cell holds no number.
double number_or_missing(std::string_view cell);

/// The content of `="81"`, which keeps a spreadsheet from reading a barcode as a number; other text
/// unchanged.
std::string_view without_formula(std::string_view cell);

inline constexpr std::uint32_t every_plate = 0xFFFFFFFF;

/// Sets the shape of a plate, or of every plate, where it holds all the wells. A shape turned on its side (12
/// rows, 8 columns) is righted. O(measurements).
void set_shape(PlateFile& file, std::uint32_t plate, double rows, double columns);

/// Room for a reading in each cell: moving millions costs more than reading them, and memory that they do not
/// fill is never touched.
void expect_readings(const Document& document, PlateFile& file);

/// Remembers a fact about the run, unless it is empty or already known.
void note(PlateFile& file, const char* key, std::string_view value);

/// The standard plate with that many rows; nothing when there is none.
std::optional<PlateShape> standard_shape_with_rows(std::size_t rows);

/// "12:39:17 PM", "14:34:46" → seconds since midnight.
std::optional<double> parse_time_of_day(std::string_view text);

/// "8/22/2023 10:57:03 AM", "29/02/2016 14:34", "22.08.2023 10:57:03", "2023-08-22T10:57:03", "22 Aug 2023
/// 10:57:03" → seconds of the calendar, without time zones. A day and month that could be either are read
/// month first.
std::optional<double> parse_timestamp(std::string_view text);

}  // namespace wellsieve::formats::plates
