#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/well.hpp"

namespace wellsieve::formats::plates {

inline constexpr double missing = std::numeric_limits<double>::quiet_NaN();
inline constexpr double minute_s = 60;
inline constexpr double hour_s = 3600;

enum class Mode : std::uint8_t { absorbance, fluorescence, luminescence, online, analyte };

std::string_view mode_name(Mode mode);
/// AU, RFU or RLU; empty for online sensors and analytes, whose files state their units.
std::string_view default_unit(Mode mode);

/// Why a value is not a plain number. A flagged measurement never carries a number: its value is NaN.
enum class Flag : std::uint8_t {
    none,
    not_measured,  ///< the cell is empty
    overflow,      ///< detector saturated, or above the reader's range
    underflow,     ///< below the reader's range
    masked,        ///< set aside by the person who ran the reader
    missed,        ///< the reader skipped the well
    error,         ///< the reader reports a failure for the well
    not_a_number,  ///< NaN, #N/A and their like
    interpolated,  ///< estimated, not read
};

std::string_view flag_name(Flag flag);

/// One measured quantity. Two readouts may share mode and wavelengths (one filter pair at several gains):
/// then their names differ.
struct Readout {
    std::string name;  ///< what the file calls it: a label, a protocol step, an analyte; may be empty
    Mode mode = Mode::absorbance;
    double wavelength_nm = missing;  ///< absorbance only
    double excitation_nm = missing;  ///< fluorescence only
    double emission_nm = missing;    ///< fluorescence; luminescence where a filter was used
    std::string unit;
    /// Not read off the culture but set, computed or put out by the instrument: a set point, a controller's
    /// output, a balance. Kept for traits, left out of the tidy table unless asked for.
    bool derived = false;
    /// Written only when it changes: a reading holds until the next.
    bool on_change = false;

    /// The same name, mode, wavelengths and unit.
    bool same_as(const Readout& other) const;
    /// The same quantity and optics; names and units may differ.
    bool same_optics(const Readout& other) const;
};

struct Measurement {
    double value = missing;
    double time_s = missing;  ///< since the start of the run; NaN for an endpoint
    double temperature_c = missing;
    std::uint32_t readout = 0;  ///< index into PlateFile::readouts
    std::uint32_t plate = 0;    ///< index into PlateFile::plates
    Well well;
    Flag flag = Flag::none;
    std::uint16_t cycle =
        0;  ///< from 1, where the file numbers its cycles; wells of one cycle have their own times
};

/// What the wells of a plate are. Vessels that stand alone are wells too: their names are the wells' samples.
enum class Vessels : std::uint8_t {
    wells,
    reactors,  ///< of one run; the tidy table calls each a plate and a well by its name
    samples,   ///< tubes that an analyser took; the tidy table calls each a well by its name
};

struct PlateInfo {
    std::string name;                 ///< as the file calls it; "1", "2", … where it does not
    std::optional<PlateShape> shape;  ///< where the file states it
    Vessels vessels = Vessels::wells;
};

/// An input row or cell that was not used.
struct Reject {
    std::string place;  ///< "line 12, column 3"
    std::string reason;
};

/// A row of an offline analyser's file, and what it says of the sample besides its name. Its measurements
/// stand together.
struct SampleRow {
    std::size_t first = 0;     ///< index of the first of them
    std::string place;         ///< "line 12"
    double taken_s = missing;  ///< date and time, as seconds of the calendar; NaN where the row has none
    std::string vessel = {};   ///< that the sample comes from; mostly empty
};

/// All that one export holds, in document order.
struct PlateFile {
    std::vector<PlateInfo> plates;
    std::vector<Readout> readouts;
    std::vector<Measurement> measurements;
    std::map<std::size_t, std::string> flag_texts;  ///< measurement index → the vendor's token ("OVRFLW")
    std::map<std::pair<std::uint32_t, Well>, std::string>
        samples;                         ///< plate and well → sample name in the file
    std::vector<SampleRow> sample_rows;  ///< of analysers: in the order of the measurements
    std::vector<Reject> rejects;
    /// Facts about the run that the file states and a person may ask for: instrument, serial number, start
    /// time …
    std::map<std::string, std::string> metadata;

    /// Adds a measurement like `like`, whose value its caller fills in.
    Measurement& add(const Measurement& like) {
        static_assert(sizeof(Measurement) == 40, "names every field");
        // Field by field: a copy would read at once what was just written in pieces, and wait for it.
        return measurements.emplace_back(Measurement{missing, like.time_s, like.temperature_c, like.readout,
                                                     like.plate, like.well, Flag::none, like.cycle});
    }
    /// Index of the plate with that name, added when new.
    std::uint32_t plate(std::string_view name);
    /// Index of a readout that is `same_as`, added when new.
    std::uint32_t readout(const Readout& readout);
    /// Always a new readout: for a file that reads the same quantity several times.
    std::uint32_t new_readout(Readout readout);
    /// The shape the file states for that plate, or the smallest standard plate that holds its wells.
    PlateShape shape(std::uint32_t plate) const;
};

/// 1, 2, … for each measurement: how many of the same plate, well, mode, wavelengths and time came up to it,
/// in document order. O(n log n).
std::vector<std::uint16_t> number_reads(const PlateFile& file);

}  // namespace wellsieve::formats::plates
