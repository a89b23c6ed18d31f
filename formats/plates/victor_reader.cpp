#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

using Settings = std::map<std::string_view, std::string_view>;

bool is_list(const Table& table, std::size_t row) {
    return table.cell(row, 0) == "Plate" && table.cell(row, 1) == "Repeat" && table.cell(row, 2) == "Well";
}

/// One reading of one plate: "Plate, Repeat, End time, Start temp., End temp., BarCode", then its labels.
bool is_plate(const Table& table, std::size_t row) {
    return table.cell(row, 0) == "Plate" && table.cell(row, 1) == "Repeat" &&
           table.cell(row, 2) == "End time";
}

/// "Emission filter name .............. F535" → key and value.
std::optional<std::pair<std::string_view, std::string_view>> dotted(std::string_view line) {
    const std::size_t dots = line.find("...");
    if (dots == std::string_view::npos)
        return std::nullopt;
    std::string_view key = trim(line.substr(0, dots));
    if (key.ends_with(':'))
        key.remove_suffix(1);
    const std::size_t value = line.find_first_not_of(". ", dots);
    return std::pair(key, value == std::string_view::npos ? std::string_view() : trim(line.substr(value)));
}

/// "GFP (Counts)" → "GFP" and "Counts".
std::pair<std::string_view, std::string_view> label_and_unit(std::string_view title) {
    const std::size_t open = title.rfind(" (");
    if (open == std::string_view::npos || !title.ends_with(')'))
        return {title, {}};
    return {trim(title.substr(0, open)), title.substr(open + 2, title.size() - open - 3)};
}

Mode mode_of(std::string_view technology, std::string_view label, std::string_view unit) {
    if (contains_ignoring_case(technology, "photometry"))
        return Mode::absorbance;
    if (contains_ignoring_case(technology, "fluor"))
        return Mode::fluorescence;
    if (contains_ignoring_case(technology, "lumin"))
        return Mode::luminescence;
    if (unit == "A" || unit == "OD" || contains_ignoring_case(label, "absorbance"))
        return Mode::absorbance;
    return unit == "CPS" || contains_ignoring_case(label, "lumin") ? Mode::luminescence : Mode::fluorescence;
}

class VictorReader {
  public:
    explicit VictorReader(const Document& document)
        : document_(document), table_(document.tables().front()) {}

    PlateFile read() {
        expect_readings(document_, file_);
        read_protocol();
        read_plate_lines();
        for (std::size_t row = 0; row < table_.rows();)
            row = is_list(table_, row) ? read_list(row) : row + 1;
        if (file_.measurements.empty())  // where both stand, they say the same
            read_plates();
        if (file_.measurements.empty())
            document_.fail(
                "holds no reading of a VICTOR, below 'Plate, Repeat, Well' or 'Plate, Repeat, End time'");
        if (!repeated_)  // each reading has its time; a single one is no time series
            for (Measurement& m : file_.measurements)
                m.time_s = missing;
        note(file_, "instrument", "VICTOR");
        return std::move(file_);
    }

  private:
    struct Label {
        std::size_t cell = 0;
        std::size_t time_cell = 0;  ///< 0: none
        std::uint32_t readout = 0;
    };
    /// What stands above the plates of one reading.
    struct PlateLine {
        std::size_t row = 0;
        std::string_view name;
        double time_s = missing;  ///< of day, days added where midnight passes
        double temperature_c = missing;
    };
    using PlateKey = std::pair<std::string_view, std::string_view>;  ///< plate and repeat

    /// The notes below the list; "Name of the label" begins the settings of one.
    void read_protocol() {
        Settings* label = nullptr;
        for (std::size_t row = 0; row < table_.rows(); ++row) {
            const auto line = dotted(table_.cell(row, 0));
            if (!line)
                continue;
            const auto& [key, value] = *line;
            if (key == "Name of the label")
                label = &labels_[value];
            else if (label != nullptr)
                label->emplace(key, value);
            if (key == "Protocol name")
                note(file_, "protocol", value);
            else if (key == "Instrument serial number")
                note(file_, "serial number", value);
            else if (key == "Measured on")
                note(file_, "start time", value);
        }
    }

