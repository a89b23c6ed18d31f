// The forms of a block of values. Times, temperatures or wavelengths stand across and wells down, or the
// other way round; endpoints stand as a plate or as a list of wells.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/tecan_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates::tecan {
namespace {

enum class Line { other, cycle, time, temperature, wavelength };

Line kind_of(std::string_view key) {
    if (starts_with_ignoring_case(key, "Cycle Nr") || starts_with_ignoring_case(key, "Zyklus") ||
        equals_ignoring_case(key, "Cycle"))
        return Line::cycle;
    if (key.starts_with("Time [") || key.starts_with("Zeit [") || equals_ignoring_case(key, "Time"))
        return Line::time;
    if (key.starts_with("Temp. [") || key.starts_with("Temp ["))
        return Line::temperature;
    if (key.starts_with("Wavel.") || key.starts_with("Wellenl.") || key.starts_with("Wavelength ["))
        return Line::wavelength;
    return Line::other;
}

double seconds_in(std::string_view key) {
    if (key.find("[ms]") != std::string_view::npos)
        return 0.001;
    if (key.find("[min]") != std::string_view::npos)
        return 60;
    return key.find("[h]") != std::string_view::npos ? 3600 : 1;
}

double time_in(std::string_view cell, double unit_s) {
    const auto clock = parse_clock(cell);
    return clock ? *clock : number_or_missing(cell) * unit_s;
}

bool is_mean(std::string_view key) {
    return key == "Mean" || key == "Mittelwert";
}

bool is_cycles_per_well(std::string_view key) {
    return key == "Cycles / Well" || key == "Zyklen / Well";
}

/// The plate columns above a grid: "1", "2", … or "1.0".
std::optional<std::uint16_t> column_number(std::string_view cell) {
    constexpr double most_columns = 48;
    const double number = number_or_missing(cell);
    if (!(number >= 1) || number > most_columns || number != std::floor(number))
        return std::nullopt;
    return static_cast<std::uint16_t>(number - 1);
}

std::size_t count_wells(const Table& table, std::size_t row) {
    std::size_t count = 0;
    for (std::size_t c = 1; c < table.columns(row); ++c)
        count += parse_well(table.cell(row, c)).has_value();
    return count;
}

double at(const std::vector<double>& line, std::size_t cell) {
    return cell < line.size() ? line[cell] : missing;
}

}  // namespace

std::size_t ReportReader::read_block(std::size_t row) {
    const std::string_view key = table_.cell(row, 0);
    const Line line = kind_of(key);
    if (line == Line::cycle || line == Line::wavelength || (line == Line::time && key.ends_with(']')))
        return count_wells(table_, row) > 0 ? read_down(row) : read_across(row);
    if (is_cycles_per_well(key) && parse_well(table_.cell(row + 1, 0)))
        return read_well_block(row);
    if (key == "<>" || equals_ignoring_case(key, "Well")) {
        if (!column_number(table_.cell(row, 1)))
            return read_list(row);
        return settings_.empty() ? read_layout(row) : read_grid(row);
    }
    return row;
}

/// The readouts of a block whose first line is `first_row`: one, or one for each wavelength.
void ReportReader::set_readouts(Axis& axis, std::size_t first_row, std::size_t cells) {
    const std::string_view title = title_above(first_row);
    const Settings& settings = settings_of_block(first_row, title);
    const std::string_view name =
        title.empty() || title == "Rawdata" ? std::string_view(settings.label) : title;
    if (!plate_)
        plate_ = file_.plate(plate_name_);
    if (axis.wavelength_nm.empty()) {
        axis.readouts = {readouts_.next(settings.readout(name))};
        return;
    }
    axis.readouts.assign(cells, 0);
    for (std::size_t cell = 0; cell < cells; ++cell)
        if (const double scanned_nm = at(axis.wavelength_nm, cell); !std::isnan(scanned_nm))
            axis.readouts[cell] = readouts_.next(settings.readout(name, scanned_nm));
}

