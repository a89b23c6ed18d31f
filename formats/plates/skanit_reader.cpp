// Thermo SkanIt reports (Varioskan, Multiskan, Fluoroskan …): a sheet a step of the session, or as text one
// step below the other. Measured steps hold plates, one each a wavelength and plate, and below them the
// plates of the samples; or a list of wells. Calculations, and what people wrote beside the plates, are no
// readings.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "formats/plates/plain_internal.hpp"
#include "formats/plates/plain_label_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::string_view results_title = "Measurement results";
constexpr std::array<std::string_view, 7> information_sheets{
    "General information", "Session information", "Instrument information", "Protocol parameters", "Run log",
    "Layout definitions",  "Report information"};

bool is_information(const Table& table) {
    return std::find(information_sheets.begin(), information_sheets.end(), table.name()) !=
           information_sheets.end();
}

bool is_results_title(const Table& table, std::size_t row) {
    return equals_ignoring_case(table.cell(row, 0), results_title);
}

bool has_results(const Table& table) {
    for (std::size_t row = 0; row < std::min<std::size_t>(table.rows(), 5); ++row)
        if (is_results_title(table, row))
            return true;
    return false;
}

/// The mode of a measured step, by its name: "Absorbance 1". Nothing for a calculation, "Blank Subtraction
/// 1".
std::optional<Mode> mode_of_step(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, Mode>, 9> steps{{{"Absorbance", Mode::absorbance},
                                                                      {"Photometric", Mode::absorbance},
                                                                      {"Fluorescence", Mode::fluorescence},
                                                                      {"Fluorometric", Mode::fluorescence},
                                                                      {"Time-resolved", Mode::fluorescence},
                                                                      {"Time resolved", Mode::fluorescence},
                                                                      {"TRF", Mode::fluorescence},
                                                                      {"Luminescence", Mode::luminescence},
                                                                      {"Luminometric", Mode::luminescence}}};
    for (const auto& [prefix, mode] : steps)
        if (starts_with_ignoring_case(name, prefix))
            return mode;
    return std::nullopt;
}

/// "Wavelength: 450 nm", "Ex: 485 nm, Em: 520 nm". 0 nm stands for no filter.
bool is_optics(std::string_view text) {
    return starts_with_ignoring_case(text, "Wavelength") || starts_with_ignoring_case(text, "Excitation") ||
           starts_with_ignoring_case(text, "Emission") ||
           (text.size() > 2 && starts_with_ignoring_case(text, "Ex") && !(text[2] >= 'a' && text[2] <= 'z'));
}

/// A plate with its corner in the first column.
struct Grid {
    std::vector<std::uint16_t> columns;  ///< from 1
    std::size_t end_row = 0;
};

std::optional<Grid> grid_below(const Table& table, std::size_t header_row) {
    Grid grid;
    for (std::size_t column = 1; column < table.columns(header_row); ++column) {
        const auto number = plain::parse_plate_column(table.cell(header_row, column));
        if (!number || (!grid.columns.empty() && *number <= grid.columns.back()))
            break;
        grid.columns.push_back(*number);
    }
    grid.end_row = header_row + 1;
    while (grid_row_label(table.cell(grid.end_row, 0), grid.columns.size()))
        ++grid.end_row;
    if (grid.columns.empty() || grid.end_row == header_row + 1)
        return std::nullopt;
    return grid;
}

/// The columns of a list of wells.
struct List {
    std::size_t well = 0;
    std::size_t value = 0;
    std::optional<std::size_t> plate, sample, wavelength, time;
    std::optional<double> seconds_per_unit;
};

bool is_value_header(std::string_view text) {
    constexpr std::array<std::string_view, 6> names{"Abs",          "RFU",          "RLU",
                                                    "Fluorescence", "Luminescence", "Absorbance"};
    return std::any_of(names.begin(), names.end(),
                       [&](auto name) { return equals_ignoring_case(text, name); });
}

std::optional<List> list_at(const Table& table, std::size_t row) {
    List list;
    bool well = false;
    bool value = false;
    for (std::size_t column = 0; column < table.columns(row); ++column) {
        const std::string_view name = table.cell(row, column);
        if (equals_ignoring_case(name, "Well")) {
            list.well = column;
            well = true;
        } else if (is_value_header(name)) {
            list.value = column;
            value = true;
        } else if (equals_ignoring_case(name, "Plate")) {
            list.plate = column;
        } else if (equals_ignoring_case(name, "Sample")) {
            list.sample = column;
        } else if (starts_with_ignoring_case(name, "Wavelength")) {
            list.wavelength = column;
        } else if (const auto time = plain::parse_time_header(name)) {
            list.time = column;
            list.seconds_per_unit = time->seconds_per_unit;
        }
    }
    return well && value ? std::optional(list) : std::nullopt;
}

