// Curves side by side: a row a time and a column a well, or a row a well and a column a time. Any number of
// such tables below each other, each under its title.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "formats/plates/plain_internal.hpp"
#include "formats/plates/plain_label_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::size_t probe_rows = 200;
constexpr std::size_t leading_columns = 3;  ///< the first column that counts is one of them

/// A table's header, and the column with what its rows are: times, or wells.
struct WideHeader {
    std::size_t row = 0;
    std::size_t column = 0;
    bool rows_are_times = true;
};

bool is_plate_header(std::string_view text) {
    return starts_with_ignoring_case(text, "plate") || equals_ignoring_case(text, "barcode");
}

bool is_series_header(std::string_view text) {
    constexpr std::array<std::string_view, 8> names{"",       "well", "wells",  "well id",
                                                    "sample", "name", "strain", "series"};
    return std::any_of(names.begin(), names.end(),
                       [&](auto name) { return equals_ignoring_case(text, name); });
}

/// The first row from `row` on whose cell is not empty: further header rows have nothing over the times.
std::size_t first_filled_row(const Table& table, std::size_t row, std::size_t column) {
    constexpr std::size_t header_rows = 6;
    const std::size_t end = std::min(table.rows(), row + header_rows);
    while (row < end && table.cell(row, column).empty())
        ++row;
    return row;
}

bool is_time(std::string_view cell) {
    return plain::parse_written_time(cell, '.') || plain::parse_written_time(cell, ',');
}

bool is_header_over_times(const Table& table, std::size_t row, std::size_t column) {
    if (!plain::parse_time_header(table.cell(row, column)))
        return false;
    std::size_t series = 0;
    for (std::size_t c = column + 1; c < table.columns(row); ++c)
        series += !table.cell(row, c).empty() && !plain::is_temperature_header(table.cell(row, c));
    return series > 0 && is_time(table.cell(first_filled_row(table, row + 1, column), column));
}

bool is_header_over_wells(const Table& table, std::size_t row, std::size_t column) {
    const std::string_view corner = table.cell(row, column);
    if (!is_series_header(corner) && !plain::parse_time_header(corner))
        return false;
    std::size_t times = 0;
    for (std::size_t c = column + 1; c < table.columns(row); ++c) {
        if (table.cell(row, c).empty())
            continue;
        if (!is_time(table.cell(row, c)))
            return false;
        ++times;
    }
    const std::string_view first = table.cell(row + 1, column);
    return times > 1 && !first.empty() && !is_time(first) && (!corner.empty() || parse_well(first));
}

std::optional<WideHeader> header_at(const Table& table, std::size_t row) {
    for (std::size_t column = 0; column < leading_columns && column < table.columns(row); ++column) {
        if (is_header_over_times(table, row, column))
            return WideHeader{row, column, true};
        if (is_header_over_wells(table, row, column))
            return WideHeader{row, column, false};
    }
    return std::nullopt;
}

/// A column or a row with the readings of one well, or of a series that has none.
struct Series {
    std::size_t at = 0;
    Well well;
    std::string name;  ///< empty for a well
};

class WideReading {
  public:
    explicit WideReading(const Document& document)
        : document_(document), mark_(plain::decimal_mark(document)) {}

    PlateFile read() {
        expect_readings(document_, file_);
        plain::for_each_table(document_, plain::Shape::wide, file_,
                              [&](const Table& table) { read_table(table); });
        if (file_.measurements.empty())
            document_.fail("holds no table of times and wells");
        return std::move(file_);
    }

  private:
    void read_table(const Table& table) {
        plain::Heading heading;
        if (document_.tables().size() > 1)
            heading.take_sheet_name(table.name(), mark_, file_);
        std::size_t unused = 0;  // the first line that belongs to no table yet
        for (std::size_t row = 0; row < table.rows();) {
            const auto header = header_at(table, row);
            if (!header) {
                ++row;
                continue;
            }
            heading.titled = false;
            for (; unused < row; ++unused)
                if (!table.is_blank(unused))
                    heading.take(plain::parse_label(plain::filled_cells(table, unused), mark_), file_);
            row = header->rows_are_times ? read_times_by_wells(table, *header, heading)
                                         : read_wells_by_times(table, *header, heading);
            unused = row;
        }
        for (; unused < table.rows(); ++unused)
            if (!table.is_blank(unused))
                file_.rejects.push_back({table.place(unused), "stands below the last table"});
    }

    /// Seconds; a unit that neither a time nor its header states is told from the steps.
    std::vector<double> in_seconds(const std::vector<plain::WrittenTime>& times, std::string_view header) {
        const auto named = plain::parse_time_header(header);
        double unit = named ? named->seconds_per_unit.value_or(0) : 0;
        std::vector<double> open;
        for (const plain::WrittenTime& time : times)
            if (!time.seconds_per_unit)
                open.push_back(time.number);
        if (unit == 0 && !open.empty()) {
            unit = plain::likely_seconds_per_unit(std::move(open));
            file_.metadata.emplace("time unit", plain::assumed_unit_note(unit));
        }
        std::vector<double> seconds;
        seconds.reserve(times.size());
        for (const plain::WrittenTime& time : times)
            seconds.push_back(time.number * time.seconds_per_unit.value_or(unit));
        return seconds;
    }