/// Takes a line of times, temperatures, wavelengths or cycle numbers; false for another.
bool ReportReader::read_axis_line(std::size_t row, Axis& axis) const {
    const std::string_view key = table_.cell(row, 0);
    const Line line = kind_of(key);
    if (line == Line::other)
        return false;
    if (line == Line::cycle)
        return true;
    std::vector<double>& numbers = line == Line::time          ? axis.time_s
                                   : line == Line::temperature ? axis.temperature_c
                                                               : axis.wavelength_nm;
    const double unit_s = seconds_in(key);
    numbers.assign(table_.columns(row), missing);
    for (std::size_t c = 1; c < table_.columns(row); ++c)
        numbers[c] = line == Line::time ? time_in(table_.cell(row, c), unit_s)
                                        : number_or_missing(table_.cell(row, c));
    return true;
}

void ReportReader::add_cell(std::size_t row, std::size_t column, Well well, const Axis& axis,
                            std::size_t on_axis) {
    const bool has_place = (axis.time_s.empty() || !std::isnan(at(axis.time_s, on_axis))) &&
                           (axis.wavelength_nm.empty() || !std::isnan(at(axis.wavelength_nm, on_axis)));
    if (!has_place) {
        if (!table_.cell(row, column).empty())
            document_.fail(table_, row, column,
                           fmt::format("well {}: the value {} has no time or wavelength beside it",
                                       well_name(well), table_.cell(row, column)));
        return;
    }
    add_reading(
        document_, table_, row, column,
        {.time_s = at(axis.time_s, on_axis),
         .temperature_c = axis.temperature_c.empty() ? temperature_c_ : at(axis.temperature_c, on_axis),
         .readout = axis.readouts[axis.readouts.size() == 1 ? 0 : on_axis],
         .plate = *plate_,
         .well = well},
        file_);
}

/// A well without any value was not read; one with some was read at each time.
void ReportReader::add_row_of_well(std::size_t row, Well well, const Axis& axis) {
    if (right_of(table_, row).empty())
        return;
    const std::size_t cells = std::max({table_.columns(row), axis.time_s.size(), axis.wavelength_nm.size()});
    for (std::size_t c = 1; c < cells; ++c)
        add_cell(row, c, well, axis, c);
}

std::size_t ReportReader::read_across(std::size_t first_row) {
    Axis axis;
    std::size_t row = first_row;
    while (row < table_.rows() && read_axis_line(row, axis))
        ++row;
    if (axis.time_s.empty() && axis.wavelength_nm.empty())
        document_.fail(table_, first_row, "cycles without a line 'Time [s]'");
    set_readouts(axis, first_row, std::max(axis.wavelength_nm.size(), axis.time_s.size()));
    for (; row < table_.rows(); ++row) {
        const auto well = parse_well(table_.cell(row, 0));
        if (!well)
            break;
        add_row_of_well(row, *well, axis);
    }
    return row;
}

std::size_t ReportReader::read_down(std::size_t header) {
    std::size_t end = header + 1;
    while (end < table_.rows() && !std::isnan(time_in(table_.cell(end, 0), 1)))
        ++end;
    Axis axis;
    for (std::size_t c = 0; c < table_.columns(header); ++c) {
        const std::string_view key = table_.cell(header, c);
        const Line line = kind_of(key);
        if (line == Line::other || line == Line::cycle)
            continue;
        std::vector<double>& numbers = line == Line::time          ? axis.time_s
                                       : line == Line::temperature ? axis.temperature_c
                                                                   : axis.wavelength_nm;
        const double unit_s = seconds_in(key);
        for (std::size_t row = header + 1; row < end; ++row)
            numbers.push_back(line == Line::time ? time_in(table_.cell(row, c), unit_s)
                                                 : number_or_missing(table_.cell(row, c)));
    }
    set_readouts(axis, header, end - header - 1);
    for (std::size_t c = 1; c < table_.columns(header); ++c) {
        const auto well = parse_well(table_.cell(header, c));
        bool was_read = false;
        for (std::size_t row = header + 1; row < end && well; ++row)
            was_read = was_read || !table_.cell(row, c).empty();
        for (std::size_t row = header + 1; row < end && was_read; ++row)
            add_cell(row, c, *well, axis, row - header - 1);
    }
    return end;
}