class SkanitReading {
  public:
    explicit SkanitReading(const Document& document)
        : document_(document), mark_(plain::decimal_mark(document)) {}

    PlateFile read() {
        if (document_.is_workbook()) {
            read_sheets();
        } else {
            read_facts(document_.tables().front());
            read_steps(document_.tables().front());
        }
        if (file_.measurements.empty())
            document_.fail("holds no result of an absorbance, fluorescence or luminescence step");
        return std::move(file_);
    }

  private:
    void read_sheets() {
        for (const Table& table : document_.tables()) {
            if (is_information(table))
                read_facts(table);
            else if (has_results(table))
                read_steps(table);
            else if (plain::skip_blank_rows(table, 0) < table.rows())
                file_.rejects.push_back(
                    {table.place(plain::skip_blank_rows(table, 0)), "the sheet is none of SkanIt's"});
        }
    }

    void read_facts(const Table& table) {
        constexpr std::array<std::string_view, 6> wanted{"Report generated with SW version",
                                                         "Session name",
                                                         "Executed with",
                                                         "Execution time",
                                                         "Name",
                                                         "Serial number"};
        for (std::size_t row = 0; row < table.rows(); ++row) {
            const auto cells = plain::filled_cells(table, row);
            if (cells.size() == 2 && std::find(wanted.begin(), wanted.end(), cells[0]) != wanted.end() &&
                table.name() != "Layout definitions")
                file_.metadata.emplace(cells[0] == "Name" ? "Instrument" : cells[0], cells[1]);
        }
    }

    void begin_step() {
        step_.clear();
        mode_.reset();
        optics_.clear();
        plate_ = "1";
        time_s_ = missing;
    }

    void read_steps(const Table& table) {
        std::size_t first = 0;
        while (first < table.rows() && !is_results_title(table, first))
            ++first;
        for (std::size_t row = first; row < table.rows();) {
            const auto grid = grid_below(table, row);
            const auto list = grid ? std::nullopt : list_at(table, row);
            if (grid)
                read_grid(table, row, *grid);
            else if (list)
                row = read_list(table, row, *list);
            else if (is_results_title(table, row))
                begin_step();
            else
                read_line(line_at(table, row));
            row = grid ? grid->end_row : row + 1;
        }
    }

    /// The first cell; where a comma between two wavelengths made two of them, both.
    static std::string line_at(const Table& table, std::size_t row) {
        std::string line(table.cell(row, 0));
        if (is_optics(line) && starts_with_ignoring_case(table.cell(row, 1), "Em"))
            line += fmt::format(", {}", table.cell(row, 1));
        return line;
    }

    /// A line between plates: the name of the step, a wavelength, a time, or the plate's name.
    void read_line(std::string_view text) {
        if (text.empty() || text.starts_with("Autoloading range"))
            return;
        if (const auto mode = mode_of_step(text)) {
            mode_ = mode;
            step_ = text;
            optics_.clear();
            time_s_ = missing;
        } else if (is_optics(text)) {
            optics_ = text;
        } else if (const auto label = plain::parse_label({text}, mark_); label.time) {
            time_s_ = label.time->number * label.time->seconds_per_unit.value_or(1);
        } else {
            plate_ = text;
        }
    }

    void read_grid(const Table& table, std::size_t header_row, const Grid& grid) {
        const std::string_view corner = table.cell(header_row, 0);
        const bool samples = equals_ignoring_case(corner, "Sample");
        if (samples && mode_ && !file_.plates.empty())
            read_samples(table, header_row, grid);
        if (samples)
            return;
        if (!mode_ || !(is_value_header(corner) || looks_measured(table, header_row, grid))) {
            file_.rejects.push_back(
                {table.place(header_row), fmt::format("'{}' is no measured value", corner)});
            return;
        }
        Measurement at;
        at.plate = file_.plate(plate_);
        at.readout = readout(table, header_row, optics_);
        at.time_s = time_s_;
        for_each_cell(table, header_row, grid, [&](std::size_t row, std::size_t column, Well well) {
            at.well = well;
            plain::add_reading(document_, table, row, column, mark_, at, file_);
        });
    }

