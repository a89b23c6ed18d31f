#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::uint16_t most_columns = 48;
constexpr std::uint16_t rows_with_one_letter = 26;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// "1", "01", "1.0" → 0; nothing for other text.
std::optional<std::uint16_t> column_number(std::string_view cell) {
    if (cell.ends_with(".0"))
        cell.remove_suffix(2);
    if (cell.empty() || cell.size() > 2)
        return std::nullopt;
    unsigned number = 0;
    for (char c : cell) {
        if (!is_digit(c))
            return std::nullopt;
        number = number * 10 + static_cast<unsigned>(c - '0');
    }
    if (number == 0 || number > most_columns)
        return std::nullopt;
    return static_cast<std::uint16_t>(number - 1);
}

/// Digits from `at` on, which is moved past them.
int take_number(std::string_view text, std::size_t& at) {
    while (at < text.size() && !is_digit(text[at]))
        ++at;
    int number = 0;
    for (; at < text.size() && is_digit(text[at]) && number < 100000; ++at)
        number = number * 10 + (text[at] - '0');
    return number;
}

/// " Sep 2026" → 9, and `at` is behind the name; 0 where no month's name stands there.
int take_month(std::string_view text, std::size_t& at) {
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::size_t name = at;
    while (name < text.size() && (text[name] == ' ' || text[name] == '-'))
        ++name;
    for (int month = 0; month < 12; ++month)
        if (starts_with_ignoring_case(text.substr(std::min(name, text.size())),
                                      months[static_cast<std::size_t>(month)])) {
            at = name + 3;
            return month + 1;
        }
    return 0;
}

/// Days on a continuous calendar; nothing for a date that no calendar has.
std::optional<double> days_of(std::array<int, 3> parts, char separator) {
    int year = parts[2], month = parts[0], day = parts[1];
    if (parts[0] > 31)  // 2023-08-22
        year = parts[0], month = parts[1], day = parts[2];
    else if (separator == '.' || parts[0] > 12)  // 22.08.2023, 29/02/2016
        month = parts[1], day = parts[0];
    if (month > 12 || day > 31 || year > 9999)  // which std::chrono would wrap
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{year < 100 ? year + 2000 : year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok())
        return std::nullopt;
    return static_cast<double>(std::chrono::sys_days{date}.time_since_epoch().count());
}

}  // namespace

std::optional<std::uint16_t> grid_row_label(std::string_view label, std::size_t columns) {
    const auto row = parse_row_label(label);
    const bool past_z = label.size() == 1 && label[0] >= 'a' && label[0] <= 'f' && columns > 24;
    return past_z ? std::optional<std::uint16_t>(rows_with_one_letter + *row) : row;
}

std::optional<PlateGrid> grid_at(const Table& table, std::size_t header_row) {
    if (!table.cell(header_row, 0).empty() || !column_number(table.cell(header_row, 1)))
        return std::nullopt;
    PlateGrid grid;
    for (std::size_t c = 1; c < table.columns(header_row); ++c) {
        const auto column = column_number(table.cell(header_row, c));
        if (!column || (!grid.columns.empty() && *column <= grid.columns.back()))
            break;
        grid.columns.push_back(*column);
    }
    grid.first_row = grid.end_row = header_row + 1;
    while (grid.end_row < table.rows() && grid_row_label(table.cell(grid.end_row, 0), grid.columns.size()))
        ++grid.end_row;
    if (grid.columns.size() < 2 || grid.end_row == grid.first_row)
        return std::nullopt;
    return grid;
}

void add_reading(const Document& document, const Table& table, std::size_t row, std::size_t column,
                 const Measurement& where, PlateFile& file) {
    const std::string_view cell = table.cell(row, column);
    Measurement& measurement = file.add(where);
    if (measurement.value = number_or_nan(cell); !std::isnan(measurement.value))
        return;
    const char mark = cell.find(',') == std::string_view::npos ? '.' : ',';
    const Value value = document.value_at(table, row, column, where.well, mark);
    measurement.value = value.number;
    measurement.flag = value.flag;
    if (value.flag != Flag::none && !cell.empty())
        file.flag_texts.emplace(file.measurements.size() - 1, cell);
}

void add_reading(const Document& document, const Table& table, std::size_t row, std::size_t column,
                 const Measurement& where, char& decimal_mark, PlateFile& file) {
    const std::string_view cell = table.cell(row, column);
    Measurement& measurement = file.add(where);
    if (measurement.value = number_or_nan(cell, decimal_mark);
        !std::isnan(measurement.value))  // nearly always
        return;
    const Value value = document.value_at_either_mark(table, row, column, where.well, decimal_mark);
    measurement.value = value.number;
    measurement.flag = value.flag;
    if (value.flag != Flag::none && value.flag != Flag::not_measured)
        file.flag_texts.emplace(file.measurements.size() - 1, cell);
}

void add_grid(const Document& document, const Table& table, const PlateGrid& grid, Measurement where,
              PlateFile& file) {
    for (std::size_t row = grid.first_row; row < grid.end_row; ++row) {
        where.well.row = *grid_row_label(table.cell(row, 0), grid.columns.size());
        for (std::size_t c = 0; c < grid.columns.size(); ++c) {
            where.well.column = grid.columns[c];
            add_reading(document, table, row, c + 1, where, file);
        }
    }
}

