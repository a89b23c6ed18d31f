// Beckman Coulter Vi-CELL: BLU writes a table of samples; XR a workbook of them, or a text file of one
// sample.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "formats/plates/analyser_internal.hpp"
#include "formats/plates/columns_internal.hpp"
#include "formats/plates/plain_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::string_view million_cells = "10^6 cells/mL";
constexpr std::size_t probe_rows = 12;
constexpr char no_delimiter = '\x1f';  ///< for a text that has none

constexpr std::array<AnalyserQuantity, 19> quantities{{
    {"Viability (%)", "viability (cell counter)", "%"},
    {"Viable (x10^6) cells/mL", "viable cell density (cell counter)", million_cells},
    {"Total (x10^6) cells/mL", "total cell density (cell counter)", million_cells},
    {"Average diameter (μm)", "average total cell diameter", "µm"},
    {"Average diameter (µm)", "average total cell diameter", "µm"},
    {"Average viable diameter (μm)", "average live cell diameter (cell counter)", "µm"},
    {"Average viable diameter (µm)", "average live cell diameter (cell counter)", "µm"},
    {"Cell count", "total cell count", "cell"},
    {"Viable cells", "viable cell count", "cell"},
    {"Average circularity", "average total cell circularity", "(unitless)"},
    {"Average viable circularity", "average viable cell circularity", "(unitless)"},
    // XR
    {"Viable cells/ml (x10^6)", "viable cell density (cell counter)", million_cells},
    {"Total viable cells/ml (x10^6)", "viable cell density (cell counter)", million_cells},
    {"Total cells/ml (x10^6)", "total cell density (cell counter)", million_cells},
    {"Total cells", "total cell count", "cell"},
    {"Avg. diam. (microns)", "average total cell diameter", "µm"},
    {"Average diameter (microns)", "average total cell diameter", "µm"},
    {"Avg. circ.", "average total cell circularity", "(unitless)"},
    {"Nonviable cells", "nonviable cell count", "cell"},
}};

/// The row that names the columns, "Sample ID" among them.
std::optional<std::size_t> header_row(const Table& table) {
    for (std::size_t row = 0; row < std::min(table.rows(), probe_rows); ++row)
        if (column_named(table, row, {"Sample ID"}) && table.columns(row) > 2)
            return row;
    return std::nullopt;
}

/// XR breaks its headers into two rows, "Viability" over "(%)"; then the second has nothing below "Sample
/// ID".
bool has_second_header(const Table& table, std::size_t header) {
    const std::size_t sample = *column_named(table, header, {"Sample ID"});
    return !table.is_blank(header + 1) && table.cell(header + 1, sample).empty();
}

bool is_xr(const Table& table) {
    for (std::size_t row = 0; row < std::min(table.rows(), probe_rows); ++row)
        if (starts_with_ignoring_case(table.cell(row, 0), "Vi-CELL XR"))
            return true;
    return false;
}

/// "Viability (%) : 97.0" → its two sides.
std::optional<std::pair<std::string_view, std::string_view>> parse_entry(std::string_view line) {
    const std::size_t colon = line.find(" :");
    if (colon == std::string_view::npos)
        return std::nullopt;
    return std::pair(trim(line.substr(0, colon)), trim(line.substr(colon + 2)));
}

/// An XR's report of one sample, a line a fact: "Total cells : 4263".
class XrSample {
  public:
    explicit XrSample(const Document& document)
        : document_(document), lines_(Table::from_text(document.text(), no_delimiter)) {}

    PlateFile read() {
        std::string_view sample;
        for (std::size_t row = 0; row < lines_.rows(); ++row)
            if (const auto entry = parse_entry(lines_.cell(row, 0)); entry && entry->first == "Sample ID")
                sample = entry->second;
        if (sample.empty())
            document_.fail("names no sample: a line 'Sample ID : …' is wanted");
        PlateFile file;
        Measurement at;
        at.plate = file.plate("1");
        file.plates[0].shape = PlateShape{1, 1};
        file.plates[0].vessels = Vessels::samples;
        file.samples.emplace(std::pair(0u, at.well), sample);
        file.sample_rows.push_back({0, "the whole file"});
        for (std::size_t row = 0; row < lines_.rows(); ++row)
            if (const auto entry = parse_entry(lines_.cell(row, 0)))
                read_entry(row, *entry, at, file);
        return file;
    }

  private:
    void read_entry(std::size_t row, const std::pair<std::string_view, std::string_view>& entry,
                    Measurement at, PlateFile& file) {
        if (entry.first == "RunDate") {
            note(file, "start time", entry.second);
            file.sample_rows[0].taken_s = parse_timestamp(entry.second).value_or(missing);
        } else if (entry.first == "Unit S/N") {
            note(file, "serial number", entry.second);
        }
        for (const AnalyserQuantity& quantity : quantities) {
            if (!same_header(quantity.header, entry.first))
                continue;
            const auto value = parse_value(entry.second);
            if (!value)
                document_.fail(
                    lines_, row,
                    fmt::format("well A1: '{}' is neither a number nor a mark that a reader writes",
                                entry.second));
            at.readout = file.readout(analyte(quantity.name, quantity.unit));
            at.value = value->number;
            at.flag = value->flag;
            file.measurements.push_back(at);
            if (at.flag != Flag::none && !entry.second.empty())
                file.flag_texts.emplace(file.measurements.size() - 1, entry.second);
            return;
        }
    }

    const Document& document_;
    Table lines_;
};

bool is_xr_text(const Document& document) {
    return !document.is_workbook() && starts_with_ignoring_case(trim(document.text()), "Vi-CELL XR") &&
           document.text().find("Sample ID :") != std::string_view::npos;
}

PlateFile read_table(const Document& document) {
    const Table& table = document.tables().front();
    const auto header = header_row(table);
    if (!header)
        document.fail("has no row with 'Sample ID' and the names of what was counted");
    const bool two_rows = is_xr(table) && has_second_header(table, *header);
    AnalyserTable layout;
    layout.first_row = *header + 1 + two_rows;
    layout.sample = *column_named(table, *header, {"Sample ID"});
    if (const auto taken = column_named(table, *header, {"Sample date/time", "Analysis date/time"}))
        layout.taken.push_back(*taken);
    const auto name = [&](std::size_t column) {
        return two_rows ? fmt::format("{} {}", table.cell(*header, column), table.cell(*header + 1, column))
                        : std::string(table.cell(*header, column));
    };
    find_quantities(quantities, table.columns(*header), name, layout);
    if (layout.quantities.empty())
        document.fail(table, *header, "names nothing that a Vi-CELL counts, such as 'Viability (%)'");
    PlateFile file = read_samples(document, table, layout);
    for (const Table& other : document.tables())
        if (const std::size_t row = plain::skip_blank_rows(other, 0); &other != &table && row < other.rows())
            file.rejects.push_back({other.place(row), "only the first sheet is read"});
    return file;
}

}  // namespace

Match sniff_vicell(const Document& document) {
    if (is_xr_text(document))
        return Match::certain;
    const Table& table = document.tables().front();
    const auto header = header_row(table);
    if (!header)
        return Match::no;
    const bool blu = column_named(table, *header, {"Viable (x10^6) cells/mL"}).has_value();
    return blu || is_xr(table) ? Match::certain : Match::no;
}

PlateFile read_vicell(const Document& document) {
    return is_xr_text(document) ? XrSample(document).read() : read_table(document);
}

}  // namespace wellsieve::formats::plates
