#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wellsieve::tests {

/// What stands in a cell, and how the workbook stores it.
struct Content {
    enum class Kind { number, shared_text, inline_text, formula_text, boolean, error };
    enum class Format { general, date, time_of_day, duration };

    Content(const char* text) : Content(std::string(text)) {}
    Content(std::string text, Kind how = Kind::shared_text) : kind(how), digits(std::move(text)) {}
    Content(double number, Format how = Format::general);
    Content(int number) : Content(static_cast<double>(number)) {}
    Content(bool truth) : kind(Kind::boolean), digits(truth ? "1" : "0") {}

    Kind kind = Kind::number;
    Format format = Format::general;
    std::string digits;  ///< the text, or the digits of the number
};

/// A number with these digits, which need not be the shortest ones.
Content digits(std::string text);
/// Days since 1899-12-30, shown as a date and time, as a time of day, or as a duration.
Content date(double days);
Content time_of_day(double days);
Content duration(double days);

struct Cell {
    std::string reference;  ///< "B12"
    Content content;
};

struct Sheet {
    std::string name;
    std::vector<Cell> cells;  ///< in order of rows, then columns
};

/// Tab-separated text as a sheet, the first line as row 1: what looks like a number becomes one, a number of
/// days between 'd' and 'd' ("d0.5d") a duration, an empty field no cell.
Sheet sheet_from_text(std::string name, std::string_view text);

/// The parts of an .xlsx by name, before they are zipped: for tests that damage one.
std::map<std::string, std::string> workbook_parts(const std::vector<Sheet>& sheets);
std::string zip_parts(const std::map<std::string, std::string>& parts);

/// The bytes of an .xlsx. The same sheets give the same bytes.
std::string make_workbook(const std::vector<Sheet>& sheets);

}  // namespace wellsieve::tests