bool is_reading(std::string_view cell) {
    return parse_value_any_mark(cell).has_value();
}

std::uint32_t new_plate(PlateFile& file, std::string_view wanted) {
    std::vector<bool> taken(file.plates.size() + 2);  // [n]: "wanted (n)"; 1: "wanted"
    for (const PlateInfo& plate : file.plates) {
        std::string_view name = plate.name;
        if (!name.starts_with(wanted))
            continue;
        name.remove_prefix(wanted.size());
        std::size_t n = name.empty() ? 1 : 0;
        if (name.starts_with(" ("))
            std::from_chars(name.data() + 2, name.data() + name.size(), n);
        const bool is_n = name.empty() || (n > 1 && name == fmt::format(" ({})", n));
        if (is_n && n < taken.size())
            taken[n] = true;
    }
    const auto n = std::find(taken.begin() + 1, taken.end(), false) - taken.begin();
    return file.plate(n == 1 ? std::string(wanted) : fmt::format("{} ({})", wanted, n));
}

double wavelength_in(std::string_view text) {
    constexpr double shortest_nm = 180;
    constexpr double longest_nm = 1100;
    for (std::size_t at = 0; at < text.size();) {
        if (!is_digit(text[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && (is_digit(text[end]) || text[end] == '.'))
            ++end;
        const bool bandwidth = at > 1 && text[at - 1] == '-' && is_digit(text[at - 2]);
        std::string_view number = text.substr(at, end - at);
        if (number.ends_with('.'))
            number.remove_suffix(1);
        const double value = number_or_missing(number);
        if (!bandwidth && value >= shortest_nm && value <= longest_nm)
            return value;
        at = end;
    }
    return missing;
}

double number_or_missing(std::string_view cell) {
    const auto number = parse_number(cell, cell.find(',') == std::string_view::npos ? '.' : ',');
    return number.value_or(missing);
}

std::string_view without_formula(std::string_view cell) {
    if (cell.size() >= 3 && cell.starts_with("=\"") && cell.ends_with('"'))
        return trim(cell.substr(2, cell.size() - 3));
    return cell;
}

void set_shape(PlateFile& file, std::uint32_t plate, double rows, double columns) {
    constexpr double most_rows = 32;
    const double high = std::min(rows, columns);
    const double wide = std::max(rows, columns);
    if (!(high >= 1 && high <= most_rows && wide <= most_columns))
        return;
    const PlateShape shape{static_cast<std::uint16_t>(high), static_cast<std::uint16_t>(wide)};
    std::vector<bool> holds(file.plates.size(), true);
    for (const Measurement& m : file.measurements)
        if (!shape.contains(m.well))
            holds[m.plate] = false;
    for (std::uint32_t p = 0; p < file.plates.size(); ++p)
        if (holds[p] && (plate == every_plate || plate == p))
            file.plates[p].shape = shape;
}

void expect_readings(const Document& document, PlateFile& file) {
    std::size_t cells = 0;
    for (const Table& table : document.tables())
        cells += table.cells();
    file.measurements.reserve(cells);
}

void note(PlateFile& file, const char* key, std::string_view value) {
    value = trim(value);
    if (!value.empty())
        file.metadata.emplace(key, value);
}

std::optional<PlateShape> standard_shape_with_rows(std::size_t rows) {
    for (std::uint32_t wells : {6, 12, 24, 48, 96, 384, 1536})
        if (const auto shape = standard_shape(wells); shape->rows == rows)
            return shape;
    return std::nullopt;
}

std::optional<double> parse_time_of_day(std::string_view text) {
    text = trim(text);
    double half_day_h = 0;
    const bool afternoon = contains_ignoring_case(text, "PM");
    if (afternoon || contains_ignoring_case(text, "AM")) {
        text = trim(text.substr(0, text.find_first_of("AaPp")));
        const bool twelve = text.starts_with("12:");
        half_day_h = (afternoon && !twelve ? 12 : 0) - (!afternoon && twelve ? 12 : 0);
    }
    const auto seconds = parse_clock(text.substr(0, text.find_first_of("+-Z")));
    return seconds ? std::optional(*seconds + half_day_h * 3600) : std::nullopt;
}

std::optional<double> parse_timestamp(std::string_view text) {
    text = trim(text);
    std::size_t at = 0;
    std::array<int, 3> parts{};
    parts[0] = take_number(text, at);
    char separator = at < text.size() ? text[at] : '\0';
    if (const int month = take_month(text, at)) {
        parts[1] = month;
        separator = '.';  // the day comes first
    } else {
        parts[1] = take_number(text, at);
    }
    parts[2] = take_number(text, at);
    const auto days = days_of(parts, separator);
    if (!days)
        return std::nullopt;
    const bool iso = at < text.size() && text[at] == 'T';
    std::string time_of_day(trim(text.substr(std::min(at + iso, text.size()))));
    if (const std::size_t colon = time_of_day.find(':');
        colon == time_of_day.rfind(':') && colon != time_of_day.npos)
        time_of_day.insert(std::min(colon + 3, time_of_day.size()), ":00");
    const auto seconds = parse_time_of_day(time_of_day);
    return seconds ? std::optional(*days * 86400 + *seconds) : std::nullopt;
}

}  // namespace wellsieve::formats::plates
