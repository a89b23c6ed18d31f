#pragma once

#include "formats/plates/document.hpp"
#include "formats/plates/measurement.hpp"

// The three forms of BioLector exports; each is defined beside its reader.
namespace wellsieve::formats::plates::biolector {

/// What the instrument writes in the place of a value that it has not.
inline constexpr double not_there = -9999;

/// "READING;WELLNUM;…": BioLector I and II.
bool is_readings(const Document& document);
PlateFile read_readings(const Document& document);

/// "=====process=====": BioLector Pro, and II with its firmware.
bool is_process(const Document& document);
PlateFile read_process(const Document& document);

/// "Well;Content;Description;Channel" above cycles and times: what the program BioLection writes.
bool is_channels(const Document& document);
PlateFile read_channels(const Document& document);

/// Where a line that starts with `start` (quoted or not) begins with it; npos when there is none. O(bytes).
std::size_t find_line(std::string_view text, std::string_view start);
/// The delimiter behind a cell that ends before `at`; a closing quote may stand between.
char delimiter_after(std::string_view text, std::size_t at);
/// "0012", "12" → 12; 0 for other text.
std::uint16_t cycle_number(std::string_view text);

/// Adds the reading at a cell; `not_there` is "not measured".
void add_value(const Document& document, const Table& table, std::size_t row, std::size_t column,
               const Measurement& at, PlateFile& file);

/// Of a cell that must hold a number. Throws FormatError, naming what was wanted.
double number_at(const Document& document, const Table& table, std::size_t row, std::size_t column,
                 std::string_view what);

}  // namespace wellsieve::formats::plates::biolector
