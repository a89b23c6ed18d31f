#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "formats/plates/bmg_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates::bmg {
namespace {

/// Columns or rows that describe a well.
bool describes_wells(std::string_view title) {
    constexpr std::array names{"Well",          "Content",  "Group",    "Standard Conc",
                               "Concentration", "Dilution", "Sample ID"};
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return starts_with_ignoring_case(title, name); }) &&
           !starts_with_ignoring_case(title, "Well Scan");
}

bool has_letter(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; });
}

/// The time of "Cycle 12 (62 min 42 s)"; nothing for another line.
std::optional<std::string_view> cycle_time(std::string_view line) {
    const std::size_t open = line.find('(');
    if (!line.starts_with("Cycle ") || open == std::string_view::npos || !line.ends_with(')'))
        return std::nullopt;
    return line.substr(open + 1, line.size() - open - 2);
}

std::string_view first_text(const Table& table, std::size_t row) {
    const std::string_view cell = table.cell(row, 0);
    return cell.empty() ? table.cell(row, 1) : cell;
}

}  // namespace

void RunReader::read() {
    for (std::size_t row = run_.first_row; row < run_.end_row;) {
        const std::string_view text = first_text(table_, row);
        const std::string_view first = table_.cell(row, 0);
        std::size_t next = read_grid(row);
        if (next == 0 && (equals_ignoring_case(first, "Well") || is_well_row(first))) {
            const bool across = parse_bmg_well(table_.cell(row, 1)) || parse_bmg_well(table_.cell(row, 2));
            next = across ? read_wells_across(row) : read_wells_down(row);
        }
        if (next == 0) {
            if (const auto time = cycle_time(text)) {
                const auto seconds = parse_time(*time, missing);
                if (!seconds)
                    document_.fail(table_, row, fmt::format("'{}' is not the time of a cycle", *time));
                cycle_time_s_ = *seconds;
            } else if (!text.empty()) {
                title_ = text;
            }
            next = row + 1;
        }
        row = next;
    }
}

std::size_t RunReader::read_grid(std::size_t header_row) {
    const auto grid = grid_at(table_, header_row);
    if (!grid)
        return 0;
    const Title title = parse_title(title_, run_.mode);
    const bool untitled = mode_named(title_) == run_.mode && !contains_ignoring_case(title_, "based on");
    if (title.raw || untitled) {
        Measurement where;
        where.plate = plate_;
        where.readout = file_.readout(title.readout);
        where.time_s = cycle_time_s_;
        add_grid(document_, table_, *grid, where, file_);
    } else if (contains_ignoring_case(title_, "Layout") || contains_ignoring_case(title_, "Content")) {
        for (std::size_t row = grid->first_row; row < grid->end_row; ++row)
            for (std::size_t c = 0; c < grid->columns.size(); ++c)
                if (const std::string_view sample = table_.cell(row, c + 1); !sample.empty())
                    file_.samples[{plate_, Well{*grid_row_label(table_.cell(row, 0), grid->columns.size()),
                                                grid->columns[c]}}] = sample;
    } else {
        set_aside(header_row, title_);
    }
    return std::min(grid->end_row, run_.end_row);
}

RunReader::Axis RunReader::parse_axis(std::string_view label) const {
    Axis axis;
    axis.times = starts_with_ignoring_case(label, "Time");
    axis.wavelengths = starts_with_ignoring_case(label, "Wavelength");
    axis.unit_s = unit_of(label);
    return axis;
}

double RunReader::axis_number(std::size_t row, std::size_t column, const Axis& axis) const {
    const std::string_view cell = table_.cell(row, column);
    const auto number = axis.times ? parse_time(cell, axis.unit_s) : std::optional(number_or_missing(cell));
    if (!number || std::isnan(*number))
        document_.fail(table_, row, column,
                       fmt::format("'{}' is not a {}", cell, axis.times ? "time with a unit" : "wavelength"));
    return *number;
}

std::uint32_t RunReader::readout_of(const Title& title, double wavelength_nm) {
    if (title.scan == Scan::none)
        return file_.readout(title.readout);
    Readout readout = title.readout;
    const bool absorbance = title.scan == Scan::absorbance;
    (absorbance                       ? readout.wavelength_nm
     : title.scan == Scan::excitation ? readout.excitation_nm
                                      : readout.emission_nm) = wavelength_nm;
    return file_.readout(readout);
}

std::size_t RunReader::first_value_column(std::size_t header_row) const {
    std::size_t column = 1;
    while (column < table_.columns(header_row) && describes_wells(table_.cell(header_row, column)))
        ++column;
    return column;
}

std::optional<Well> RunReader::well_of(std::size_t row, bool split) const {
    if (!split)
        return parse_bmg_well(table_.cell(row, 0));
    const auto letter = grid_row_label(table_.cell(row, 0), 48);
    auto well = parse_well("A" + std::string(table_.cell(row, 1)));
    if (!letter || !well)
        return std::nullopt;
    well->row = *letter;
    return well;
}

