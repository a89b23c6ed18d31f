// Workbooks of ambr 15 and 250 (Sartorius): a sheet a reactor; each signal has its own column of times to its
// left.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formats/plates/plain_internal.hpp"
#include "formats/plates/plain_label_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/vessels_internal.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::size_t probe_rows = 20;

struct Signal {
    std::size_t time = 0;  ///< column; the values stand to its right
    double seconds_per_unit = hour_s;
    std::string_view name;
    std::string_view unit;
};

struct SignalHeader {
    std::size_t row = 0;
    std::vector<Signal> signals;
};

/// "DO [%]", "Air flow (mL/min)" → name and unit.
Signal parse_signal(std::size_t time, double seconds_per_unit, std::string_view header) {
    Signal signal{time, seconds_per_unit, header, {}};
    const std::size_t open = header.find_last_of("[(");
    if (open != std::string_view::npos && open > 0 && (header.ends_with(']') || header.ends_with(')'))) {
        signal.unit = trim(header.substr(open + 1, header.size() - open - 2));
        signal.name = trim(header.substr(0, open));
    }
    return signal;
}

/// A row with two "Time" or more, each followed by the name of a signal.
std::optional<SignalHeader> find_header(const Table& table) {
    for (std::size_t row = 0; row < std::min(table.rows(), probe_rows); ++row) {
        SignalHeader header{row, {}};
        for (std::size_t column = 0; column + 1 < table.columns(row); column += 2) {
            const auto time = plain::parse_time_header(table.cell(row, column));
            const std::string_view name = table.cell(row, column + 1);
            if (!time || name.empty() || plain::parse_time_header(name))
                break;
            header.signals.push_back(parse_signal(column, time->seconds_per_unit.value_or(hour_s), name));
        }
        if (header.signals.size() > 1)
            return header;
    }
    return std::nullopt;
}

void read_signal(const Document& document, const Table& table, const SignalHeader& header,
                 const Signal& signal, Well well, PlateFile& file) {
    Readout readout;
    readout.name = signal.name;
    readout.mode = Mode::online;
    readout.unit = signal.unit;
    Measurement at;
    at.well = well;
    at.readout = file.readout(readout);
    for (std::size_t row = header.row + 1; row < table.rows(); ++row) {
        const std::string_view time = table.cell(row, signal.time);
        if (time.empty() && table.cell(row, signal.time + 1).empty())
            continue;  // this signal has fewer readings than another
        at.time_s = number_or_missing(time) * signal.seconds_per_unit;
        if (std::isnan(at.time_s))
            document.fail(table, row, signal.time,
                          fmt::format("well {}: '{}' is not a time", well_name(well), time));
        add_reading(document, table, row, signal.time + 1, at, file);
    }
}

}  // namespace

Match sniff_ambr(const Document& document) {
    if (!document.is_workbook())
        return Match::no;
    const auto& tables = document.tables();
    const bool found =
        std::any_of(tables.begin(), tables.end(), [](const Table& t) { return find_header(t); });
    return found ? Match::likely : Match::no;
}

PlateFile read_ambr(const Document& document) {
    PlateFile file;
    VesselSet vessels;
    for (const Table& table : document.tables()) {
        if (find_header(table))
            vessels.add(table.name());
        else if (const std::size_t row = plain::skip_blank_rows(table, 0); row < table.rows())
            file.rejects.push_back({table.place(row), "the sheet holds no signals with their times"});
    }
    if (vessels.size() == 0)
        document.fail("holds no sheet with signals, each behind its own column 'Time'");
    vessels.place(document, "1", Vessels::reactors, file);
    for (const Table& table : document.tables())
        if (const auto header = find_header(table))
            for (const Signal& signal : header->signals)
                read_signal(document, table, *header, signal, vessels.well(table.name()), file);
    return file;
}

}  // namespace wellsieve::formats::plates