std::size_t ReportReader::read_grid(std::size_t header) {
    Axis axis;
    set_readouts(axis, header, 0);
    std::size_t row = header + 1;
    for (; row < table_.rows(); ++row) {
        const auto plate_row = grid_row_label(table_.cell(row, 0), table_.columns(header) - 1);
        if (!plate_row)
            break;
        for (std::size_t c = 1; c < table_.columns(header); ++c)
            if (const auto column = column_number(table_.cell(header, c));
                column && !table_.cell(row, c).empty())
                add_cell(row, c, {*plate_row, *column}, axis, 0);
    }
    return row;
}

/// A plate of sample names above the first measurement.
std::size_t ReportReader::read_layout(std::size_t header) {
    std::size_t row = header + 1;
    for (; row < table_.rows(); ++row) {
        const auto plate_row = grid_row_label(table_.cell(row, 0), table_.columns(header) - 1);
        if (!plate_row)
            break;
        for (std::size_t c = 1; c < table_.columns(header); ++c)
            if (const auto column = column_number(table_.cell(header, c));
                column && !table_.cell(row, c).empty())
                samples_[{*plate_row, *column}] = table_.cell(row, c);
    }
    return row;
}

/// "<>, Value, Time [ms]" or "Well, Mean, StDev, 1;1, …", then a line for each well.
std::size_t ReportReader::read_list(std::size_t header) {
    std::size_t value_column = 1;
    for (std::size_t c = 1; c < table_.columns(header); ++c)
        if (table_.cell(header, c) == "Value" || is_mean(table_.cell(header, c)))
            value_column = c;
    if (is_mean(table_.cell(header, value_column)))
        set_aside(header, "single reads within the wells: their mean is used");
    std::size_t row = header + 1;
    if (!parse_well(table_.cell(row, 0)))
        return row;
    Axis axis;
    set_readouts(axis, header, 0);
    for (; row < table_.rows(); ++row) {
        const auto well = parse_well(table_.cell(row, 0));
        if (!well)
            break;
        if (!table_.cell(row, value_column).empty())
            add_cell(row, value_column, *well, axis, 0);
    }
    return row;
}

/// "Cycles / Well", then for each well its cycles, times, temperatures, the mean and each single read.
std::size_t ReportReader::read_well_block(std::size_t first_row) {
    Axis axis;
    bool set_up = false;
    std::size_t row = first_row;
    while (row < table_.rows()) {
        const std::size_t next = row + (table_.is_blank(row) ? 1 : 0);
        const bool titled = is_cycles_per_well(table_.cell(next, 0));
        if (!titled && !parse_well(table_.cell(next, 0)))
            break;
        row = next + (titled ? 1 : 0);
        const auto well = parse_well(table_.cell(row, 0));
        if (!well)
            document_.fail(table_, row, 0, fmt::format("'{}' is not a well", table_.cell(row, 0)));
        for (++row; row < table_.rows() && !table_.is_blank(row); ++row) {
            if (is_cycles_per_well(table_.cell(row, 0)))
                break;
            if (read_axis_line(row, axis) || !is_mean(table_.cell(row, 0)))
                continue;
            axis.wavelength_nm.clear();  // no spectrum has this form
            if (!set_up) {
                set_readouts(axis, first_row, 0);
                set_aside(first_row, "single reads within the wells: their mean is used");
                set_up = true;
            }
            add_row_of_well(row, *well, axis);
        }
    }
    return row;
}

}  // namespace wellsieve::formats::plates::tecan