    Readout readout_of(std::string_view title) const {
        const auto [label, unit] = label_and_unit(title);
        const auto found = labels_.find(label);
        const auto setting = [&](std::string_view key) {
            if (found == labels_.end())
                return std::string_view();
            const auto at = found->second.find(key);
            return at == found->second.end() ? std::string_view() : at->second;
        };
        Readout readout;
        readout.name = label;
        readout.mode = mode_of(setting("Label technology"), label, unit);
        readout.unit = default_unit(readout.mode);
        double excitation_nm = wavelength_in(setting("CW-lamp filter name"));
        if (std::isnan(excitation_nm))
            excitation_nm = wavelength_in(setting("Excitation filter name"));
        double emission_nm = wavelength_in(setting("Emission filter name"));
        if (const std::size_t cut = label.find('/');
            cut != std::string_view::npos && found == labels_.end()) {
            excitation_nm = wavelength_in(label.substr(0, cut));  // "Fluorescein (485nm/535nm, 1.0s)"
            emission_nm = wavelength_in(label.substr(cut));
        }
        if (readout.mode == Mode::absorbance)
            readout.wavelength_nm = std::isnan(excitation_nm) ? wavelength_in(label) : excitation_nm;
        else
            readout.emission_nm = emission_nm;
        if (readout.mode == Mode::fluorescence)
            readout.excitation_nm = excitation_nm;
        return readout;
    }

    void read_plate_lines() {
        double previous_s = 0;
        for (std::size_t row = 0; row + 1 < table_.rows(); ++row) {
            if (!is_plate(table_, row))
                continue;
            PlateLine line{row + 2, table_.cell(row + 1, 0), missing, missing};
            for (std::size_t c = 2; c < table_.columns(row); ++c) {
                const std::string_view title = table_.cell(row, c);
                const std::string_view cell = without_formula(table_.cell(row + 1, c));
                if (title == "End time")
                    line.time_s = parse_time_of_day(cell).value_or(missing);
                else if (title == "Start temp.")
                    line.temperature_c = number_or_missing(cell);
                else if (equals_ignoring_case(title, "Barcode") && !cell.empty() && cell != "N/A")
                    line.name = cell;
            }
            while (line.time_s < previous_s)
                line.time_s += 86400;
            previous_s = std::isnan(line.time_s) ? previous_s : line.time_s;
            plate_lines_.emplace(PlateKey{table_.cell(row + 1, 0), table_.cell(row + 1, 1)}, line);
        }
    }

    std::vector<Label> read_titles(std::size_t row) {
        std::vector<Label> labels;
        std::size_t time_cell = 0;
        for (std::size_t c = 3; c < table_.columns(row); ++c) {
            const std::string_view title = table_.cell(row, c);
            if (title == "Time")
                time_cell = c;
            else if (title.starts_with("Calc"))
                set_aside(row, c, title);
            else if (!title.empty() && title != "Type")
                labels.push_back({c, time_cell, file_.readout(readout_of(title))});
        }
        return labels;
    }

    void set_aside(std::size_t row, std::size_t column, std::string_view title) {
        file_.rejects.push_back(
            {table_.place(row, column), fmt::format("calculated, not measured: '{}'", title)});
    }

    std::size_t read_list(std::size_t header_row) {
        const std::vector<Label> labels = read_titles(header_row);
        std::size_t row = header_row + 1;
        for (; row < table_.rows() && !std::isnan(number_or_missing(table_.cell(row, 0))); ++row) {
            const std::string_view name = table_.cell(row, 2);
            const auto well = parse_well(name);
            if (!well)
                document_.fail(table_, row, 2, fmt::format("'{}' is not a well", name));
            repeated_ |= number_or_missing(table_.cell(row, 1)) > 1;
            const auto line = plate_lines_.find({table_.cell(row, 0), table_.cell(row, 1)});
            Measurement where;
            where.plate = file_.plate(line == plate_lines_.end() ? table_.cell(row, 0) : line->second.name);
            where.well = *well;
            if (line != plate_lines_.end())
                where.temperature_c = line->second.temperature_c;
            for (const Label& label : labels) {
                where.readout = label.readout;
                where.time_s = label.time_cell != 0 ? time_at(row, label.time_cell) : missing;
                add_reading(document_, table_, row, label.cell, where, file_);
            }
        }
        return row;
    }

