// BioLector Pro: sections of "[key] value" lines, then "=====data=====" with a line a reading ("M"), a
// measurement of the reference ("R"), of the chamber ("P"), of a feed or base addition ("F"), or a comment
// ("C", "N").

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "formats/plates/biolector_internal.hpp"
#include "formats/plates/columns_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates::biolector {
namespace {

constexpr std::string_view data_mark = "=====data=====";

struct Channel {
    std::string name;
    std::string type;  ///< "Intensity", "pH", "DO"
};

/// Columns of the data.
struct DataColumns {
    std::size_t cycle, well, filter_set, time, amplitude, calibrated;
    std::optional<std::size_t> referenced, phase, temperature, reservoir;
};

class ProcessReader {
  public:
    explicit ProcessReader(const Document& document)
        : document_(document), table_(Table::from_text(document.text(), delimiter_of(document.text()))) {}

    PlateFile read() {
        const std::size_t header = read_header();
        name_channels();
        const DataColumns columns = columns_of(header);
        file_.plate("1");
        for (std::size_t row = header + 1; row < table_.rows(); ++row)
            if (!table_.is_blank(row) && !table_.cell(row, 0).starts_with('=') &&
                !table_.cell(row, 0).starts_with('['))
                read_row(row, columns, table_.columns(header));
        set_shape(file_, 0, rows_, columns_);
        for (const auto& [number, well] : wells_)
            if (const auto name = names_.find(number); name != names_.end())
                file_.samples.try_emplace(std::pair(0u, well), name->second);
        return std::move(file_);
    }

  private:
    static char delimiter_of(std::string_view text) {
        const std::size_t data = text.find(data_mark);
        const std::size_t type = data == std::string_view::npos ? data : text.find("Type", data);
        return type == std::string_view::npos ? ';' : delimiter_after(text, type + 4);
    }

    /// Gives the row that names the columns of the data.
    std::size_t read_header() {
        for (std::size_t row = 0; row < table_.rows(); ++row) {
            const std::string_view line = table_.cell(row, 0);
            if (line.starts_with(data_mark)) {
                while (++row < table_.rows() && table_.is_blank(row)) {
                }
                return row;
            }
            const std::size_t close = line.find(']');
            if (line.starts_with('[') && close != std::string_view::npos)
                read_entry(row, line.substr(1, close - 1), trim(line.substr(close + 1)));
        }
        document_.fail(fmt::format("has no section '{}'", data_mark));
    }

    void read_entry(std::size_t row, std::string_view key, std::string_view value) {
        const std::size_t cut = key.find('_');
        const std::string_view number = key.substr(0, cut);
        const std::string_view field =
            cut == std::string_view::npos ? std::string_view() : key.substr(cut + 1);
        if (number.size() == 3 && field == "well")
            place_fermentation(row, cycle_number(number), value);
        else if (number.size() == 3 && (field == "description" || field == "content") && !value.empty())
            names_[cycle_number(number)] = value;  // the description stands below the content
        else if (number.size() == 2 && field == "name")
            channels_[std::string(number)].name = value;
        else if (number.size() == 2 && field == "filter_type")
            channels_[std::string(number)].type = value;
        else
            read_fact(key, value);
    }

    void place_fermentation(std::size_t row, std::uint16_t number, std::string_view name) {
        const auto well = parse_well(name);
        if (!well)
            document_.fail(table_, row, fmt::format("'{}' is not a well", name));
        wells_[number] = *well;
    }

    void read_fact(std::string_view key, std::string_view value) {
        static const std::map<std::string_view, const char*> facts{
            {"name", "protocol"},
            {"user", "user"},
            {"mtp", "plate type"},
            {"mtp-lot", "plate lot"},
            {"hardware_id", "serial number"},
            {"start_date_time", "start time"},
            {"temperature", "set temperature [°C]"},
            {"humidity", "set humidity [%]"},
            {"frequency", "set shaker frequency [rpm]"},
            {"cycle-time", "set cycle time [s]"}};
        if (const auto fact = facts.find(key); fact != facts.end())
            note(file_, fact->second, value);
        else if (key == "mtp-rows")
            rows_ = number_or_missing(value);
        else if (key == "mtp-columns")
            columns_ = number_or_missing(value);
    }

    /// Two channels of one name, such as a dye at two gains, are told apart by their numbers.
    void name_channels() {
        std::map<std::string, int> uses;
        for (const auto& [number, channel] : channels_)
            ++uses[channel.name];
        for (auto& [number, channel] : channels_)
            if (uses[channel.name] > 1)
                channel.name += " " + number;
    }

