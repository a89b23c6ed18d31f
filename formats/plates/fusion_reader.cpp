#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

using Facts = std::map<std::string_view, std::string_view>;

std::string_view fact(const Facts& facts, std::string_view key) {
    const auto found = facts.find(key);
    return found == facts.end() ? std::string_view() : found->second;
}

Readout readout_of(const Facts& facts) {
    const std::string_view detection = fact(facts, "Detection Mode:");
    Readout readout;
    readout.name = fact(facts, "Assay:");
    readout.mode = contains_ignoring_case(detection, "lumin")        ? Mode::luminescence
                   : contains_ignoring_case(detection, "absorbance") ? Mode::absorbance
                                                                     : Mode::fluorescence;
    readout.unit = default_unit(readout.mode);
    const double excitation_nm = wavelength_in(fact(facts, "ExFilter1:"));
    if (readout.mode == Mode::absorbance)
        readout.wavelength_nm = excitation_nm;
    else
        readout.emission_nm = wavelength_in(fact(facts, "EmFilter1:"));
    if (readout.mode == Mode::fluorescence)
        readout.excitation_nm = excitation_nm;
    return readout;
}

/// "Plate Seq#: 835  Comment:" → "835".
std::string_view plate_name(std::string_view line) {
    const std::string_view rest = trim(line.substr(line.find(':') + 1));
    return rest.substr(0, rest.find(' '));
}

/// "Acquired: Monday, June 30, 2006 08:07  Temperature Min/Max: 22.1/22.4", cut at its commas → the date.
std::string acquired(const Table& table, std::size_t row, std::size_t column) {
    std::string line(table.cell(row, column));
    for (std::size_t c = column + 1; c < table.columns(row); ++c)
        line.append(", ").append(table.cell(row, c));
    line.erase(0, line.find(':') + 1);
    return line.substr(0, line.find("  "));
}

}  // namespace

Match sniff_fusion(const Document& document) {
    constexpr std::size_t sniffed_rows = 10;
    if (document.is_workbook())
        return Match::no;
    const Table& table = document.tables().front();
    for (std::size_t row = 0; row < std::min(table.rows(), sniffed_rows); ++row)
        if (table.cell(row, 0) == "Software:" && table.cell(row, 1).starts_with("Fusion"))
            return Match::certain;
    return Match::no;
}

PlateFile read_fusion(const Document& document) {
    const Table& table = document.tables().front();
    PlateFile file;
    Facts facts;
    std::string_view plate = "1";
    for (std::size_t row = 0; row < table.rows(); ++row) {
        if (const auto grid = grid_at(table, row)) {
            Measurement where;
            where.plate = file.plate(plate);
            where.readout = file.readout(readout_of(facts));
            add_grid(document, table, *grid, where, file);
            row = grid->end_row - 1;
            continue;
        }
        for (std::size_t c = 0; c < table.columns(row); ++c) {
            const std::string_view cell = table.cell(row, c);
            if (cell.starts_with("Plate Seq#:"))
                plate = plate_name(cell);
            else if (cell.starts_with("Acquired:"))
                note(file, "start time", acquired(table, row, c));
            else if (cell.ends_with(':'))
                facts.emplace(cell, table.cell(row, c + 1));
        }
    }
    note(file, "instrument", "Fusion");
    note(file, "software version", fact(facts, "Software:"));
    note(file, "serial number", fact(facts, "Instrument Serial:"));
    note(file, "protocol", fact(facts, "Assay:"));
    return file;
}

}  // namespace wellsieve::formats::plates