std::vector<RunReader::Column> RunReader::columns_of(std::size_t header_row, std::size_t axis_row,
                                                     const Axis& axis) {
    std::vector<Column> columns;
    std::string_view text = title_;
    Title title = parse_title(text, run_.mode);
    bool has_axis = axis.times || axis.wavelengths;
    const std::size_t end = std::max(table_.columns(header_row), has_axis ? table_.columns(axis_row) : 0);
    for (std::size_t c = first_value_column(header_row); c < end; ++c) {
        const auto [own, time_s] = parse_heading(table_.cell(header_row, c));
        if (own.empty() && (!has_axis || table_.cell(axis_row, c).empty()))
            continue;
        if (has_letter(own) && own != text) {  // "1 - 1" only numbers the column
            text = own;
            title = parse_title(text, run_.mode);
        }
        if (!title.raw) {
            set_aside(header_row, text);
            continue;
        }
        const double at = has_axis ? axis_number(axis_row, c, axis) : missing;
        columns.push_back({c, readout_of(title, axis.wavelengths ? at : missing),
                           axis.times ? at : time_s.value_or(missing)});
    }
    return columns;
}

std::size_t RunReader::read_wells_down(std::size_t header_row) {
    const bool split = is_well_row(table_.cell(header_row, 0));
    const std::size_t first_value = first_value_column(header_row);
    Axis axis;
    std::size_t axis_row = header_row;
    std::size_t row = header_row + 1;
    for (; row < run_.end_row && !well_of(row, split); ++row) {
        for (std::size_t c = 0; c < first_value; ++c) {
            const std::string_view label = table_.cell(row, c);
            const Axis found = parse_axis(label);
            if (found.times || found.wavelengths)
                axis = found, axis_row = row;
            else if (!label.empty())
                file_.rejects.push_back(
                    {table_.place(row, c), fmt::format("'{}' is neither time nor wavelength", label)});
        }
    }
    const std::vector<Column> columns = columns_of(header_row, axis_row, axis);
    const std::size_t content = table_.cell(header_row, split ? 2 : 1) == "Content" ? (split ? 2 : 1) : 0;
    for (; row < run_.end_row; ++row) {
        const auto well = well_of(row, split);
        if (!well && table_.is_blank(row))
            continue;
        if (!well)
            break;
        if (content != 0 && !table_.cell(row, content).empty())
            file_.samples[{plate_, *well}] = table_.cell(row, content);
        Measurement where;
        where.plate = plate_;
        where.well = *well;
        for (const Column& column : columns) {
            where.readout = column.readout;
            where.time_s = column.time_s;
            add_reading(document_, table_, row, column.cell, where, file_);
        }
    }
    return row;
}

std::size_t RunReader::read_wells_across(std::size_t header_row) {
    const std::size_t first_well = parse_bmg_well(table_.cell(header_row, 1)) ? 1 : 2;
    std::vector<Well> wells;
    for (std::size_t c = first_well; c < table_.columns(header_row); ++c) {
        const std::string_view cell = table_.cell(header_row, c);
        const auto well = parse_bmg_well(cell);
        if (!well && cell.empty())
            break;
        if (!well)
            document_.fail(table_, header_row, c, fmt::format("'{}' is not a well", cell));
        wells.push_back(*well);
    }
    Axis axis;
    std::size_t row = header_row + 1;
    for (; row < run_.end_row && !equals_ignoring_case(table_.cell(row, 0), "Well"); ++row) {
        const std::string_view label = table_.cell(row, 0);
        if (first_well == 2 && describes_wells(label)) {
            const Axis found = parse_axis(table_.cell(row, 1));
            if (found.times || found.wavelengths)
                axis = found;
        }
        if (label == "Content") {
            for (std::size_t i = 0; i < wells.size(); ++i)
                if (const std::string_view sample = table_.cell(row, first_well + i); !sample.empty())
                    file_.samples[{plate_, wells[i]}] = sample;
        } else if (!label.empty() && !describes_wells(label)) {
            read_across_row(row, first_well, wells, axis);
        }
    }
    return row;
}

void RunReader::read_across_row(std::size_t row, std::size_t first_well, const std::vector<Well>& wells,
                                const Axis& axis) {
    const std::string_view label = table_.cell(row, 0);
    const Title title = parse_title(label, run_.mode);
    if (!title.raw)
        return set_aside(row, label);
    const bool has_axis = axis.times || axis.wavelengths;
    const double at = has_axis ? axis_number(row, first_well - 1, axis) : missing;
    Measurement where;
    where.plate = plate_;
    where.readout = readout_of(title, axis.wavelengths ? at : missing);
    where.time_s = axis.times ? at : missing;
    for (std::size_t i = 0; i < wells.size(); ++i) {
        where.well = wells[i];
        add_reading(document_, table_, row, first_well + i, where, file_);
    }
}

void RunReader::set_aside(std::size_t row, std::string_view title) {
    if (set_aside_.emplace(title).second)
        file_.rejects.push_back({table_.place(row), fmt::format("not read by the instrument: '{}'", title)});
}

}  // namespace wellsieve::formats::plates::bmg
