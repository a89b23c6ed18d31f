#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "formats/plates/gen5_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::formats::plates {

/// The head of a table with one row a time, wavelength or point of a well scan, and one column a well.
struct Gen5Export::SeriesHead {
    enum Axis { time, wavelength, point } axis = time;
    std::size_t first = 0;  ///< column of the axis
    std::optional<std::size_t> temperature;
    std::string_view label;  ///< empty where only the heading tells
    std::vector<WellColumn> wells;
};

namespace {

bool is_axis(std::string_view text) {
    return text == "Time" || text == "Wavelength" || text.starts_with("X Read");
}

/// The number of a plate's column, from 0.
std::optional<std::uint16_t> column_number(std::string_view text) {
    const auto number = parse_number(text);
    constexpr double most = 48;
    if (!number || *number != std::floor(*number) || *number < 1 || *number > most)
        return std::nullopt;
    return static_cast<std::uint16_t>(*number - 1);
}

bool has_value(const Table& table, std::size_t row, std::size_t from) {
    for (std::size_t c = from; c < table.columns(row); ++c)
        if (!table.cell(row, c).empty())
            return true;
    return false;
}

}  // namespace

bool is_gen5_series(const Table& table, std::size_t row, std::size_t first) {
    return is_axis(table.cell(row, first)) &&
           (parse_well(table.cell(row, first + 1)) || parse_well(table.cell(row, first + 2)));
}

bool is_gen5_matrix(const Table& table, std::size_t row, std::size_t first) {
    if (first == 0 || !parse_row_label(table.cell(row + 1, first - 1)))
        return false;
    std::optional<std::uint16_t> last;
    for (std::size_t c = first; c < table.columns(row) && !table.cell(row, c).empty(); ++c) {
        const auto number = column_number(table.cell(row, c));
        if (!number || (last && *number <= *last))
            return false;
        last = number;
    }
    return last.has_value();
}

void Gen5Export::add_row(const Table& table, std::size_t row, const std::vector<WellColumn>& wells,
                         Measurement like) {
    for (const WellColumn& at : wells) {
        like.well = at.well;
        add_reading(document_, table, row, at.column, like, decimal_mark_, file_);
    }
}

Gen5Export::SeriesHead Gen5Export::series_head(const Table& table, std::size_t row, std::size_t first) const {
    SeriesHead head;
    const std::string_view axis = table.cell(row, first);
    head.axis = axis == "Time"         ? SeriesHead::time
                : axis == "Wavelength" ? SeriesHead::wavelength
                                       : SeriesHead::point;
    head.first = first;
    std::size_t column = first + 1;
    if (!parse_well(table.cell(row, column))) {  // "T° 600", or "Y Read #"
        const std::string_view text = table.cell(row, column);
        if (head.axis == SeriesHead::time) {
            head.temperature = column;
            head.label = trim(text.substr(std::min(text.find(' '), text.size())));
        }
        ++column;
    }
    for (; column < table.columns(row); ++column)
        if (const auto well = parse_well(table.cell(row, column)))
            head.wells.push_back({column, *well});
    return head;
}

Gen5Channel Gen5Export::series_channel(const Table& table, std::size_t row, const SeriesHead& head) {
    const std::string_view label = head.label.empty() ? std::string_view(heading_) : head.label;
    if (auto channel = gen5_channel(label, steps_))
        return *channel;
    // Only measured series have a temperature column: the label is the user's own.
    const bool one_mode = !steps_.empty() && steps_.front().mode &&
                          std::all_of(steps_.begin(), steps_.end(),
                                      [&](const Gen5Step& step) { return step.mode == steps_.front().mode; });
    if (!one_mode)
        document_.fail(
            table, row,
            fmt::format("cannot tell what kind of reading '{}' is: no step under 'Procedure Details' has "
                        "that name; export the procedure too",
                        label));
    Gen5Channel channel;
    channel.readout.name = label;
    channel.readout.mode = *steps_.front().mode;
    channel.readout.unit = default_unit(channel.readout.mode);
    return channel;
}

double Gen5Export::series_axis(const Table& table, std::size_t row, const SeriesHead& head) {
    const std::string_view text = table.cell(row, head.first);
    auto number = head.axis == SeriesHead::time ? parse_clock(text) : parse_number(text);
    if (!number)
        number = head.axis == SeriesHead::time ? parse_clock(text, ',') : parse_number(text, ',');
    if (!number)
        document_.fail(table, row, head.first,
                       fmt::format("'{}' is not a {}", text,
                                   head.axis == SeriesHead::time         ? "time (h:mm:ss)"
                                   : head.axis == SeriesHead::wavelength ? "wavelength in nm"
                                                                         : "number of a point"));
    return *number;
}

bool Gen5Export::is_last_line_unended(const Table& table, std::size_t row) const {
    return row + 1 == table.rows() && !document_.is_workbook() && !document_.text().ends_with('\n');
}

void Gen5Export::check_not_cut(const Table& table, std::size_t row, const SeriesHead& head) const {
    const bool short_row =
        table.columns(row) <= head.wells.back().column && table.columns(row) < table.columns(row - 1);
    if (short_row && is_last_line_unended(table, row))
        document_.fail(table, row, "the file ends in the middle of this row; export it again");
}

void Gen5Export::check_not_cut(const Table& table, std::size_t row, std::string_view label) const {
    const auto channel = gen5_channel(label, steps_);
    if (channel && is_last_line_unended(table, row) && !procedure_states(*channel, steps_))
        document_.fail(
            table, row,
            fmt::format("the file ends in the middle of '{}', which no step under 'Procedure Details' reads; "
                        "export it again",
                        label));
}

