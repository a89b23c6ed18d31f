// Roche Cedex Bio HT archive: a row a test of a sample. Software 5 orders the columns in another way than 6
// and 7.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "formats/plates/analyser_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/vessels_internal.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::string_view result_row = "40";
constexpr std::string_view sample_role = "SAM";

struct CedexColumns {
    std::size_t sample, batch, role, analyte, unit, value;
};
constexpr CedexColumns since_6{2, 3, 4, 6, 8, 10};
constexpr CedexColumns of_5{5, 4, 6, 2, 7, 9};
constexpr std::size_t time_column = 1;

struct Test {
    std::string_view code;  ///< without the last letter, which names the kit's range
    std::string_view analyte;
};

constexpr std::array<Test, 40> tests{{
    {"AC2", "acetate"},
    {"AQ", "alanine-glutamine"},
    {"AQQ", "alanine-glutamine corrected"},
    {"NH3", "ammonia"},
    {"NH3L", "ammonia"},
    {"ARA", "arabinose"},
    {"ASNL", "asparagine"},
    {"ASNH", "asparagine"},
    {"ASP", "aspartate"},
    {"CA2", "calcium"},
    {"CHO2", "cholesterol"},
    {"ETOH", "ethanol"},
    {"FOR", "formate"},
    {"GAL2", "galactose"},
    {"GLC2", "glucose"},
    {"GLC3", "glucose"},
    {"GLU2", "glutamate"},
    {"GLN2", "glutamine"},
    {"GLY", "glycerol"},
    {"FABL", "Ig Fab human"},
    {"FABH", "Ig Fab human"},
    {"IGGL", "IgG human"},
    {"IGGH", "IgG human"},
    {"MIGL", "IgG mouse"},
    {"MIGH", "IgG mouse"},
    {"FE2", "iron"},
    {"LAC2", "lactate"},
    {"LDH2", "ldh"},
    {"MG2", "magnesium"},
    {"NO3", "nitrate"},
    {"PHO2", "phosphate"},
    {"K", "potassium"},
    {"PYR", "pyruvate"},
    {"NA", "sodium"},
    {"SUC", "sucrose"},
    {"SUGL", "sucrose corrected"},
    {"TP2", "total protein"},
    {"TP2L", "total protein"},
    {"OSM2", "osmolality"},
    {"OD", "optical density"},
}};

/// Which quantity a test measures; a code that is not known names it itself.
std::string_view analyte_of(std::string_view code) {
    for (const Test& test : tests)
        if (code.size() == test.code.size() + 1 && code.starts_with(test.code))
            return test.analyte;
    return code;
}

class CedexReader {
  public:
    explicit CedexReader(const Document& document) : document_(document), table_(document.tables().front()) {}

    PlateFile read() {
        note(file_, "serial number", table_.cell(0, 7));
        note(file_, "software version", table_.cell(0, 8));
        note(file_, "user", table_.cell(0, 9));
        for (std::size_t row = 1; row < table_.rows(); ++row)
            if (is_result(row))
                batches_[batch_of(row)].add(table_.cell(row, columns_of(row).sample));
        for (std::size_t row = 1; row < table_.rows(); ++row)
            if (is_result(row))
                read_result(row);
            else if (!table_.is_blank(row))
                file_.rejects.push_back({table_.place(row), "the row is no result of a sample"});
        return std::move(file_);
    }

  private:
    /// Software 5 leaves the fifth cell empty, where later ones have the sample's role.
    CedexColumns columns_of(std::size_t row) const { return table_.cell(row, 4).empty() ? of_5 : since_6; }

    bool is_result(std::size_t row) const {
        const CedexColumns columns = columns_of(row);
        return table_.cell(row, 0) == result_row && table_.cell(row, columns.role) == sample_role &&
               !table_.cell(row, columns.sample).empty() && !table_.cell(row, columns.analyte).empty();
    }

    std::string_view batch_of(std::size_t row) const {
        const std::string_view batch = table_.cell(row, columns_of(row).batch);
        return batch.empty() ? std::string_view("1") : batch;
    }

    void read_result(std::size_t row) {
        const CedexColumns columns = columns_of(row);
        const std::string_view batch = batch_of(row);
        const std::size_t plates = file_.plates.size();
        Measurement at;
        at.plate = file_.plate(batch);
        if (file_.plates.size() > plates)
            batches_[batch].place(document_, batch, Vessels::samples, file_);
        at.well = batches_[batch].well(table_.cell(row, columns.sample));
        note(file_, "start time", table_.cell(row, time_column));
        file_.sample_rows.push_back({file_.measurements.size(), table_.place(row),
                                     parse_timestamp(table_.cell(row, time_column)).value_or(missing)});
        const std::string_view unit = table_.cell(row, columns.unit);
        const bool milligrams = unit == "mg/L";
        at.readout = file_.readout(readout_of(table_.cell(row, columns.analyte), milligrams ? "g/L" : unit));
        add_reading(document_, table_, row, columns.value, at, file_);
        if (milligrams)
            file_.measurements.back().value /= 1000;
    }

    static Readout readout_of(std::string_view code, std::string_view unit) {
        Readout readout = analyte(analyte_of(code), unit == "mM" ? "mmol/L" : unit);
        if (unit == "OD") {
            readout.mode = Mode::absorbance;
            readout.unit = default_unit(Mode::absorbance);
        }
        return readout;
    }

    const Document& document_;
    const Table& table_;
    std::map<std::string_view, VesselSet> batches_;
    PlateFile file_;
};

}  // namespace

Match sniff_cedex(const Document& document) {
    const Table& table = document.tables().front();
    const bool archive =
        table.cell(0, 2) == "#ARC-FILE#" && contains_ignoring_case(table.cell(0, 6), "CEDEX BIO");
    return archive ? Match::certain : Match::no;
}

PlateFile read_cedex(const Document& document) {
    return CedexReader(document).read();
}

}  // namespace wellsieve::formats::plates
