// Gen5 writes each table in one of three ways, as the user chose: as a plate (gen5_tables.cpp), with a line a
// well, or with a column a well. Here are the last two for endpoints, and the lines of wells for series.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "formats/plates/gen5_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::formats::plates {
namespace {

/// What stands beside the values and is part of the layout.
bool is_of_layout(std::string_view label) {
    constexpr std::array names{"Well", "Well ID", "Name", "Conc/Dil"};
    return std::find(names.begin(), names.end(), label) != names.end();
}

bool names_samples(std::string_view label) {
    return label == "Well ID" || label == "Name";
}

std::optional<std::size_t> well_column(const Table& table, std::size_t row) {
    for (std::size_t c = 0; c < table.columns(row); ++c)
        if (table.cell(row, c) == "Well")
            return c;
    return std::nullopt;
}

/// "0:09:10" or "300", by what the axis is.
std::optional<double> axis_number(std::string_view axis, std::string_view cell) {
    const auto number = axis == "Time" ? parse_clock(cell) : parse_number(cell);
    return number ? number : axis == "Time" ? parse_clock(cell, ',') : parse_number(cell, ',');
}

bool is_temperature(std::string_view label) {
    return label.starts_with("T") && label.find(' ') != std::string_view::npos;
}

}  // namespace

bool is_gen5_list(const Table& table, std::size_t row) {
    const auto wells = well_column(table, row);
    return wells && parse_well(table.cell(row + 1, *wells)) && !parse_well(table.cell(row, *wells + 1));
}

bool is_gen5_wells_across(const Table& table, std::size_t row, std::size_t first) {
    return table.cell(row, first) == "Well" && parse_well(table.cell(row, first + 1));
}

bool is_gen5_series_across(const Table& table, std::size_t row, std::size_t first) {
    const std::string_view axis = table.cell(row, first);
    if ((axis != "Time" && axis != "Wavelength") || !axis_number(axis, table.cell(row, first + 1)))
        return false;
    const std::size_t wells = row + (is_temperature(table.cell(row + 1, first)) ? 2 : 1);
    return parse_well(table.cell(wells, first)).has_value();
}

void Gen5Export::name_sample(Well well, std::string_view name) {
    if (!name.empty())
        samples_[well] = name;
}

std::size_t Gen5Export::read_list(const Table& table, std::size_t header) {
    const std::size_t wells = *well_column(table, header);
    std::size_t end = header + 1;
    for (; end < table.rows() && !table.is_blank(end); ++end) {
        const auto well = parse_well(table.cell(end, wells));
        if (!well)
            document_.fail(table, end, wells, fmt::format("'{}' is not a well", table.cell(end, wells)));
        for (std::size_t c = 0; c < table.columns(header); ++c)
            if (names_samples(table.cell(header, c)))
                name_sample(*well, table.cell(end, c));
    }
    const std::size_t first_measurement = file_.measurements.size();
    for (std::size_t c = 0; c < table.columns(header); ++c) {
        const std::string_view label = table.cell(header, c);
        const auto readout =
            label.empty() || is_of_layout(label) ? std::nullopt : endpoint_readout(table, header, label);
        for (std::size_t row = header + 1; readout && row < end; ++row)
            add_row(table, row, {{c, *parse_well(table.cell(row, wells))}},
                    {.readout = *readout, .plate = plate(), .well = {}});
    }
    spread_temperatures(first_measurement);
    return end;
}

std::size_t Gen5Export::read_wells_across(const Table& table, std::size_t header, std::size_t first) {
    const std::vector<WellColumn> wells = wells_across(table, header, first + 1);
    if (header > 0 && names_samples(table.cell(header - 1, first)))
        for (const WellColumn& at : wells)
            name_sample(at.well, table.cell(header - 1, at.column));
    const std::size_t first_measurement = file_.measurements.size();
    std::size_t row = header + 1;
    for (; row < table.rows() && !table.is_blank(row); ++row) {
        const std::string_view label = table.cell(row, first);
        if (label.empty())
            document_.fail(table, row, "the row does not begin with the label of its values");
        const auto readout = is_of_layout(label) ? std::nullopt : endpoint_readout(table, row, label);
        if (readout)
            add_row(table, row, wells, {.readout = *readout, .plate = plate(), .well = {}});
    }
    spread_temperatures(first_measurement);
    return row;
}

std::size_t Gen5Export::read_series_across(const Table& table, std::size_t row, std::size_t first) {
    SeriesHead head;
    const std::size_t axis_row = row++;
    const std::string_view axis = table.cell(axis_row, first);
    head.axis = axis == "Time" ? SeriesHead::time : SeriesHead::wavelength;
    const bool with_temperature = is_temperature(table.cell(row, first));
    if (with_temperature)
        head.set_label(table.cell(row++, first));
    const std::size_t begin = row;
    while (row < table.rows() && parse_well(table.cell(row, first)))
        ++row;
    if (!is_measured(head, with_temperature)) {
        note_calculated(table, axis_row, label_of(head));
        return row;
    }
    const Gen5Channel channel = series_channel(table, axis_row, head);
    Measurement like = begin_series(head, channel);
    std::size_t not_taken = 0;
    for (std::size_t c = first + 1; c < table.columns(axis_row); ++c) {
        if (table.cell(axis_row, c).empty())
            continue;
        const auto number = axis_number(axis, table.cell(axis_row, c));
        if (!number)
            document_.fail(table, axis_row, c,
                           fmt::format("'{}' is not a {}", table.cell(axis_row, c),
                                       axis == "Time" ? "time (h:mm:ss)" : "wavelength in nm"));
        bool any = false;
        for (std::size_t r = begin; r < row; ++r)
            any |= !table.cell(r, c).empty();
        if (!any) {
            ++not_taken;
            continue;
        }
        place_on_axis(like, head, channel, *number);
        const auto celsius = with_temperature ? parse_value_any_mark(table.cell(begin - 1, c)) : std::nullopt;
        like.temperature_c = celsius ? celsius->number : missing;
        for (std::size_t r = begin; r < row; ++r)
            add_row(table, r, {{c, *parse_well(table.cell(r, first))}}, like);
    }
    note_not_taken(table, axis_row, first, not_taken);
    return row;
}

}  // namespace wellsieve::formats::plates