void Gen5Export::read_series_rows(const Table& table, std::size_t begin, std::size_t end,
                                  const SeriesHead& head, const Gen5Channel& channel) {
    Measurement like;
    like.plate = plate();
    Readout readout = channel.readout;
    if (head.axis != SeriesHead::wavelength)
        like.readout = file_.readout(readout);
    for (std::size_t row = begin; row < end; ++row) {
        const double axis = series_axis(table, row, head);
        if (head.axis == SeriesHead::point && !has_value(table, row, head.wells.front().column))
            continue;  // the corners of a scan lie outside the well
        if (head.axis == SeriesHead::time)
            like.time_s = axis;
        if (head.axis == SeriesHead::wavelength) {
            (channel.scan == Gen5Scan::excitation ? readout.excitation_nm
             : channel.scan == Gen5Scan::emission ? readout.emission_nm
                                                  : readout.wavelength_nm) = axis;
            like.readout = file_.readout(readout);
        }
        if (head.temperature) {  // a number, empty, or "PER WELL"
            const auto celsius = parse_value_any_mark(table.cell(row, *head.temperature));
            like.temperature_c = celsius ? celsius->number : missing;
        }
        add_row(table, row, head.wells, like);
    }
    check_not_cut(table, end - 1, head);
}

std::size_t Gen5Export::read_series(const Table& table, std::size_t row, std::size_t first) {
    const SeriesHead head = series_head(table, row, first);
    const std::size_t begin = row + 1;
    const std::size_t values_from = head.wells.front().column;
    std::size_t end = begin;
    std::size_t read_end = begin;  // behind the last row with a value
    for (; end < table.rows() && !table.cell(end, first).empty(); ++end)
        if (has_value(table, end, values_from))
            read_end = end + 1;
    const std::string_view label = head.label.empty() ? std::string_view(heading_) : head.label;
    if (!head.temperature && !gen5_channel(label, steps_)) {
        note_calculated(table, row, label);
        return end;
    }
    const Gen5Channel channel = series_channel(table, row, head);
    if (head.axis != SeriesHead::time)
        read_end = end;
    if (read_end > begin)
        read_series_rows(table, begin, read_end, head, channel);
    if (end > read_end)
        file_.rejects.push_back(
            {table.place(read_end, first), fmt::format("{} planned reads were not taken", end - read_end)});
    return end;
}

std::string_view Gen5Export::matrix_label(const Table& table, std::size_t row,
                                          std::size_t last_column) const {
    for (std::size_t c = table.columns(row); c-- > last_column + 1;)
        if (!table.cell(row, c).empty())
            return table.cell(row, c);
    if (table.columns(row) <= last_column || heading_ == "Results")
        document_.fail(table, row, "the row does not end with the label of its values");
    return heading_;
}

void Gen5Export::take_sample_names(const Table& table, std::size_t row, const std::vector<WellColumn>& wells,
                                   std::string_view label) {
    if (label != "Well ID" && label != "Name")
        return;
    for (const WellColumn& at : wells)
        if (const std::string_view name = table.cell(row, at.column); !name.empty())
            samples_[at.well] = name;
}

std::size_t Gen5Export::read_matrix(const Table& table, std::size_t row, std::size_t first) {
    std::vector<WellColumn> wells;
    for (std::size_t c = first; const auto number = column_number(table.cell(row, c)); ++c)
        wells.push_back({c, {0, *number}});
    const bool layout = heading_ == "Layout";
    const std::size_t first_measurement = file_.measurements.size();
    for (++row; row < table.rows() && !table.is_blank(row); ++row) {
        if (const std::string_view text = table.cell(row, first - 1); !text.empty()) {
            const auto plate_row = parse_row_label(text);
            if (!plate_row)
                break;
            for (WellColumn& at : wells)
                at.well.row = *plate_row;
        }
        if (layout) {
            take_sample_names(table, row, wells, table.cell(row, wells.back().column + 1));
            continue;
        }
        const std::string_view label = matrix_label(table, row, wells.back().column);
        check_not_cut(table, row, label);
        if (const auto readout = endpoint_readout(table, row, label)) {
            Measurement like;
            like.plate = plate();
            like.readout = *readout;
            add_row(table, row, wells, like);
        }
    }
    if (!layout)
        spread_temperatures(first_measurement);
    return row;
}

void Gen5Export::spread_temperatures(std::size_t first_measurement) {
    const std::vector<double> temperatures = std::exchange(temperatures_, {});
    std::vector<std::uint32_t> readouts;
    for (std::size_t i = first_measurement; i < file_.measurements.size(); ++i)
        if (const auto r = file_.measurements[i].readout;
            std::find(readouts.begin(), readouts.end(), r) == readouts.end())
            readouts.push_back(r);
    const bool same =
        std::all_of(temperatures.begin(), temperatures.end(), [&](double t) { return t == temperatures[0]; });
    if (temperatures.empty() || (!same && temperatures.size() != readouts.size()))
        return;  // which of them goes with which reading is not told
    for (std::size_t i = first_measurement; i < file_.measurements.size(); ++i) {
        Measurement& m = file_.measurements[i];
        const auto at = std::find(readouts.begin(), readouts.end(), m.readout) - readouts.begin();
        m.temperature_c = same ? temperatures[0] : temperatures[static_cast<std::size_t>(at)];
    }
}

}  // namespace wellsieve::formats::plates