    DataColumns columns_of(std::size_t header) const {
        const auto require = [&](std::string_view name) {
            const auto column = column_named(table_, header, {name});
            if (!column)
                document_.fail(table_, header, fmt::format("there is no column '{}'", name));
            return *column;
        };
        return {require("Cycle"),
                require("Well"),
                require("Filterset"),
                require("Time"),
                require("Amp_1"),
                require("Cal"),
                column_named(table_, header, {"AmpRef_1"}),
                column_named(table_, header, {"Phase"}),
                column_named(table_, header, {"Temp_up", "T_UC_HumSensor_analog", "T_UC_PT100"}),
                column_named(table_, header, {"Reservoir"})};
    }

    void read_row(std::size_t row, const DataColumns& columns, std::size_t width) {
        constexpr std::size_t spare = 1;  // some lines end in a delimiter more
        const std::string_view type = table_.cell(row, 0);
        std::size_t filled = table_.columns(row);
        while (filled > 0 && table_.cell(row, filled - 1).empty())
            --filled;
        if (filled > width + spare)
            file_.rejects.push_back(
                {table_.place(row), "the line is damaged: it has more cells than the header"});
        else if (type == "M")
            read_reading(row, columns);
        else if (type == "F")
            read_addition(row, columns);
        else if (type != "C" && type != "N" && type != "P" && type != "R")
            file_.rejects.push_back({table_.place(row), fmt::format("a line '{}' is no reading", type)});
    }

    /// Well, cycle, time and temperature of a line; nothing for a line that stands in the file before.
    std::optional<Measurement> place_of(std::size_t row, const DataColumns& columns) {
        const std::string_view number = table_.cell(row, columns.well);
        const auto well = wells_.find(cycle_number(number));
        if (well == wells_.end())
            document_.fail(table_, row, columns.well,
                           fmt::format("the header knows no fermentation '{}'", number));
        Measurement at;
        at.well = well->second;
        at.cycle = cycle_number(table_.cell(row, columns.cycle));
        at.time_s = number_at(document_, table_, row, columns.time, "a time in seconds");
        at.temperature_c =
            columns.temperature ? number_or_missing(table_.cell(row, *columns.temperature)) : missing;
        const std::string_view kind =
            table_.cell(row, 0) == "M" ? table_.cell(row, columns.filter_set) : table_.cell(row, 0);
        if (seen_.emplace(at.well, kind, at.cycle, at.time_s).second)
            return at;
        file_.rejects.push_back({table_.place(row), "the line stands in the file before"});
        return std::nullopt;
    }

    void read_reading(std::size_t row, const DataColumns& columns) {
        const std::string_view number = table_.cell(row, columns.filter_set);
        const auto channel = channels_.find(std::string(number));
        if (channel == channels_.end())
            document_.fail(table_, row, columns.filter_set,
                           fmt::format("the header knows no channel '{}'", number));
        auto at = place_of(row, columns);
        if (!at)
            return;
        const auto add = [&](std::size_t column, std::string_view what, std::string_view unit, bool derived) {
            at->readout = readout(channel->second.name, what, unit, derived);
            add_value(document_, table_, row, column, *at, file_);
        };
        add(columns.amplitude, "amplitude", "a.u.", false);
        add(columns.calibrated, "calibrated", "", false);
        const bool optode = channel->second.type != "Intensity";
        if (optode && columns.phase)
            add(*columns.phase, "phase", "°", true);
        if (!optode && columns.referenced)
            add(*columns.referenced, "referenced", "a.u.", true);
    }

    /// Behind the reservoir stand what was added and what is in the well since.
    void read_addition(std::size_t row, const DataColumns& columns) {
        if (!columns.reservoir)
            return;
        auto at = place_of(row, columns);
        if (!at)
            return;
        at->readout = readout("Addition", "", "µL", true);
        add_value(document_, table_, row, *columns.reservoir + 1, *at, file_);
        at->readout = readout("Volume", "", "µL", true);
        add_value(document_, table_, row, *columns.reservoir + 2, *at, file_);
    }

    std::uint32_t readout(std::string_view name, std::string_view what, std::string_view unit, bool derived) {
        Readout readout;
        readout.name = what.empty() ? std::string(name) : fmt::format("{} {}", name, what);
        readout.mode = Mode::online;
        readout.unit = unit;
        readout.derived = derived;
        return file_.readout(readout);
    }

    const Document& document_;
    Table table_;
    double rows_ = missing;
    double columns_ = missing;
    std::map<std::string, Channel> channels_;  ///< by number
    std::map<std::uint16_t, Well> wells_;      ///< by number of the fermentation
    std::map<std::uint16_t, std::string> names_;
    std::set<std::tuple<Well, std::string_view, std::uint16_t, double>> seen_;
    PlateFile file_;
};

}  // namespace

bool is_process(const Document& document) {
    const std::string_view text = document.text();
    const std::size_t first = text.find_first_not_of(" \r\n");
    return first != std::string_view::npos && text.substr(first).starts_with("=====") &&
           text.find(data_mark) != std::string_view::npos;
}

PlateFile read_process(const Document& document) {
    return ProcessReader(document).read();
}

}  // namespace wellsieve::formats::plates::biolector
