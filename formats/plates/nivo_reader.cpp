#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

/// "3 OPERATION,ABS (F)-Plate Kinetics" and the settings below it, in the part called PARAMETERS.
struct Operation {
    std::size_t row = 0;
    std::string_view number;
    std::map<std::string_view, std::string_view> settings;
};

bool is_operation(std::string_view first) {
    const std::size_t blank = first.find(' ');
    return blank != std::string_view::npos && first.substr(blank + 1) == "OPERATION" &&
           first.find_first_not_of("0123456789") == blank;
}

/// "ABS (F) - Kinetics" → "ABS (F)".
std::string_view technique(std::string_view operation) {
    return trim(operation.substr(0, operation.find('-')));
}

Mode mode_of(std::string_view name) {
    if (starts_with_ignoring_case(name, "ABS"))
        return Mode::absorbance;
    return contains_ignoring_case(name, "LUM") ? Mode::luminescence : Mode::fluorescence;
}

class NivoReader {
  public:
    explicit NivoReader(const Document& document) : document_(document), table_(document.tables().front()) {}

    PlateFile read() {
        expect_readings(document_, file_);
        read_parameters();
        for (std::size_t row = 0; row < table_.rows();)
            row = read_at(row);
        if (file_.measurements.empty())
            document_.fail("holds no result of a VICTOR Nivo");
        set_stated_shape();
        return std::move(file_);
    }

  private:
    struct Column {
        std::uint32_t plate = 0;
        std::uint32_t readout = 0;
        double time_s = missing;
        double temperature_c = missing;
        bool used = true;
    };

    void read_parameters() {
        bool parameters = false;
        for (std::size_t row = 0; row < table_.rows(); ++row) {
            const std::string_view first = table_.cell(row, 0);
            const std::string_view value = table_.cell(row, 1);
            if (first == "PARAMETERS" || first.ends_with(" RESULTS"))
                parameters = first == "PARAMETERS";
            else if (parameters && is_operation(first))
                operations_.push_back({row, first.substr(0, first.find(' ')), {}});
            else if (parameters && !operations_.empty() && !first.empty())
                operations_.back().settings.emplace(first, value);
            read_fact(first, value);
        }
    }

    void read_fact(std::string_view key, std::string_view value) {
        if (key == "PROTOCOL NAME")
            note(file_, "protocol", value);
        else if (key == "MEASUREMENT START DATE")
            note(file_, "start time", value);
        else if (key == "Instrument serial number")
            note(file_, "serial number", value);
        else if (key == "User interface program version")
            note(file_, "software version", value);
        else if (key == "USER NAME")
            note(file_, "user", value);
        else if (key == "PLATE FORMAT" && plate_format_.empty())
            plate_format_ = value;
    }

    /// "96 wells (8X12)".
    void set_stated_shape() {
        const std::size_t open = plate_format_.find('(');
        const std::size_t by = plate_format_.find_first_of("Xx", open);
        if (open == std::string_view::npos || by == std::string_view::npos)
            return;
        const std::string_view columns = plate_format_.substr(by + 1);
        set_shape(file_, every_plate, number_or_missing(plate_format_.substr(open + 1, by - open - 1)),
                  number_or_missing(columns.substr(0, columns.find(')'))));
    }

    std::size_t read_at(std::size_t row) {
        const std::string_view first = table_.cell(row, 0);
        const std::string_view second = table_.cell(row, 1);
        if (first == "PARAMETERS" || contains_ignoring_case(first, "CALCULATED")) {
            in_results_ = false;
        } else if (first.ends_with(" RESULTS")) {
            in_results_ = true;
            operation_ = barcode_ = plate_ = {};
        } else if (!in_results_) {
            return row + 1;
        } else if (is_operation(first)) {
            begin_operation(row, second);
        } else if (first == "Plate") {
            plate_ = second;
        } else if (first == "Barcode") {
            barcode_ = second;
        } else if (starts_with_ignoring_case(first, "TEMPERATURE")) {
            temperature_c_ = number_or_missing(second);
        } else if (first == "Well") {
            begin_wells(row);
        } else if (const auto grid = grid_at(table_, row); grid && !operation_.empty()) {
            add_grid(document_, table_, *grid, where_of(column_at(row, 1)), file_);
            return grid->end_row;
        } else if (first.empty() && !second.empty()) {
            headings_[second] = row;
        } else if (const auto well = parse_well(first); well && !operation_.empty()) {
            read_well(row, *well);
        }
        return row + 1;
    }

    void begin_operation(std::size_t row, std::string_view name) {
        operation_ = technique(name);
        operation_row_ = row;
        temperature_c_ = missing;
        headings_.clear();
        columns_.clear();
        first_value_ = 0;
        axis_row_ = 0;
    }

