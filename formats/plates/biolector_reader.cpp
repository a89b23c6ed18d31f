// BioLector (m2p-labs, Beckman Coulter): which of its three forms a file has, and what they share.

#include <fmt/format.h>

#include <cmath>

#include "formats/plates/biolector_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"

namespace wellsieve::formats::plates {

namespace biolector {

std::size_t find_line(std::string_view text, std::string_view start) {
    for (std::size_t at = text.find(start); at != std::string_view::npos; at = text.find(start, at + 1)) {
        const std::size_t quote = at > 0 && text[at - 1] == '"';
        if (at == quote || text[at - quote - 1] == '\n' || text[at - quote - 1] == '\r')
            return at;
    }
    return std::string_view::npos;
}

char delimiter_after(std::string_view text, std::size_t at) {
    at += at < text.size() && text[at] == '"';
    const bool known = at < text.size() && (text[at] == ';' || text[at] == ',' || text[at] == '\t');
    return known ? text[at] : ';';
}

std::uint16_t cycle_number(std::string_view text) {
    const auto number = parse_number(text);
    return number && *number >= 1 && *number < 65536 ? static_cast<std::uint16_t>(*number) : 0;
}

void add_value(const Document& document, const Table& table, std::size_t row, std::size_t column,
               const Measurement& at, PlateFile& file) {
    add_reading(document, table, row, column, at, file);
    Measurement& added = file.measurements.back();
    if (added.value == not_there) {
        added.value = missing;
        added.flag = Flag::not_measured;
    }
}

double number_at(const Document& document, const Table& table, std::size_t row, std::size_t column,
                 std::string_view what) {
    const double number = number_or_missing(table.cell(row, column));
    if (std::isnan(number))
        document.fail(table, row, column, fmt::format("'{}' is not {}", table.cell(row, column), what));
    return number;
}

}  // namespace biolector

Match sniff_biolector(const Document& document) {
    if (document.is_workbook())
        return Match::no;
    const bool known = biolector::is_readings(document) || biolector::is_process(document) ||
                       biolector::is_channels(document);
    return known ? Match::certain : Match::no;
}

PlateFile read_biolector(const Document& document) {
    if (biolector::is_process(document))
        return biolector::read_process(document);
    return biolector::is_channels(document) ? biolector::read_channels(document)
                                            : biolector::read_readings(document);
}

}  // namespace wellsieve::formats::plates
