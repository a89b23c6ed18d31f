// CSV exports of the Experiment Data Depot (JBEI): a row a measurement of a line, which stands in for a well.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "formats/plates/columns_internal.hpp"
#include "formats/plates/plain_internal.hpp"
#include "formats/plates/readers_internal.hpp"

namespace wellsieve::formats::plates {
namespace {

/// Where a line stands: on a plate of that name, in a well, or as the well with that number along the rows.
struct Slot {
    std::string_view plate;
    std::optional<Well> well;
    std::uint32_t number = 0;  ///< from 1
};

/// "DBTL4_P1_007": number 7 of plate DBTL4_P1; "DBTL4_P1_B03": its well B3. Nothing for other descriptions.
std::optional<Slot> parse_description(std::string_view text) {
    const std::size_t cut = text.rfind('_');
    if (cut == std::string_view::npos || cut == 0)
        return std::nullopt;
    const std::string_view plate = text.substr(0, cut);
    const std::string_view last = text.substr(cut + 1);
    const std::size_t p = plate.rfind('_');
    const std::string_view plate_part = p == std::string_view::npos ? plate : plate.substr(p + 1);
    const bool names_plate = plate_part.size() > 1 && (plate_part[0] == 'P' || plate_part[0] == 'p') &&
                             plate_part.find_first_not_of("0123456789", 1) == std::string_view::npos;
    if (!names_plate)
        return std::nullopt;
    if (const auto well = parse_well(last))
        return Slot{plate, well, 0};
    const bool digits = last.find_first_not_of("0123456789") == std::string_view::npos;
    const auto number = digits && last.size() <= 4 ? parse_number(last) : std::nullopt;
    if (!number || *number < 1)
        return std::nullopt;
    return Slot{plate, std::nullopt, static_cast<std::uint32_t>(*number)};
}

/// The columns of an export that are used.
struct EddColumns {
    explicit EddColumns(const Columns& columns)
        : line(columns.require({"Line Name"})),
          type(columns.require({"Measurement Type"})),
          value(columns.require({"Value"})),
          hours(columns.find({"Hours", "Time", "Time (h)"})),
          units(columns.find({"Units", "Unit"})),
          description(columns.find({"Line Description", "Description"})),
          study(columns.find({"Study Name"})),
          compartment(columns.find({"Compartment"})) {}

    std::size_t line;
    std::size_t type;
    std::size_t value;
    std::optional<std::size_t> hours;
    std::optional<std::size_t> units;
    std::optional<std::size_t> description;
    std::optional<std::size_t> study;
    std::optional<std::size_t> compartment;
};

class EddReading {
  public:
    explicit EddReading(const Document& document)
        : document_(document), columns_(document), at_(columns_), mark_(plain::decimal_mark(document)) {}

    PlateFile read() {
        find_slots();
        for (std::size_t row = columns_.first_row(); row < columns_.table().rows(); ++row)
            if (columns_.has_data(row))
                read_row(row);
        return std::move(file_);
    }

  private:
    /// Lines whose description names no place are numbered in their order, on a plate called like the study.
    void find_slots() {
        std::unordered_map<std::string_view, std::uint32_t> unplaced;
        slots_.resize(columns_.table().rows());
        std::uint32_t largest = 1;
        for (std::size_t row = columns_.first_row(); row < slots_.size(); ++row) {
            if (!columns_.has_data(row))
                continue;
            Slot& slot = slots_[row];
            if (const auto placed = parse_description(columns_.cell(row, at_.description))) {
                slot = *placed;
            } else {
                const auto next = static_cast<std::uint32_t>(unplaced.size() + 1);
                slot.number = unplaced.try_emplace(columns_.cell(row, at_.line), next).first->second;
                slot.plate = columns_.cell(row, at_.study);
            }
            largest = std::max(largest, slot.number);
        }
        const auto shape = plain::shape_for_series(largest);
        if (!shape)
            document_.fail(fmt::format("line {} of a plate: no plate has so many wells", largest));
        shape_ = *shape;
    }

    void read_row(std::size_t row) {
        const Slot& slot = slots_[row];
        Measurement at;
        at.plate = file_.plate(slot.plate.empty() ? "1" : slot.plate);
        if (!slot.well)
            file_.plates[at.plate].shape = shape_;
        at.well = slot.well ? *slot.well : shape_.well(slot.number - 1);
        at.readout = file_.readout(readout_of(row));
        at.time_s = time_of(row);
        file_.samples.try_emplace(std::pair(at.plate, at.well), columns_.cell(row, at_.line));
        plain::add_reading(document_, columns_.table(), row, at_.value, mark_, at, file_);
    }

    Readout readout_of(std::size_t row) const {
        Readout readout;
        readout.mode = Mode::analyte;
        readout.name = columns_.cell(row, at_.type);
        if (readout.name.empty())
            columns_.fail(row, at_.type, "names no measurement type");
        // "0" is the depot's code for no compartment.
        if (const auto compartment = columns_.cell(row, at_.compartment);
            !compartment.empty() && compartment != "0")
            readout.name += fmt::format(" [{}]", compartment);
        readout.unit = columns_.cell(row, at_.units);
        return readout;
    }

    double time_of(std::size_t row) const {
        const std::string_view text = columns_.cell(row, at_.hours);
        const auto hours = parse_number(text, mark_);
        if (!hours && !text.empty())
            columns_.fail(row, at_.hours, fmt::format("'{}' is not a number of hours", text));
        return hours ? *hours * hour_s : missing;
    }

    const Document& document_;
    Columns columns_;
    EddColumns at_;
    char mark_;
    PlateShape shape_;
    std::vector<Slot> slots_;  ///< by row
    PlateFile file_;
};

}  // namespace

Match sniff_edd(const Document& document) {
    const Table& table = document.tables().front();
    const std::size_t header = plain::skip_blank_rows(table, 0);
    const auto cells = plain::filled_cells(table, header);
    const auto has = [&](std::string_view name) {
        return std::find(cells.begin(), cells.end(), name) != cells.end();
    };
    if (!has("Line Name") || !has("Measurement Type") || !has("Value"))
        return Match::no;
    return has("Line ID") || has("Assay Name") || has("Study Name") ? Match::certain : Match::likely;
}

PlateFile read_edd(const Document& document) {
    return EddReading(document).read();
}

}  // namespace wellsieve::formats::plates
