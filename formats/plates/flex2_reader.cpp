// Nova Biomedical BioProfile FLEX2: a row a sample; chemistry, gases and cells in one table.

#include <array>

#include "formats/plates/analyser_internal.hpp"
#include "formats/plates/columns_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::array<AnalyserQuantity, 25> quantities{{
    {"NH4+", "ammonium", "mmol/L"},
    {"HCO3", "bicarbonate", "mmol/L"},
    {"Ca++", "calcium", "mmol/L"},
    {"Gluc", "glucose", "g/L"},
    {"Glu", "glutamate", "mmol/L"},
    {"Gln", "glutamine", "mmol/L"},
    {"Lac", "lactate", "g/L"},
    {"K+", "potassium", "mmol/L"},
    {"Na+", "sodium", "mmol/L"},
    {"PO2", "pO2", "mmHg"},
    {"PCO2", "pCO2", "mmHg"},
    {"CO2 Saturation", "carbon dioxide saturation", "%"},
    {"O2 Saturation", "oxygen saturation", "%"},
    {"Optical Density", "optical density", ""},
    {"pH", "pH", "pH"},
    {"Osm", "osmolality", "mosm/kg"},
    {"Viability", "viability (cell counter)", "%"},
    {"Total Density", "total cell density (cell counter)", "10^6 cells/mL"},
    {"Viable Density", "viable cell density (cell counter)", "10^6 cells/mL"},
    {"Avg. Live Diameter", "average live cell diameter (cell counter)", "µm"},
    {"Average Live Cell Diameter", "average live cell diameter (cell counter)", "µm"},
    {"Average Total Cell Diameter", "average total cell diameter (cell counter)", "µm"},
    {"Total Live Count", "viable cell count", "cell"},
    {"Total Cell Count", "total cell count", "cell"},
    {"Vessel Temperature (°C)", "temperature", "degC"},
}};

}  // namespace

Match sniff_flex2(const Document& document) {
    const Table& table = document.tables().front();
    const bool nova = column_named(table, 0, {"Date & Time"}) && column_named(table, 0, {"Sample ID"}) &&
                      column_named(table, 0, {"Sample Type"});
    return nova ? Match::certain : Match::no;
}

PlateFile read_flex2(const Document& document) {
    const Columns columns(document);
    AnalyserTable layout;
    layout.first_row = columns.first_row();
    layout.sample = columns.require({"Sample ID"});
    layout.batch = columns.find({"Batch ID"});
    for (std::string_view time : {"Sample Time", "Date & Time"})
        if (const auto column = columns.find({time}))
            layout.taken.push_back(*column);
    layout.vessel = columns.find({"Vessel ID"});
    find_quantities(
        quantities, columns.size(), [&](std::size_t c) { return columns.name(c); }, layout);
    if (layout.quantities.empty())
        columns.fail(columns.header_row(), std::nullopt,
                     "names no quantity of a FLEX2, such as 'Gluc' or 'pH'");
    PlateFile file = read_samples(document, columns.table(), layout);
    if (const auto time = columns.find({"Date & Time"}))
        note(file, "start time", columns.cell(columns.first_row(), time));
    if (const auto user = columns.find({"Operator"}))
        note(file, "user", columns.cell(columns.first_row(), user));
    return file;
}

}  // namespace wellsieve::formats::plates
