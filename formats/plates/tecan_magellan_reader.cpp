// Magellan: one line a well, one column a measurement (or a time, or a wavelength of it), and below the
// values the facts that the user chose to export.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/tecan_magellan_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

using tecan::first_number;
using tecan::Footer;
using tecan::Settings;

constexpr std::string_view well_header = "Well positions";
constexpr std::size_t header_rows = 12;  ///< the column names stand in one of the first lines

std::optional<std::size_t> column_named(const Table& table, std::size_t row, std::string_view name) {
    for (std::size_t c = 0; c < table.columns(row); ++c)
        if (equals_ignoring_case(table.cell(row, c), name))
            return c;
    return std::nullopt;
}

std::optional<std::size_t> find_header(const Table& table) {
    for (std::size_t row = 0; row < std::min(table.rows(), header_rows); ++row)
        if (column_named(table, row, well_header))
            return row;
    return std::nullopt;
}

bool has_footer(const Table& table) {
    for (std::size_t row = 0; row < table.rows(); ++row)
        for (std::size_t c = 0; c < std::min<std::size_t>(table.columns(row), 2); ++c)
            if (table.cell(row, c).starts_with("Date of measurement:"))
                return true;
    return false;
}

Match sniff_table(const Table& table) {
    if (find_header(table) || tecan::lists_cycles(table))
        return Match::certain;
    return has_footer(table) || table.name().starts_with("Magellan Sheet") ? Match::likely : Match::no;
}

Match sniff_magellan(const Document& document) {
    Match best = Match::no;
    for (const Table& table : document.tables())
        best = std::max(best, sniff_table(table));
    return best;
}

/// A column of values: one measurement, at one time or wavelength of it.
struct Column {
    std::size_t cell = 0;
    std::string label;
    double time_s = missing;
    double temperature_c = missing;
    double wavelength_nm = missing;
    std::uint32_t readout = 0;
};

class MagellanTable {
  public:
    MagellanTable(const Document& document, const Table& table, std::size_t header, PlateFile& file)
        : document_(document),
          table_(table),
          header_(header),
          wells_(*column_named(table, header, well_header)),
          plates_(column_named(table, header, "Plate")),
          file_(file) {}

    void read() {
        find_rows();
        footer_ = tecan::read_footer(table_, end_);
        find_columns();
        drop_times_of_endpoints();
        give_readouts();
        std::string plate = only_plate();
        for (std::size_t row = first_; row < end_; ++row) {
            const auto well = parse_well(table_.cell(row, wells_));
            if (!well)
                continue;
            if (plates_ && !table_.cell(row, *plates_).empty())
                plate = table_.cell(row, *plates_);
            read_row(row, *well, file_.plate(plate));
        }
        for (const auto& [key, value] : footer_.facts)
            note(file_, key.c_str(), value);
    }

  private:
    bool is_well(std::size_t row) const { return parse_well(table_.cell(row, wells_)).has_value(); }

    /// The lines of wells. What stands between two of them must be blank.
    void find_rows() {
        first_ = header_ + 1;
        while (first_ < table_.rows() && !is_well(first_))
            ++first_;
        end_ = first_;
        for (std::size_t row = first_; row < table_.rows(); ++row) {
            if (!is_well(row))
                continue;
            for (; end_ < row; ++end_)
                if (!table_.is_blank(end_))
                    document_.fail(table_, end_, wells_,
                                   fmt::format("'{}' is not a well", table_.cell(end_, wells_)));
            end_ = row + 1;
        }
        if (first_ == table_.rows())
            document_.fail(table_, header_, wells_, "no well stands below 'Well positions'");
    }

    /// Times ("600s"), temperatures ("24.8 °C") and wavelengths ("485nm") between the names and the wells.
    void read_axes(Column& column) const {
        for (std::size_t row = header_ + 1; row < first_; ++row) {
            const std::string_view cell = table_.cell(row, column.cell);
            const double number = first_number(cell);
            if (cell.ends_with("C"))
                column.temperature_c = number;
            else if (cell.ends_with("nm"))
                column.wavelength_nm = number;
            else if (cell.ends_with("s"))
                column.time_s = number;
            else if (const double bare = wavelength_in(cell); bare == number)
                column.wavelength_nm = number;
        }
    }

    /// Names of wells on another plate, of samples and the like are no values.
    bool is_annotation(std::size_t c, std::string_view name) const {
        if (c == wells_ || c == plates_)
            return true;
        if (contains_ignoring_case(name, "well"))
            return true;
        bool any_text = false;
        for (std::size_t row = first_; row < end_; ++row) {
            const std::string_view cell = table_.cell(row, c);
            if (cell.empty() || !is_well(row))
                continue;
            if (parse_value_any_mark(cell))
                return false;
            any_text = true;
        }
        return any_text;
    }

