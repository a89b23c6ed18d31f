// EnzyScreen Growth Profiler: settings, then a row a time and a column a well, with the picture's name behind
// them.

#include <fmt/format.h>

#include <cmath>

#include "formats/plates/plain_label_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::string_view first_key = "File_Type";

class GrowthProfilerReader {
  public:
    explicit GrowthProfilerReader(const Document& document)
        : document_(document), table_(document.tables().front()) {}

    PlateFile read() {
        const std::size_t header = read_settings();
        file_.plate(plate_.empty() ? "1" : plate_);
        Readout readout;
        readout.name = quantity_.empty() ? "OD" : quantity_;
        readout.mode = Mode::online;
        readout_ = file_.readout(readout);
        for (std::size_t column = 1; column < table_.columns(header); ++column)
            if (const auto well = parse_well(table_.cell(header, column)))
                wells_.emplace_back(column, *well);
        for (std::size_t row = header + 1; row < table_.rows(); ++row)
            if (!table_.is_blank(row))
                read_row(row);
        set_shape(file_, every_plate, rows_, columns_);
        return std::move(file_);
    }

  private:
    /// Gives the row with "Time (min)" and the wells.
    std::size_t read_settings() {
        for (std::size_t row = 0; row < table_.rows(); ++row) {
            const std::string_view key = table_.cell(row, 0);
            const std::string_view value = table_.cell(row, 1);
            if (const auto time = plain::parse_time_header(key); time && parse_well(value)) {
                seconds_per_unit_ = time->seconds_per_unit.value_or(minute_s);
                return row;
            }
            if (key == first_key)
                quantity_ = value;
            else if (key == "MTP_Wells_X")
                columns_ = number_or_missing(value);
            else if (key == "MTP_Wells_Y")
                rows_ = number_or_missing(value);
            else if (key == "Plate-ID" || (key == "MTP" && plate_.empty()))
                plate_ = value.empty() ? plate_ : value;
            else if (key == "Timestamp")
                note(file_, "start time", value);
            else if (key == "MTP_Type")
                note(file_, "plate type", value);
            else if (key == "OD_Profile" || key == "Cal File Used")
                file_.metadata.emplace(key, value);
        }
        document_.fail("has no row of 'Time (min)' and wells above its readings");
    }

    void read_row(std::size_t row) {
        Measurement at;
        at.readout = readout_;
        at.time_s = number_or_missing(table_.cell(row, 0)) * seconds_per_unit_;
        if (std::isnan(at.time_s))
            document_.fail(table_, row, 0, fmt::format("'{}' is not a time", table_.cell(row, 0)));
        for (const auto& [column, well] : wells_) {
            at.well = well;
            add_reading(document_, table_, row, column, at, file_);
        }
    }

    const Document& document_;
    const Table& table_;
    std::string_view quantity_;
    std::string_view plate_;
    double rows_ = missing;
    double columns_ = missing;
    double seconds_per_unit_ = minute_s;
    std::uint32_t readout_ = 0;
    std::vector<std::pair<std::size_t, Well>> wells_;  ///< by column
    PlateFile file_;
};

}  // namespace

Match sniff_growth_profiler(const Document& document) {
    const Table& table = document.tables().front();
    constexpr std::size_t probe_rows = 30;
    bool settings = false;
    for (std::size_t row = 0; row < std::min(table.rows(), probe_rows); ++row)
        settings |= table.cell(row, 0) == "MTP_Wells_X" || table.cell(row, 0) == "GBlank";
    return settings && table.cell(0, 0) == first_key ? Match::certain : Match::no;
}

PlateFile read_growth_profiler(const Document& document) {
    return GrowthProfilerReader(document).read();
}

}  // namespace wellsieve::formats::plates