    void read_plates() {
        std::map<std::string_view, double> first_s;
        std::vector<std::pair<PlateKey, PlateLine>> lines(plate_lines_.begin(), plate_lines_.end());
        std::sort(lines.begin(), lines.end(),
                  [](const auto& a, const auto& b) { return a.second.row < b.second.row; });
        for (const auto& [key, line] : lines) {
            repeated_ |= number_or_missing(key.second) > 1;
            Measurement where;
            where.plate = file_.plate(line.name);
            where.temperature_c = line.temperature_c;
            where.time_s = line.time_s - first_s.emplace(key.first, line.time_s).first->second;
            read_plate(line.row, where);
        }
    }

    /// The labels of one reading: a title, the background, and the plate, with row and column labels or
    /// without.
    void read_plate(std::size_t row, Measurement where) {
        std::string_view title;
        for (; row < table_.rows() && !is_plate(table_, row) && !dotted(table_.cell(row, 0)); ++row) {
            const std::string_view first = table_.cell(row, 0);
            const auto grid = grid_at(table_, row);
            const bool numbers = !grid && is_reading(first) && !table_.cell(row, 1).empty();
            if (!grid && !numbers) {
                title = is_reading(first) ? title : first;
                continue;
            }
            const std::size_t end_row = grid ? grid->end_row : end_of_numbers(row);
            if (title.starts_with("Calc")) {
                set_aside(row, 0, title);
            } else {
                where.readout = file_.readout(readout_of(title));
                grid ? add_grid(document_, table_, *grid, where, file_) : add_numbers(row, end_row, where);
            }
            row = end_row - 1;
        }
    }

    std::size_t end_of_numbers(std::size_t row) const {
        while (row < table_.rows() && !table_.is_blank(row) && is_reading(table_.cell(row, 0)))
            ++row;
        return row;
    }

    void add_numbers(std::size_t row, std::size_t end_row, Measurement where) {
        const auto shape = standard_shape_with_rows(end_row - row);
        if (!shape || shape->columns > table_.columns(row))
            document_.fail(table_, row,
                           fmt::format("a block of {} rows without labels is not a whole plate, so its "
                                       "wells are not known; export the list of wells as well",
                                       end_row - row));
        for (std::uint16_t r = 0; r < shape->rows; ++r)
            for (std::uint16_t c = 0; c < shape->columns; ++c) {
                where.well = {r, c};
                add_reading(document_, table_, row + r, c, where, file_);
            }
    }

    double time_at(std::size_t row, std::size_t column) const {
        const std::string_view cell = table_.cell(row, column);
        if (cell.empty())
            return missing;
        const auto seconds = parse_clock(cell, cell.find(',') == std::string_view::npos ? '.' : ',');
        if (!seconds)
            document_.fail(table_, row, column, fmt::format("'{}' is not a time", cell));
        return *seconds;
    }

    const Document& document_;
    const Table& table_;
    PlateFile file_;
    std::map<std::string_view, Settings> labels_;
    std::map<PlateKey, PlateLine> plate_lines_;
    bool repeated_ = false;
};

}  // namespace

Match sniff_victor(const Document& document) {
    constexpr std::size_t sniffed_rows = 40;
    if (document.is_workbook())
        return Match::no;
    const Table& table = document.tables().front();
    for (std::size_t row = 0; row < std::min(table.rows(), sniffed_rows); ++row)
        if (is_list(table, row) || is_plate(table, row))
            return Match::certain;
    return Match::no;
}

PlateFile read_victor(const Document& document) {
    return VictorReader(document).read();
}

}  // namespace wellsieve::formats::plates
