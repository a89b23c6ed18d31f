// What the program BioLection writes: a line a well and channel, cycles and times across.

#include <fmt/format.h>

#include <cmath>

#include "formats/plates/biolector_internal.hpp"
#include "formats/plates/columns_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates::biolector {
namespace {

/// The line "Well;Content;Description;Channel", and below it where "Cycle:" and "Time:" stand.
struct ChannelsHeader {
    std::size_t row = 0;
    std::size_t channel = 0;
    std::size_t times = 0;
    std::optional<std::size_t> cycles;
};

std::optional<ChannelsHeader> find_header(const Table& table) {
    constexpr std::size_t probe_rows = 100;
    constexpr std::size_t lines_below = 4;
    for (std::size_t row = 0; row < std::min(table.rows(), probe_rows); ++row) {
        const auto channel = column_named(table, row, {"Channel"});
        if (!channel || !equals_ignoring_case(table.cell(row, 0), "Well"))
            continue;
        ChannelsHeader header{row, *channel, 0, std::nullopt};
        for (std::size_t below = row + 1; below <= row + lines_below; ++below) {
            if (equals_ignoring_case(table.cell(below, *channel), "Time:"))
                header.times = below;
            else if (equals_ignoring_case(table.cell(below, *channel), "Cycle:"))
                header.cycles = below;
        }
        if (header.times != 0)
            return header;
    }
    return std::nullopt;
}

void read_facts(const Table& table, const ChannelsHeader& header, PlateFile& file) {
    double rows = missing;
    double columns = missing;
    for (std::size_t row = 0; row < header.row; ++row) {
        const std::string_view key = table.cell(row, 0).empty() ? table.cell(row, 1) : table.cell(row, 0);
        const std::string_view value = table.cell(row, table.cell(row, 0).empty() ? 2 : 1);
        if (key == "Protocol")
            note(file, "protocol", value);
        else if (key == "Hardware-ID")
            note(file, "serial number", value);
        else if (key == "Experiment Start")
            note(file, "start time", value);
        else if (key == "MTP Type")
            note(file, "plate type", value);
        else if (key == "Temperature")
            note(file, "set temperature [°C]", value);
        else if (key == "Rows")
            rows = number_or_missing(value);
        else if (key == "Columns")
            columns = number_or_missing(value);
    }
    set_shape(file, 0, rows, columns);
}

void read_line(const Document& document, const Table& table, std::size_t row, const ChannelsHeader& header,
               PlateFile& file) {
    const auto well = parse_well(table.cell(row, 0));
    if (!well) {
        file.rejects.push_back({table.place(row), fmt::format("'{}' is not a well", table.cell(row, 0))});
        return;
    }
    Measurement at;
    at.well = *well;
    Readout readout;
    readout.name = table.cell(row, header.channel);
    readout.mode = Mode::online;
    at.readout = file.readout(readout);
    for (std::size_t column = header.channel + 1; column < table.columns(header.times); ++column) {
        if (table.cell(header.times, column).empty())
            continue;
        at.time_s = number_at(document, table, header.times, column, "a time in hours") * hour_s;
        at.cycle = header.cycles ? cycle_number(table.cell(*header.cycles, column)) : 0;
        add_value(document, table, row, column, at, file);
    }
    for (std::size_t column : {header.channel - 1, std::size_t{1}})
        if (column > 0 && column < header.channel && !table.cell(row, column).empty())
            file.samples.try_emplace(std::pair(0u, *well), table.cell(row, column));
}

}  // namespace

bool is_channels(const Document& document) {
    return find_header(document.tables().front()).has_value();
}

PlateFile read_channels(const Document& document) {
    const Table& table = document.tables().front();
    const auto header = find_header(table);
    PlateFile file;
    file.plate("1");
    for (std::size_t row = header->row + 1; row < table.rows(); ++row)
        if (row != header->times && row != header->cycles && !table.is_blank(row))
            read_line(document, table, row, *header, file);
    read_facts(table, *header, file);
    return file;
}

}  // namespace wellsieve::formats::plates::biolector