    /// The line of times or wavelengths; a result without one is a single reading.
    void begin_wells(std::size_t row) {
        const std::string_view axis = table_.cell(row, 1);
        times_ = starts_with_ignoring_case(axis, "Time");
        wavelengths_ = starts_with_ignoring_case(axis, "Wavelength");
        axis_row_ = row;
        first_value_ = times_ || wavelengths_ ? 2 : 1;
        columns_.clear();
        for (std::size_t c = first_value_; times_ || wavelengths_ ? c < table_.columns(row) : c == 1; ++c)
            columns_.push_back(column_at(row, c));
        while (!columns_.empty() && !columns_.back().used)
            columns_.pop_back();
    }

    std::string_view heading(std::string_view name, std::size_t column) const {
        const auto found = headings_.find(name);
        return found == headings_.end() ? std::string_view() : table_.cell(found->second, column);
    }

    Column column_at(std::size_t row, std::size_t c) {
        const auto or_else = [](std::string_view a, std::string_view b) { return a.empty() ? b : a; };
        const std::string_view barcode = or_else(heading("Barcode", c), barcode_);
        const std::string_view plate = or_else(heading("Plate", c), plate_);
        const bool coded = !barcode.empty() && barcode != "0" && barcode != "n.a.";
        Column column;
        column.temperature_c = temperature_c_;
        const std::string_view axis = axis_row_ == row && (times_ || wavelengths_) ? table_.cell(row, c) : "";
        const double at = number_or_missing(axis);
        column.used = axis_row_ != row || !(times_ || wavelengths_) || !axis.empty();
        if (!axis.empty() && std::isnan(at))
            document_.fail(table_, row, c,
                           fmt::format("'{}' is not a {}", axis, times_ ? "time in seconds" : "wavelength"));
        column.time_s = times_ ? at : missing;
        column.plate = column.used ? file_.plate(coded ? barcode : plate.empty() ? "1" : plate) : 0;
        column.readout = column.used ? file_.readout(readout_of(wavelengths_ ? at : missing)) : 0;
        return column;
    }

    static Measurement where_of(const Column& column) {
        Measurement where;
        where.plate = column.plate;
        where.readout = column.readout;
        where.time_s = column.time_s;
        where.temperature_c = column.temperature_c;
        return where;
    }

    void read_well(std::size_t row, Well well) {
        if (columns_.empty()) {
            times_ = wavelengths_ = false;
            first_value_ = table_.cell(row, 1).empty() ? 2 : 1;
            columns_.push_back(column_at(row, first_value_));
        }
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            Measurement where = where_of(columns_[i]);
            where.well = well;
            if (columns_[i].used)
                add_reading(document_, table_, row, first_value_ + i, where, file_);
            else if (!table_.cell(row, first_value_ + i).empty())
                document_.fail(table_, row, first_value_ + i, "a reading without a time");
        }
    }

    Readout readout_of(double scanned_nm) const {
        double excitation_nm = missing, emission_nm = missing;
        const std::string_view number =
            table_.cell(operation_row_, 0).substr(0, table_.cell(operation_row_, 0).find(' '));
        const auto found =
            std::find_if(operations_.begin(), operations_.end(), [&](const Operation& operation) {
                return operation.row > operation_row_ && operation.number == number;
            });
        if (found != operations_.end())
            for (const auto& [key, value] : found->settings) {
                if (key.starts_with("EXCITATION") && std::isnan(excitation_nm))
                    excitation_nm = wavelength_in(value);
                if (key.starts_with("EMISSION") && std::isnan(emission_nm))
                    emission_nm = wavelength_in(value);
            }
        Readout readout;
        readout.name = operation_;
        readout.mode = mode_of(operation_);
        readout.unit = default_unit(readout.mode);
        if (readout.mode == Mode::absorbance)
            readout.wavelength_nm = std::isnan(scanned_nm) ? excitation_nm : scanned_nm;
        if (readout.mode == Mode::fluorescence)
            readout.excitation_nm = excitation_nm;
        if (readout.mode != Mode::absorbance)
            readout.emission_nm = std::isnan(scanned_nm) ? emission_nm : scanned_nm;
        return readout;
    }

    const Document& document_;
    const Table& table_;
    PlateFile file_;
    std::vector<Operation> operations_;
    std::string_view plate_format_;
    bool in_results_ = false;
    std::string_view operation_, plate_, barcode_;
    std::size_t operation_row_ = 0;
    double temperature_c_ = missing;
    std::map<std::string_view, std::size_t> headings_;  ///< "Cycle", "Plate", "Barcode" → row
    std::vector<Column> columns_;
    std::size_t first_value_ = 0;
    std::size_t axis_row_ = 0;
    bool times_ = false;
    bool wavelengths_ = false;
};

}  // namespace

Match sniff_nivo(const Document& document) {
    constexpr std::size_t sniffed_rows = 60;
    if (document.is_workbook())
        return Match::no;
    const Table& table = document.tables().front();
    bool results = false;
    for (std::size_t row = 0; row < std::min(table.rows(), sniffed_rows); ++row) {
        results |= table.cell(row, 0).ends_with(" RESULTS");
        if (results && is_operation(table.cell(row, 0)))
            return Match::certain;
    }
    return Match::no;
}

PlateFile read_nivo(const Document& document) {
    return NivoReader(document).read();
}

}  // namespace wellsieve::formats::plates