    void find_columns() {
        std::size_t width = 0;
        for (std::size_t row = header_; row < first_; ++row)
            width = std::max(width, table_.columns(row));
        std::string label;
        for (std::size_t c = 0; c < width; ++c) {
            const std::string_view name = table_.cell(header_, c);
            if (is_annotation(c, name)) {
                note_annotation(c, name);
                continue;
            }
            Column column{.cell = c, .label = name.empty() ? label : std::string(name)};
            read_axes(column);
            const bool has_axis = !std::isnan(column.time_s) || !std::isnan(column.wavelength_nm);
            if (name.empty() && !has_axis)
                continue;
            label = column.label;
            columns_.push_back(std::move(column));
        }
        if (columns_.empty())
            document_.fail(table_, header_, "no column of values stands beside 'Well positions'");
    }

    void note_annotation(std::size_t c, std::string_view name) {
        if (equals_ignoring_case(name, "Layout") || starts_with_ignoring_case(name, "Sample"))
            samples_ = samples_ ? samples_ : std::optional(c);
        else if (c != wells_ && c != plates_ && !name.empty())
            set_aside(c, fmt::format("the column '{}' holds no readings", name));
    }

    void set_aside(std::size_t c, std::string reason) {
        file_.rejects.push_back({table_.place(header_, c), std::move(reason)});
    }

    /// A measurement with one column at 0 s was read once.
    void drop_times_of_endpoints() {
        std::map<std::string, std::size_t> columns_of;
        for (const Column& column : columns_)
            ++columns_of[column.label];
        for (Column& column : columns_)
            if (columns_of[column.label] == 1 && column.time_s == 0)
                column.time_s = missing;
    }

    void give_readouts() {
        std::vector<std::string> labels;
        std::vector<Column> measured;
        for (Column& column : columns_) {
            auto found = std::find(labels.begin(), labels.end(), column.label);
            if (found == labels.end())
                found = labels.insert(labels.end(), column.label);
            const auto n = static_cast<std::size_t>(found - labels.begin());
            const auto settings = settings_for(footer_, column.label, n);
            if (!settings) {
                set_aside(column.cell, fmt::format("the column '{}' was calculated", column.label));
                continue;
            }
            column.readout = file_.readout(settings->readout(column.label, column.wavelength_nm));
            const auto temperature = footer_.temperature_c.find(column.label);
            if (std::isnan(column.temperature_c) && temperature != footer_.temperature_c.end())
                column.temperature_c = temperature->second;
            measured.push_back(std::move(column));
        }
        columns_ = std::move(measured);
    }

    /// What the plate is called where its column says nothing.
    std::string only_plate() const {
        for (std::size_t row = first_; row < end_ && plates_; ++row)
            if (is_well(row) && !table_.cell(row, *plates_).empty())
                return std::string(table_.cell(row, *plates_));
        return footer_.plate.empty() ? "1" : footer_.plate;
    }

    void read_row(std::size_t row, Well well, std::uint32_t plate) {
        if (samples_ && !table_.cell(row, *samples_).empty())
            file_.samples[{plate, well}] = table_.cell(row, *samples_);
        for (const Column& column : columns_)
            add_reading(document_, table_, row, column.cell,
                        {.time_s = column.time_s,
                         .temperature_c = column.temperature_c,
                         .readout = column.readout,
                         .plate = plate,
                         .well = well},
                        file_);
    }

    const Document& document_;
    const Table& table_;
    std::size_t header_;
    std::size_t wells_;                  ///< column
    std::optional<std::size_t> plates_;  ///< column
    std::optional<std::size_t> samples_;
    std::size_t first_ = 0;  ///< row of the first well
    std::size_t end_ = 0;    ///< behind the last
    std::vector<Column> columns_;
    Footer footer_;
    PlateFile& file_;
};

PlateFile read_magellan(const Document& document) {
    PlateFile file;
    expect_readings(document, file);
    for (const Table& table : document.tables()) {
        if (const auto header = find_header(table))
            MagellanTable(document, table, *header, file).read();
        else if (tecan::lists_cycles(table))
            tecan::read_cycles(document, table, file);
        else if (sniff_table(table) != Match::no)
            document.fail(
                table, 0,
                "no column 'Well positions', so no value can be given to a well; export it again with the "
                "well positions");
        else if (table.rows() > 0)
            file.rejects.push_back({table.place(0), "a sheet without 'Well positions' is not read"});
    }
    return file;
}

}  // namespace

Reader tecan_magellan_reader() {
    return {.name = "tecan_magellan",
            .vendor = "Tecan Magellan",
            .file_types = "xlsx asc csv",
            .looked_for = "a column 'Well positions'",
            .sniff = sniff_magellan,
            .read = read_magellan};
}

}  // namespace wellsieve::formats::plates
