#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/plates/document.hpp"
#include "formats/plates/measurement.hpp"

namespace wellsieve::formats::plates::tecan {

/// The mode that a text names ("Fluorescence Top Reading", "Absorbanz"); nothing for "Kinetic" and the like.
std::optional<Mode> mode_named(std::string_view text);

/// "24.8 °C" → 24.8, "600s" → 600, "[485nm]" → 485; NaN for a text without a number.
double first_number(std::string_view text);

/// The first cell right of `column` that is not empty.
std::string_view right_of(const Table& table, std::size_t row, std::size_t column = 0);

/// One measurement of the protocol, as the file states it.
struct Settings {
    std::string label;
    Mode mode = Mode::absorbance;
    double wavelength_nm = missing;
    double excitation_nm = missing;
    double emission_nm = missing;
    bool scans_excitation = false;

    /// What a spectrum reads at one wavelength, or any other form when that is NaN.
    Readout readout(std::string_view name, double scanned_nm = missing) const;
};

/// Gives each measurement of a plate its readout. The same settings twice on one plate (several gains under
/// one name) are two readouts; on the next plate they are the same two again.
class ReadoutList {
  public:
    explicit ReadoutList(PlateFile& file) : file_(file) {}
    void start_plate() { used_.clear(); }
    std::uint32_t next(const Readout& readout);

  private:
    PlateFile& file_;
    std::map<std::string, std::vector<std::uint32_t>> known_;
    std::map<std::string, std::size_t> used_;
};

/// What a report that i-control, SparkControl or XFLUOR4 wrote consists of: a header of facts; for each
/// measurement its settings, led by a line "Mode"; and blocks of values, matched with the settings by their
/// title or else by order. One report stands on a sheet, or several below each other.
class ReportReader {
  public:
    ReportReader(const Document& document, const Table& table, ReadoutList& readouts, PlateFile& file)
        : document_(document), table_(table), readouts_(readouts), file_(file) {}
    void read();

  private:
    // tecan_report.cpp: the lines between the blocks
    void start_report(std::size_t row);
    void end_report(std::size_t row);
    void read_line(std::size_t row);
    void read_setting(std::string_view key, std::string_view value);
    void read_temperature(std::size_t row);
    void note_xfluor_header(std::string_view line);
    void note_fact(std::string_view key, std::string_view value);
    std::string_view title_above(std::size_t row) const;
    const Settings& settings_of_block(std::size_t row, std::string_view title);

    // tecan_blocks.cpp: the blocks; each returns the row behind it
    std::size_t read_block(std::size_t row);
    std::size_t read_across(std::size_t row);
    std::size_t read_down(std::size_t row);
    std::size_t read_grid(std::size_t row);
    std::size_t read_layout(std::size_t row);
    std::size_t read_list(std::size_t row);
    std::size_t read_well_block(std::size_t row);

    /// What stands beside the wells of a block, by the column or row of the values.
    struct Axis {
        std::vector<double> time_s, temperature_c, wavelength_nm;  ///< empty when the block has no such line
        std::vector<std::uint32_t> readouts;                       ///< one for all, or one each
    };
    void set_readouts(Axis& axis, std::size_t first_row, std::size_t cells);
    bool read_axis_line(std::size_t row, Axis& axis) const;
    void add_cell(std::size_t row, std::size_t column, Well well, const Axis& axis, std::size_t on_axis);
    void add_row_of_well(std::size_t row, Well well, const Axis& axis);
    void set_aside(std::size_t row, std::string reason);

    const Document& document_;
    const Table& table_;
    ReadoutList& readouts_;
    PlateFile& file_;
    std::string plate_name_;
    std::optional<std::uint32_t> plate_;  ///< once it has values
    std::string_view label_;              ///< of a line "Label: …", for the settings that follow
    std::vector<Settings> settings_;
    std::size_t next_settings_ = 0;  ///< the first that no block was matched with
    double temperature_c_ = missing;
    std::map<Well, std::string_view> samples_;
    std::optional<PlateShape> shape_;
    std::size_t reports_ = 0;
};

}  // namespace wellsieve::formats::plates::tecan
