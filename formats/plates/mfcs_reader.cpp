// Exports of Sartorius MFCS and programs like it: a row of tags, a row that tells a value from a set point, a
// row of units, then a row a time.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <set>

#include "formats/plates/plain_label_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/vessels_internal.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::size_t probe_rows = 20;
constexpr std::size_t header_rows = 4;

bool is_clock_tag(std::string_view tag) {
    constexpr std::array<std::string_view, 5> tags{"PDatTime", "DateTime", "Date Time", "Date/Time",
                                                   "Timestamp"};
    return std::any_of(tags.begin(), tags.end(), [&](auto t) { return equals_ignoring_case(tag, t); });
}

bool is_elapsed_tag(std::string_view tag) {
    constexpr std::array<std::string_view, 9> tags{"ProcessTime", "Process Time", "BatchTime",
                                                   "Batch Time",  "Age",          "InoculationTime",
                                                   "Time",        "Elapsed Time", "Duration"};
    return std::any_of(tags.begin(), tags.end(), [&](auto t) { return equals_ignoring_case(tag, t); });
}

/// "(hours)", "[°C]" → "hours", "°C".
std::string_view without_brackets(std::string_view unit) {
    if (unit.size() > 1 && (unit.front() == '(' || unit.front() == '['))
        unit = unit.substr(1, unit.size() - 2);
    return trim(unit);
}

bool is_unit_cell(std::string_view cell) {
    return cell.size() > 2 && (cell.front() == '(' || cell.front() == '[') &&
           (cell.back() == ')' || cell.back() == ']');
}

/// The rows above the readings.
struct TagHeader {
    std::size_t tags = 0;
    std::optional<std::size_t> kinds;  ///< "Value", "Setpoint"
    std::size_t units = 0;
    std::size_t clock_column = 0;
    std::optional<std::size_t> elapsed_column;
};

std::optional<TagHeader> find_header(const Table& table) {
    for (std::size_t row = 0; row < std::min(table.rows(), probe_rows); ++row) {
        if (!is_clock_tag(table.cell(row, 0)) && !is_elapsed_tag(table.cell(row, 0)))
            continue;
        TagHeader header;
        header.tags = row;
        for (std::size_t column = 0; column < table.columns(row); ++column)
            if (is_elapsed_tag(table.cell(row, column)) && !header.elapsed_column)
                header.elapsed_column = column;
        for (std::size_t below = row + 1; below < row + header_rows; ++below)
            for (std::size_t column = 0; column < table.columns(below); ++column) {
                if (equals_ignoring_case(table.cell(below, column), "Value"))
                    header.kinds = below;
                else if (is_unit_cell(table.cell(below, column)))
                    header.units = below;
            }
        if (header.units > header.tags)
            return header;
    }
    return std::nullopt;
}

/// "pH_2" → "pH" and "2"; a tag without a number belongs to the only vessel.
std::pair<std::string_view, std::string_view> split_tag(std::string_view tag) {
    const std::size_t cut = tag.find_last_of("_#");
    const bool numbered = cut != std::string_view::npos && cut > 0 && cut + 1 < tag.size() &&
                          tag.find_first_not_of("0123456789", cut + 1) == std::string_view::npos;
    return numbered ? std::pair(tag.substr(0, cut), tag.substr(cut + 1)) : std::pair(tag, std::string_view());
}

class MfcsReader {
  public:
    explicit MfcsReader(const Document& document)
        : document_(document),
          table_(document.tables().front()),
          stem_(std::filesystem::path(document.path()).stem()) {}

    PlateFile read() {
        const auto header = find_header(table_);
        if (!header)
            document_.fail("has no rows of tags and units above a time");
        header_ = *header;
        find_decimal_mark();
        find_signals();
        vessels_.place(document_, "1", Vessels::reactors, file_);
        for (std::size_t row = header_.units + 1; row < table_.rows(); ++row)
            if (!table_.is_blank(row))
                read_row(row);
        return std::move(file_);
    }

  private:
    struct Signal {
        std::size_t column = 0;
        std::string_view vessel;
        std::uint32_t readout = 0;
    };

    bool is_time(std::size_t column) const {
        return is_clock_tag(table_.cell(header_.tags, column)) ||
               is_elapsed_tag(table_.cell(header_.tags, column));
    }

