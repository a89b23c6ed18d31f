// Unchained Labs Lunatic and Stunner: a row a well, a column "A260" a wavelength; CSV with or without the
// report's header, and .xlsx.

#include <fmt/format.h>

#include <algorithm>

#include "formats/plates/plain_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::size_t probe_rows = 100;

/// Header texts are broken into lines in the file: "Plate\nPosition".
bool is_called(std::string_view header, std::string_view name) {
    if (header.empty() || (header.front() | 0x20) != (name.front() | 0x20))  // most cells, at no cost
        return false;
    std::string one_line;
    for (char c : header)
        if (c != '\n' && c != '\r' && c != ' ')
            one_line += c;
        else if (!one_line.empty() && one_line.back() != ' ')
            one_line += ' ';
    return equals_ignoring_case(one_line, name);
}

std::optional<std::size_t> column_called(const Table& table, std::size_t row, std::string_view name) {
    for (std::size_t column = 0; column < table.columns(row); ++column)
        if (is_called(table.cell(row, column), name))
            return column;
    return std::nullopt;
}

/// "A260", "A260 (10mm)" → 260. Nothing for "Background (A260)", "A260/A280" and the like.
std::optional<double> wavelength_of(std::string_view header) {
    if (header.size() < 4 || (header[0] | 0x20) != 'a')
        return std::nullopt;
    const std::string_view rest = trim(header.substr(4));
    if (!rest.empty() && !(rest.front() == '(' && rest.ends_with("mm)")))
        return std::nullopt;
    const auto nm = parse_number(header.substr(1, 3));
    return nm && *nm >= 100 ? nm : std::nullopt;
}

struct LunaticHeader {
    std::size_t row = 0;
    std::size_t well = 0;
    std::optional<std::size_t> plate;
    std::optional<std::size_t> sample;
    std::vector<std::pair<std::size_t, double>> wavelengths;  ///< column, nm
};

std::optional<LunaticHeader> find_header(const Table& table) {
    for (std::size_t row = 0; row < std::min(table.rows(), probe_rows); ++row) {
        const auto well = column_called(table, row, "Plate Position");
        const auto sample = well ? column_called(table, row, "Sample name") : std::nullopt;
        if (!sample)
            continue;
        LunaticHeader header{row, *well, column_called(table, row, "Plate ID"), sample, {}};
        for (std::size_t column = 0; column < table.columns(row); ++column)
            if (const auto nm = wavelength_of(table.cell(row, column)))
                header.wavelengths.emplace_back(column, *nm);
        return header;
    }
    return std::nullopt;
}

/// Above the table of a report stand pairs of a fact's name and the fact.
void read_facts(const Table& table, const LunaticHeader& header, PlateFile& file) {
    for (std::size_t row = 0; row < header.row; ++row)
        if (!table.cell(row, 0).empty() && !table.cell(row, 1).empty())
            file.metadata.emplace(table.cell(row, 0), table.cell(row, 1));
}

void read_rows(const Document& document, const Table& table, const LunaticHeader& header, char mark,
               PlateFile& file) {
    std::vector<std::uint32_t> readouts;
    for (const auto& [column, nm] : header.wavelengths) {
        Readout readout;
        readout.name = table.cell(header.row, column);
        readout.wavelength_nm = nm;
        readout.unit = default_unit(Mode::absorbance);
        readouts.push_back(file.readout(readout));
    }
    file.measurements.reserve(file.measurements.size() + (table.rows() - header.row) * readouts.size());
    for (std::size_t row = header.row + 1; row < table.rows(); ++row) {
        if (table.is_blank(row))
            continue;
        const std::string_view position = table.cell(row, header.well);
        const auto well = parse_well(position);
        if (position.empty()) {
            file.rejects.push_back({table.place(row), "the row has no plate position"});
            continue;
        }
        if (!well)
            document.fail(table, row, header.well, fmt::format("'{}' is not a well", position));
        const std::string_view plate = header.plate ? table.cell(row, *header.plate) : std::string_view();
        Measurement at;
        at.well = *well;
        at.plate = file.plate(plate.empty() ? "1" : plate);
        if (const auto sample = table.cell(row, *header.sample); !sample.empty())
            file.samples.try_emplace(std::pair(at.plate, at.well), sample);
        for (std::size_t i = 0; i < readouts.size(); ++i) {
            at.readout = readouts[i];
            plain::add_reading(document, table, row, header.wavelengths[i].first, mark, at, file);
        }
    }
}

}  // namespace

Match sniff_lunatic(const Document& document) {
    const auto& tables = document.tables();
    const bool found =
        std::any_of(tables.begin(), tables.end(), [](const Table& t) { return find_header(t); });
    return found ? Match::certain : Match::no;
}

PlateFile read_lunatic(const Document& document) {
    const char mark = plain::decimal_mark(document);
    PlateFile file;
    bool found = false;
    for (const Table& table : document.tables()) {
        const auto header = find_header(table);
        if (!header)
            continue;
        found = true;
        if (header->wavelengths.empty())
            document.fail(table, header->row, "there is no absorbance column, such as 'A260'");
        read_facts(table, *header, file);
        read_rows(document, table, *header, mark, file);
    }
    if (!found)
        document.fail("holds no table with the columns 'Plate Position' and 'Sample name'");
    return file;
}

}  // namespace wellsieve::formats::plates