    /// Wells as named, and what has no well's name is set aside; where no name is a well, each series gets
    /// one.
    template <typename PlaceOf>
    std::vector<Series> placed(std::vector<Series> named, PlaceOf place_of) {
        const auto is_well = [](const Series& s) { return parse_well(s.name).has_value(); };
        const bool wells = std::any_of(named.begin(), named.end(), is_well);
        const auto shape = plain::shape_for_series(named.size());
        if (!wells && !shape)
            document_.fail(fmt::format("{} series without a well, more than a plate has", named.size()));
        std::vector<Series> series;
        for (Series& s : named) {
            const auto well = parse_well(s.name);
            if (wells && !well)
                file_.rejects.push_back({place_of(s.at), fmt::format("'{}' is not a well", s.name)});
            else
                series.push_back({s.at, well ? *well : shape->well(static_cast<std::uint32_t>(series.size())),
                                  well ? std::string() : std::move(s.name)});
        }
        return series;
    }

    void name_samples(const std::vector<Series>& series, std::uint32_t plate) {
        for (const Series& s : series)
            if (!s.name.empty())
                file_.samples.emplace(std::pair(plate, s.well), s.name);
    }

    std::vector<Series> series_across(const Table& table, const WideHeader& header, std::size_t first_row,
                                      std::optional<std::size_t> temperature) {
        std::vector<Series> named;
        for (std::size_t column = header.column + 1; column < table.columns(header.row); ++column) {
            std::string name;
            for (std::size_t row = header.row; row < first_row; ++row)
                if (!table.cell(row, column).empty())
                    name.append(name.empty() ? "" : "|").append(table.cell(row, column));
            if (!name.empty() && column != temperature)
                named.push_back({column, {}, std::move(name)});
        }
        return placed(std::move(named), [&](std::size_t column) { return table.place(header.row, column); });
    }

    std::size_t read_times_by_wells(const Table& table, const WideHeader& header,
                                    const plain::Heading& heading) {
        std::optional<std::size_t> temperature;
        std::optional<std::size_t> plate_column;
        for (std::size_t column = 0; column < table.columns(header.row); ++column) {
            if (column > header.column && !temperature &&
                plain::is_temperature_header(table.cell(header.row, column)))
                temperature = column;
            if (column < header.column && is_plate_header(table.cell(header.row, column)))
                plate_column = column;
        }
        const std::size_t first = first_filled_row(table, header.row + 1, header.column);
        const std::vector<Series> series = series_across(table, header, first, temperature);
        std::vector<std::size_t> rows;
        const std::vector<double> times = times_down(table, header, first, rows);

        Measurement at;
        at.readout = file_.readout(heading.readout);
        std::string_view plate_name;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string_view named =
                plate_column ? table.cell(rows[i], *plate_column) : heading.plate_name();
            if (i == 0 || named != plate_name) {
                plate_name = named;
                at.plate = file_.plate(named);
                name_samples(series, at.plate);
            }
            at.time_s = times[i];
            at.temperature_c = heading.temperature_c;
            if (temperature)
                at.temperature_c = plain::parse_temperature(table.cell(rows[i], *temperature), mark_);
            for (const Series& s : series) {
                at.well = s.well;
                plain::add_reading(document_, table, rows[i], s.at, mark_, at, file_);
            }
        }
        return rows.empty() ? first : rows.back() + 1;
    }

    /// The rows of a table and their times; a blank row is no end, a line with another shape is.
    std::vector<double> times_down(const Table& table, const WideHeader& header, std::size_t first,
                                   std::vector<std::size_t>& rows) {
        std::vector<plain::WrittenTime> times;
        for (std::size_t row = first; row < table.rows(); row = plain::skip_blank_rows(table, row + 1)) {
            const auto time = plain::parse_written_time(table.cell(row, header.column), mark_);
            if (!time && (plain::filled_cells(table, row).size() <= 2 || header_at(table, row)))
                break;
            if (!time)
                document_.fail(table, row, header.column,
                               fmt::format("'{}' is not a time", table.cell(row, header.column)));
            rows.push_back(row);
            times.push_back(*time);
        }
        return in_seconds(times, table.cell(header.row, header.column));
    }

    std::size_t read_wells_by_times(const Table& table, const WideHeader& header,
                                    const plain::Heading& heading) {
        std::vector<std::size_t> columns;
        std::vector<plain::WrittenTime> written;
        for (std::size_t column = header.column + 1; column < table.columns(header.row); ++column)
            if (const auto time = plain::parse_written_time(table.cell(header.row, column), mark_)) {
                columns.push_back(column);
                written.push_back(*time);
            }
        const std::vector<double> times = in_seconds(written, table.cell(header.row, header.column));

        std::vector<Series> named;
        std::size_t end = header.row + 1;
        for (; end < table.rows() && !table.cell(end, header.column).empty() && !header_at(table, end);
             ++end) {
            if (plain::filled_cells(table, end).size() == 1 && !parse_well(table.cell(end, header.column)))
                break;  // the title of the next table
            named.push_back({end, {}, std::string(table.cell(end, header.column))});
        }
        const auto series = placed(std::move(named), [&](std::size_t row) { return table.place(row); });
        Measurement at;
        at.readout = file_.readout(heading.readout);
        at.plate = file_.plate(heading.plate_name());
        at.temperature_c = heading.temperature_c;
        name_samples(series, at.plate);
        for (const Series& s : series) {
            at.well = s.well;
            for (std::size_t i = 0; i < columns.size(); ++i) {
                at.time_s = times[i];
                plain::add_reading(document_, table, s.at, columns[i], mark_, at, file_);
            }
        }
        return end;
    }

    const Document& document_;
    char mark_;
    PlateFile file_;
};

}  // namespace

bool plain::is_wide(const Table& table) {
    for (std::size_t row = 0; row < std::min(table.rows(), probe_rows); ++row)
        if (header_at(table, row))
            return true;
    return false;
}

Match sniff_wide(const Document& document) {
    return plain::shape_of(document) == plain::Shape::wide ? Match::weak : Match::no;
}

PlateFile read_wide(const Document& document) {
    return WideReading(document).read();
}

}  // namespace wellsieve::formats::plates