    /// Where a comma is the decimal mark, points part thousands.
    void find_decimal_mark() {
        for (std::size_t row = header_.units + 1; row < table_.rows(); ++row)
            for (std::size_t column = 0; column < table_.columns(row); ++column)
                if (table_.cell(row, column).find(',') != std::string_view::npos) {
                    decimal_comma_ = true;
                    return;
                }
    }

    void find_signals() {
        bool numbered = true;
        std::size_t signals = 0;
        for (std::size_t column = 0; column < table_.columns(header_.tags); ++column)
            if (const auto tag = table_.cell(header_.tags, column); !tag.empty() && !is_time(column)) {
                numbered &= !split_tag(tag).second.empty();
                ++signals;
            }
        if (signals == 0)
            document_.fail(table_, header_.tags, "names no signal beside the time");
        for (std::size_t column = 0; column < table_.columns(header_.tags); ++column) {
            const std::string_view tag = table_.cell(header_.tags, column);
            if (tag.empty() || is_time(column))
                continue;
            const auto [name, number] = numbered ? split_tag(tag) : std::pair(tag, std::string_view(stem_));
            signals_.push_back({column, number, file_.readout(readout_of(column, name))});
            vessels_.add(number);
        }
    }

    Readout readout_of(std::size_t column, std::string_view name) const {
        const std::string_view kind =
            header_.kinds ? table_.cell(*header_.kinds, column) : std::string_view();
        const bool value = kind.empty() || equals_ignoring_case(kind, "Value");
        Readout readout;
        readout.name = value ? std::string(name) : fmt::format("{} {}", name, kind);
        readout.mode = Mode::online;
        readout.unit = without_brackets(table_.cell(header_.units, column));
        readout.derived = !value;
        return readout;
    }

    void read_row(std::size_t row) {
        Measurement at;
        at.time_s = time_of(row);
        for (const Signal& signal : signals_) {
            at.well = vessels_.well(signal.vessel);
            at.readout = signal.readout;
            add_value(row, signal.column, at);
        }
    }

    double time_of(std::size_t row) {
        const std::size_t column = header_.elapsed_column.value_or(header_.clock_column);
        const std::string_view cell = table_.cell(row, column);
        if (header_.elapsed_column) {
            const std::string unit =
                fmt::format("time {}", without_brackets(table_.cell(header_.units, column)));
            const auto stated = plain::parse_time_header(unit);
            if (const auto time =
                    plain::parse_written_time(without_thousands(cell), decimal_comma_ ? ',' : '.'))
                return time->number * time->seconds_per_unit.value_or(
                                          stated ? stated->seconds_per_unit.value_or(hour_s) : hour_s);
        } else if (const auto stamp = parse_timestamp(cell)) {
            start_s_ = std::isnan(start_s_) ? *stamp : start_s_;
            return *stamp - start_s_;
        }
        document_.fail(table_, row, column, fmt::format("'{}' is not a time", cell));
    }

    /// "1.234,5" → "1234,5", where a comma is the decimal mark.
    std::string without_thousands(std::string_view cell) const {
        std::string text(cell);
        if (decimal_comma_)
            std::erase(text, '.');
        return text;
    }

    void add_value(std::size_t row, std::size_t column, const Measurement& at) {
        const std::string_view cell = table_.cell(row, column);
        if (decimal_comma_ && cell.find('.') != std::string_view::npos)
            if (const auto number = parse_number(without_thousands(cell), ',')) {
                file_.measurements.push_back(at);
                file_.measurements.back().value = *number;
                return;
            }
        add_reading(document_, table_, row, column, at, file_);
    }

    const Document& document_;
    const Table& table_;
    std::string stem_;  ///< names the only vessel
    TagHeader header_;
    bool decimal_comma_ = false;
    double start_s_ = missing;
    std::vector<Signal> signals_;
    VesselSet vessels_;
    PlateFile file_;
};

}  // namespace

Match sniff_mfcs(const Document& document) {
    const Table& table = document.tables().front();
    const auto header = find_header(table);
    if (!header)
        return Match::no;
    return equals_ignoring_case(table.cell(header->tags, 0), "PDatTime") ? Match::certain : Match::likely;
}

PlateFile read_mfcs(const Document& document) {
    return MfcsReader(document).read();
}

}  // namespace wellsieve::formats::plates
