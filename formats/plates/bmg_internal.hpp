#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/document.hpp"
#include "formats/plates/measurement.hpp"

namespace wellsieve::formats::plates::bmg {

/// What a spectral scan varies.
enum class Scan { none, absorbance, excitation, emission };

/// A heading of values: "Raw Data (485-12/520-30 1)", "4. Raw Data (450)", "Blank corrected based on …".
struct Title {
    bool raw = false;  ///< read by the instrument; everything else MARS calculated, or the user typed in
    Scan scan = Scan::none;
    Readout readout;
};

Title parse_title(std::string_view text, Mode mode);

/// The mode that a header line names ("Fluorescence (FI)", "Luminescence (dual emission)").
std::optional<Mode> mode_named(std::string_view line);

/// "0 h 15 min", "38 s", "0 min  - Inj. only", or a bare number in `unit_s` → seconds.
std::optional<double> parse_time(std::string_view text, double unit_s);

/// The seconds of "Time [min]"; NaN for a bare "Time".
double unit_of(std::string_view axis_label);

/// "A01", and "e01" for row 31 of a 1536-well plate.
std::optional<Well> parse_bmg_well(std::string_view text);

/// "Well Row", the first of two columns that name a well; some programs break the line within.
bool is_well_row(std::string_view heading);

/// The heading of a column of one time: "Raw Data (600)\n2 - 0 h 10 min".
struct TimedHeading {
    std::string_view title;  ///< "Raw Data (600)"
    std::optional<double> time_s;
};
TimedHeading parse_heading(std::string_view text);

/// One run of the instrument: a header ("User: …", "Test name: …", "ID1: …") and the values under it, in a
/// text file or on a sheet.
struct Run {
    const Table* table = nullptr;
    std::size_t first_row = 0;
    std::size_t end_row = 0;
    std::vector<std::pair<std::string_view, std::string_view>> facts;  ///< "Test ID" → "288"
    Mode mode = Mode::absorbance;
    bool has_wells = false;  ///< values as a table of wells rather than as plates
    bool has_raw = false;    ///< … with raw values in it

    std::string_view fact(std::string_view key) const;
    /// The same for every sheet that shows the same run.
    std::string key() const;
};

/// Reads the raw values of one run; calculated ones become rejects, each title once.
class RunReader {
  public:
    RunReader(const Document& document, const Run& run, std::uint32_t plate, PlateFile& file)
        : document_(document), table_(*run.table), run_(run), plate_(plate), file_(file) {}
    void read();

  private:
    struct Column {
        std::size_t cell = 0;
        std::uint32_t readout = 0;
        double time_s = missing;
    };
    struct Axis {
        double unit_s = missing;
        bool times = false;
        bool wavelengths = false;
    };

    std::size_t read_grid(std::size_t header_row);
    std::size_t read_wells_down(std::size_t header_row);
    std::size_t read_wells_across(std::size_t header_row);
    void read_across_row(std::size_t row, std::size_t first_well, const std::vector<Well>& wells,
                         const Axis& axis);
    std::size_t first_value_column(std::size_t header_row) const;
    std::vector<Column> columns_of(std::size_t header_row, std::size_t axis_row, const Axis& axis);
    std::optional<Well> well_of(std::size_t row, bool split) const;
    std::uint32_t readout_of(const Title& title, double wavelength_nm);
    double axis_number(std::size_t row, std::size_t column, const Axis& axis) const;
    Axis parse_axis(std::string_view label) const;
    void set_aside(std::size_t row, std::string_view title);

    const Document& document_;
    const Table& table_;
    const Run& run_;
    std::uint32_t plate_;
    PlateFile& file_;
    std::string_view title_;  ///< the last heading above
    double cycle_time_s_ = missing;
    std::set<std::string, std::less<>> set_aside_;
};

}  // namespace wellsieve::formats::plates::bmg
