#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/plates/measurement.hpp"

// What people write above, beside and in the headers of their tables, and what it means.
namespace wellsieve::formats::plates::plain {

/// The readout that a label names. Absorbance: "OD600", "OD", "A450", "Abs 600 nm", "absorbance".
/// Fluorescence: "485/520", "485/20,528/20", "Ex 485 Em 520", "fluorescence", "RFU". Luminescence:
/// "luminescence", "RLU". Nothing for other text: a plain table whose label says none of this holds an
/// analyte of that name, for no mode may be assumed.
std::optional<Readout> optical_readout(std::string_view label);

/// `optical_readout`, or an analyte with that name; "value" when the label is empty. A unit in brackets is
/// the unit.
Readout readout_from_label(std::string_view label);

/// A time as written: its unit may stand elsewhere, or nowhere.
struct WrittenTime {
    double number = missing;
    std::optional<double> seconds_per_unit;
};

/// "0:15:00", "0.5 h", "30min"; a bare number, whose unit is then open.
std::optional<WrittenTime> parse_written_time(std::string_view text, char decimal_mark);

/// Whether a header stands over times, "Time", "time_h", "Time [s]", "hours", "Elapsed time (min)", and the
/// seconds in its unit where it states one.
struct TimeHeader {
    std::optional<double> seconds_per_unit;
};
std::optional<TimeHeader> parse_time_header(std::string_view text);

/// Seconds in the unit of times that state none: hours when the median step is below 2, minutes when it is
/// below 60, else seconds. That fits runs which read a plate every minute to every two hours.
double likely_seconds_per_unit(std::vector<double> times);
/// What `PlateFile::metadata` then says under "time unit".
std::string assumed_unit_note(double seconds_per_unit);

bool is_temperature_header(std::string_view text);
/// "37.0", "37,0 °C"; NaN for other text, for no reading depends on it.
double parse_temperature(std::string_view text, char decimal_mark);

/// What one line above a table says.
struct Label {
    std::string plate;  ///< "Plate 7", "Plate: P7", "Barcode P7"
    std::optional<WrittenTime> time;
    double temperature_c = missing;
    std::string title;                         ///< of a line that is one cell: what is left of it
    std::pair<std::string, std::string> fact;  ///< of a line of several: its first cell, and the others
};

/// Of the cells of one line that are not empty.
Label parse_label(const std::vector<std::string_view>& cells, char decimal_mark);

/// What holds for the tables of a file or sheet until a line above one says otherwise.
struct Heading {
    std::string plate;
    Readout readout = readout_from_label("");
    std::optional<WrittenTime> time;
    double temperature_c = missing;
    bool titled = false;  ///< by a line above the next table

    /// Of several titles the nearest one counts; one with optics before one without.
    void take(const Label& label, PlateFile& file);
    /// The name of a sheet, where there are several: a time, a readout with optics, else a plate.
    void take_sheet_name(std::string_view name, char decimal_mark, PlateFile& file);

    std::string_view plate_name() const { return plate.empty() ? std::string_view("1") : plate; }
};

}  // namespace wellsieve::formats::plates::plain
