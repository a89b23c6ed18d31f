// BioLector I and II: a header of facts and filter sets, then a line a reading. Lines "K" are comments, lines
// "R" the backscatter of the reference that the amplitudes of the next cycle are held against.

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "formats/plates/biolector_internal.hpp"
#include "formats/plates/columns_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates::biolector {
namespace {

constexpr std::string_view first_column = "READING";
constexpr std::string_view second_column = "WELLNUM";

/// The text cut at the delimiter that follows "READING", whatever the lines above it look like.
Table cut(std::string_view text) {
    const std::size_t at = find_line(text, first_column);
    const char delimiter =
        at == std::string_view::npos ? ';' : delimiter_after(text, at + first_column.size());
    return Table::from_text(text, delimiter);
}

struct FilterSet {
    std::string name;
    double reference = missing;  ///< amplitude of the reference at the factory
    double last_reference = missing;
    std::uint32_t amplitude = 0;
};

/// Columns of a reading.
struct ReadingColumns {
    std::size_t well;
    std::size_t filter_set;
    std::size_t time;
    std::size_t amplitude;
    std::optional<std::size_t> phase;
    std::optional<std::size_t> temperature;
    std::optional<std::size_t> content;
    std::optional<std::size_t> description;
};

class ReadingsReader {
  public:
    explicit ReadingsReader(const Document& document) : document_(document), table_(cut(document.text())) {}

    PlateFile read() {
        const std::size_t header = read_header();
        const ReadingColumns columns = columns_of(header);
        file_.plate("1");
        for (std::size_t row = header + 1; row < table_.rows(); ++row)
            if (!table_.is_blank(row))
                read_row(row, columns);
        set_shape(file_, 0, rows_, columns_);
        return std::move(file_);
    }

  private:
    /// The facts and filter sets; gives the row that names the columns of the readings.
    std::size_t read_header() {
        for (std::size_t row = 0; row < table_.rows(); ++row) {
            const std::string_view key = table_.cell(row, 0);
            if (key == first_column)
                return row;
            if (key == "MTP ROWS")
                rows_ = number_or_missing(table_.cell(row, 1));
            else if (key == "MTP COLUMNS")
                columns_ = number_or_missing(table_.cell(row, 1));
            else if (key == "FILTERSET")
                filter_header_ = row;
            else if (filter_header_ != 0)
                read_filter_line(row);
            else
                read_fact(row);
        }
        document_.fail("has no line 'READING;WELLNUM;…' above its readings");
    }

    void read_fact(std::size_t row) {
        const std::string_view key = table_.cell(row, 0);
        const std::string_view value = table_.cell(row, 1);
        if (key == "PROTOCOL")
            note(file_, "protocol", value);
        else if (key == "FILE_VERSION")
            note(file_, "file version", value);
        else if (key == "DEVICE")
            note(file_, "serial number", value);
        else if (key == "USER")
            note(file_, "user", value);
        else if (key == "PLATETYPE")
            note(file_, "plate type", value);
        else if (key == "DATE START")
            note(file_, "start time", fmt::format("{} {}", value, table_.cell(row, 2)));
    }

    /// " 1;Biomass;620;620;…"; the process parameters stand to its right and below.
    void read_filter_line(std::size_t row) {
        if (const auto parameter = column_named(table_, filter_header_, {"PROCESS PARAMETER"}))
            if (const std::string_view name = table_.cell(row, *parameter); !name.empty())
                file_.metadata.emplace(name, table_.cell(row, *parameter + 1));
        const std::string_view number = table_.cell(row, 0);
        if (number.empty())
            return;
        FilterSet& set = filter_sets_[std::string(number)];
        const auto cell = [&](std::string_view name) {
            const auto column = column_named(table_, filter_header_, {name});
            return column ? table_.cell(row, *column) : std::string_view();
        };
        set.name = cell("FILTERNAME");
        for (const auto& [other_number, other] : filter_sets_)
            if (&other != &set && other.name == set.name)
                set.name = fmt::format("{} {}", cell("FILTERNAME"), number);
        set.reference = number_or_missing(cell("REFERENCE VALUE"));
        set.amplitude = file_.readout(readout_of(set.name, "amplitude", "a.u.", false));
    }

    static Readout readout_of(std::string_view name, std::string_view what, std::string_view unit,
                              bool derived) {
        Readout readout;
        readout.name = fmt::format("{} {}", name, what);
        readout.mode = Mode::online;
        readout.unit = unit;
        readout.derived = derived;
        return readout;
    }

