#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "formats/plates/gen5_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::formats::plates {

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

/// "OD:600 Read#3" → "OD:600" and the read's number; 0 where the label has none.
std::pair<std::string_view, unsigned> cut_read_number(std::string_view label) {
    constexpr std::string_view mark = " Read#";
    const std::size_t at = label.rfind(mark);
    if (at == std::string_view::npos)
        return {label, 0};
    const auto number = parse_number(label.substr(at + mark.size()));
    return number && *number >= 1 ? std::pair(trim(label.substr(0, at)), static_cast<unsigned>(*number))
                                  : std::pair(label, 0U);
}

/// "Time 3 (0:19:10)" → 1150.
std::optional<double> time_of_heading(std::string_view heading) {
    const std::size_t open = heading.rfind('(');
    if (open == std::string_view::npos || !heading.ends_with(')') ||
        heading.find("Time ") == std::string_view::npos)
        return std::nullopt;
    const std::string_view clock = heading.substr(open + 1, heading.size() - open - 2);
    const auto time_s = parse_clock(clock);
    return time_s ? time_s : parse_clock(clock, ',');
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

bool Gen5Export::has_number(const Table& table, std::size_t row, const std::vector<WellColumn>& wells) {
    return std::any_of(wells.begin(), wells.end(), [&](const WellColumn& at) {
        return !std::isnan(number_or_missing(table.cell(row, at.column)));
    });
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
        if (head.axis == SeriesHead::time) {
            head.temperature = column;
            head.set_label(table.cell(row, column));
        }
        ++column;
    }
    head.wells = wells_across(table, row, column);
    return head;
}

void Gen5Export::SeriesHead::set_label(std::string_view of_temperature) {
    label = trim(of_temperature.substr(std::min(of_temperature.find(' '), of_temperature.size())));
}

std::vector<Gen5Export::WellColumn> Gen5Export::wells_across(const Table& table, std::size_t row,
                                                             std::size_t first) const {
    std::vector<WellColumn> wells;
    for (std::size_t c = first; c < table.columns(row); ++c)
        if (const auto well = parse_well(table.cell(row, c)))
            wells.push_back({c, *well});
    return wells;
}

std::string_view Gen5Export::label_of(const SeriesHead& head) const {
    return head.label.empty() ? std::string_view(heading_) : head.label;
}

/// Only measured series have temperatures; without them the label must say so.
bool Gen5Export::is_measured(const SeriesHead& head, bool with_temperature) const {
    return with_temperature || gen5_channel(label_of(head), steps_);
}

Gen5Channel Gen5Export::series_channel(const Table& table, std::size_t row, const SeriesHead& head) {
    const std::string_view label = label_of(head);
    if (auto channel = gen5_channel(label, steps_))
        return *channel;
    // Measured all the same: the label is the user's own.
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

/// A clock; or where a spreadsheet left the number that it keeps of one, days, which the procedure must
/// allow: the same numbers might be hours that somebody made of them.
std::optional<double> Gen5Export::series_time(std::string_view text) const {
    constexpr double seconds_per_day = 86400;
    constexpr double overrun = 1.1;  // reading takes longer than planned
    for (const char mark : {'.', ','})
        if (const auto clock = parse_clock(text, mark))
            return clock;
    for (const char mark : {'.', ','})
        if (const auto days = parse_number(text, mark);
            days && *days >= 0 && *days * seconds_per_day <= runtime_s_ * overrun)
            return std::round(*days * seconds_per_day * 1000) / 1000;
    return std::nullopt;
}

double Gen5Export::series_axis(const Table& table, std::size_t row, const SeriesHead& head) const {
    const std::string_view text = table.cell(row, head.first);
    auto number = head.axis == SeriesHead::time ? series_time(text) : parse_number(text);
    if (!number && head.axis != SeriesHead::time)
        number = parse_number(text, ',');
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

Measurement Gen5Export::begin_series(const SeriesHead& head, const Gen5Channel& channel) {
    Measurement like{.plate = plate(), .well = {}};
    if (head.axis != SeriesHead::wavelength)
        like.readout = file_.readout(channel.readout);
    return like;
}

/// Sets the time, or the readout of a wavelength.
void Gen5Export::place_on_axis(Measurement& like, const SeriesHead& head, const Gen5Channel& channel,
                               double axis) {
    if (head.axis == SeriesHead::time)
        like.time_s = axis;
    if (head.axis != SeriesHead::wavelength)
        return;
    Readout readout = channel.readout;
    (channel.scan == Gen5Scan::excitation ? readout.excitation_nm
     : channel.scan == Gen5Scan::emission ? readout.emission_nm
                                          : readout.wavelength_nm) = axis;
    like.readout = file_.readout(readout);
}

void Gen5Export::note_not_taken(const Table& table, std::size_t row, std::size_t column, std::size_t reads) {
    if (reads > 0)
        file_.rejects.push_back(
            {table.place(row, column), fmt::format("{} planned reads were not taken", reads)});
}

void Gen5Export::read_series_rows(const Table& table, std::size_t begin, std::size_t end,
                                  const SeriesHead& head, const Gen5Channel& channel) {
    Measurement like = begin_series(head, channel);
    for (std::size_t row = begin; row < end; ++row) {
        const double axis = series_axis(table, row, head);
        if (head.axis == SeriesHead::point && !has_value(table, row, head.wells.front().column))
            continue;  // the corners of a scan lie outside the well
        place_on_axis(like, head, channel, axis);
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
    if (!is_measured(head, head.temperature.has_value())) {
        note_calculated(table, row, label_of(head));
        return end;
    }
    const Gen5Channel channel = series_channel(table, row, head);
    if (head.axis != SeriesHead::time)
        read_end = end;
    if (read_end > begin)
        read_series_rows(table, begin, read_end, head, channel);
    note_not_taken(table, read_end, first, end - read_end);
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
    std::map<unsigned, std::string> not_taken;
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
        const auto [label, read] = cut_read_number(matrix_label(table, row, wells.back().column));
        check_not_cut(table, row, label);
        const auto readout = endpoint_readout(table, row, label);
        if (!readout)
            continue;
        const auto time_s = read > 0 ? time_of_heading(heading_) : std::nullopt;
        if (read > 0 && !time_s)
            document_.fail(
                table, row,
                fmt::format("read {} of '{}' has no time: no line 'Time {} (h:mm:ss)' stands above", read,
                            label, read));
        if (read > 1 && *time_s == 0) {
            if (has_number(table, row, wells))
                document_.fail(table, row, fmt::format("read {} has values and the time 0:00:00", read));
            not_taken.emplace(read, table.place(row));
            continue;
        }
        add_row(table, row, wells,
                {.time_s = time_s.value_or(missing), .readout = *readout, .plate = plate(), .well = {}});
    }
    for (const auto& [read, place] : not_taken)
        file_.rejects.push_back({place, fmt::format("read {} was planned and not taken", read)});
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