    std::uint32_t readout(const Table& table, std::size_t row, std::string_view optics) {
        auto readout = plain::optical_readout(fmt::format("{} {}", mode_name(*mode_), optics));
        if (!readout)
            document_.fail(table, row, fmt::format("'{}' is no wavelength of the step '{}'", optics, step_));
        readout->mode = *mode_;
        readout->name = step_;
        readout->unit = default_unit(*mode_);
        return file_.readout(*readout);
    }

    /// A plate under a title that is not known: numbers, and no part of the layout.
    bool looks_measured(const Table& table, std::size_t header_row, const Grid& grid) {
        constexpr std::array<std::string_view, 8> other{"Conc", "Dilution", "Group", "Type",
                                                        "Name", "Meas",     "Time",  "Temp"};
        for (std::string_view word : other)
            if (starts_with_ignoring_case(table.cell(header_row, 0), word))
                return false;
        bool readings = true;
        for_each_cell(table, header_row, grid, [&](std::size_t row, std::size_t column, Well) {
            readings = readings && is_reading(table.cell(row, column));
        });
        return readings;
    }

    void read_samples(const Table& table, std::size_t header_row, const Grid& grid) {
        const std::uint32_t plate = file_.plate(plate_);
        for_each_cell(table, header_row, grid, [&](std::size_t row, std::size_t column, Well well) {
            if (!table.cell(row, column).empty())
                file_.samples.try_emplace(std::pair(plate, well), table.cell(row, column));
        });
    }

    template <typename Visit>
    void for_each_cell(const Table& table, std::size_t header_row, const Grid& grid, Visit visit) {
        for (std::size_t row = header_row + 1; row < grid.end_row; ++row) {
            const std::uint16_t plate_row = *grid_row_label(table.cell(row, 0), grid.columns.size());
            for (std::size_t i = 0; i < grid.columns.size(); ++i)
                visit(row, i + 1, Well{plate_row, static_cast<std::uint16_t>(grid.columns[i] - 1)});
        }
    }

    /// Returns the list's last row.
    std::size_t read_list(const Table& table, std::size_t header_row, const List& list) {
        if (!mode_) {
            file_.rejects.push_back({table.place(header_row), "the list is calculated"});
            return header_row;
        }
        std::size_t row = header_row + 1;
        for (; row < table.rows() && parse_well(table.cell(row, list.well)); ++row) {
            Measurement at;
            at.well = *parse_well(table.cell(row, list.well));
            const std::string_view plate =
                list.plate ? table.cell(row, *list.plate) : std::string_view(plate_);
            at.plate = file_.plate(plate.empty() ? std::string_view(plate_) : plate);
            const std::string optics =
                list.wavelength ? fmt::format("{} nm", table.cell(row, *list.wavelength)) : optics_;
            at.readout = readout(table, row, optics);
            if (list.time)
                at.time_s = parse_number(table.cell(row, *list.time), mark_).value_or(missing) *
                            list.seconds_per_unit.value_or(1);
            if (list.sample && !table.cell(row, *list.sample).empty())
                file_.samples.try_emplace(std::pair(at.plate, at.well), table.cell(row, *list.sample));
            plain::add_reading(document_, table, row, list.value, mark_, at, file_);
        }
        return row - 1;
    }

    const Document& document_;
    char mark_;
    std::string step_;
    std::optional<Mode> mode_;  ///< of the step; nothing in a calculation
    std::string optics_;
    std::string plate_;
    double time_s_ = missing;
    PlateFile file_;
};

/// As text: the title, and below it a step that measures.
bool is_text_report(const Table& table) {
    constexpr std::size_t probe_rows = 300;
    bool results = false;
    for (std::size_t row = 0; row < std::min(table.rows(), probe_rows); ++row) {
        results = results || is_results_title(table, row);
        if (results && mode_of_step(table.cell(row, 0)))
            return true;
    }
    return false;
}

}  // namespace

Match sniff_skanit(const Document& document) {
    if (!document.is_workbook())
        return is_text_report(document.tables().front()) ? Match::certain : Match::no;
    bool results = false;
    bool information = false;
    for (const Table& table : document.tables()) {
        results = results || has_results(table);
        information = information || is_information(table);
    }
    return !results ? Match::no : information ? Match::certain : Match::likely;
}

PlateFile read_skanit(const Document& document) {
    return SkanitReading(document).read();
}

}  // namespace wellsieve::formats::plates