    ReadingColumns columns_of(std::size_t header) const {
        const auto require = [&](std::initializer_list<std::string_view> names) {
            const auto column = column_named(table_, header, names);
            if (!column)
                document_.fail(table_, header, fmt::format("there is no column '{}'", *names.begin()));
            return *column;
        };
        return {require({second_column}),
                require({"FILTERSET"}),
                require({"TIME [h]"}),
                require({"AMPLITUDE"}),
                column_named(table_, header, {"PHASE"}),
                column_named(table_, header, {"ACT TEMP [°C]", "TEMP CHAMBER"}),
                column_named(table_, header, {"CONTENT"}),
                column_named(table_, header, {"DESCRIPTION"})};
    }

    void read_row(std::size_t row, const ReadingColumns& columns) {
        const std::string_view reading = table_.cell(row, 0);
        if (reading == "R")
            read_reference(row, columns);
        else if (reading.starts_with('C') && cycle_number(reading.substr(1)) != 0)
            read_reading(row, columns, cycle_number(reading.substr(1)));
        else if (reading != "K")
            file_.rejects.push_back({table_.place(row), fmt::format("a line '{}' is no reading", reading)});
    }

    FilterSet& filter_set(std::size_t row, const ReadingColumns& columns) {
        const auto found = filter_sets_.find(std::string(table_.cell(row, columns.filter_set)));
        if (found == filter_sets_.end())
            document_.fail(
                table_, row, columns.filter_set,
                fmt::format("the header knows no filter set '{}'", table_.cell(row, columns.filter_set)));
        return found->second;
    }

    void read_reference(std::size_t row, const ReadingColumns& columns) {
        filter_set(row, columns).last_reference = number_or_missing(table_.cell(row, columns.amplitude));
    }

    void read_reading(std::size_t row, const ReadingColumns& columns, std::uint16_t cycle) {
        const std::string_view name = table_.cell(row, columns.well);
        const auto well = parse_well(name);
        if (!well)
            document_.fail(table_, row, columns.well, fmt::format("'{}' is not a well", name));
        FilterSet& set = filter_set(row, columns);
        Measurement at;
        at.well = *well;
        at.cycle = cycle;
        at.time_s = number_at(document_, table_, row, columns.time, "a time in hours") * hour_s;
        at.temperature_c =
            columns.temperature ? number_or_missing(table_.cell(row, *columns.temperature)) : missing;
        at.readout = set.amplitude;
        add_value(document_, table_, row, columns.amplitude, at, file_);
        add_referenced(at, set);
        // A filter set without an optode writes the phase 0.
        const std::string_view phase = columns.phase ? table_.cell(row, *columns.phase) : std::string_view();
        if (!phase.empty() && number_or_missing(phase) != 0) {
            at.readout = file_.readout(readout_of(set.name, "phase", "°", true));
            add_value(document_, table_, row, *columns.phase, at, file_);
        }
        name_sample(row, columns, *well);
    }

    /// The amplitude × reference at the factory ÷ reference of the cycle: free of the lamp's drift.
    void add_referenced(Measurement at, const FilterSet& set) {
        const double amplitude = file_.measurements.back().value;
        if (std::isnan(amplitude) || std::isnan(set.reference) || !(set.last_reference > 0))
            return;
        at.readout = file_.readout(readout_of(set.name, "referenced", "a.u.", true));
        at.value = set.reference / set.last_reference * amplitude;
        file_.measurements.push_back(at);
    }

    void name_sample(std::size_t row, const ReadingColumns& columns, Well well) {
        for (const auto& column : {columns.description, columns.content})
            if (column && !table_.cell(row, *column).empty()) {
                file_.samples.try_emplace(std::pair(0u, well), table_.cell(row, *column));
                return;
            }
    }

    const Document& document_;
    Table table_;
    double rows_ = missing;
    double columns_ = missing;
    std::size_t filter_header_ = 0;
    std::map<std::string, FilterSet> filter_sets_;  ///< by number
    PlateFile file_;
};

}  // namespace

bool is_readings(const Document& document) {
    const std::string_view text = document.text();
    const std::size_t at = find_line(text, first_column);
    return starts_with_ignoring_case(text, "FILENAME") && at != std::string_view::npos &&
           text.substr(at, first_column.size() + second_column.size() + 3).find(second_column) !=
               std::string_view::npos;
}

PlateFile read_readings(const Document& document) {
    if (!is_readings(document))
        document.fail("is no export of a BioLector");
    return ReadingsReader(document).read();
}

}  // namespace wellsieve::formats::plates::biolector
