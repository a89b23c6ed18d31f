#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "formats/plates/layout.hpp"
#include "formats/plates/measurement.hpp"

namespace wellsieve::pipeline {

/// The flag of a cell in a readout's matrix that the file does not have at all; never leaves the program.
inline constexpr formats::plates::Flag absent{255};

/// The flag of a trait that a well's growth curve does not support; results give the reason in its place.
inline constexpr formats::plates::Flag unsupported{254};

/// Where a store has the cells of a readout, and how many there are.
struct StoredCells {
    std::array<std::uint64_t, 4> begin{};  ///< of times, temperatures, values and flags
    std::size_t times = 0;
    std::size_t cells = 0;
    std::size_t readings = 0;
};

/// One readout of one plate as a dense matrix.
struct ReadoutSeries {
    formats::plates::Readout readout;
    std::uint16_t read = 1;             ///< 1, 2, … where the file holds the same quantity several times
    std::string source;                 ///< the file that it comes from
    bool on_shared_clock = false;       ///< other runs of the plate may precede and follow it
    bool of_samples = false;            ///< taken by hand, each well at times of its own
    std::vector<double> times_s;        ///< ascending; one NaN for an endpoint
    std::vector<double> temperature_c;  ///< [time], NaN where the file has none
    std::vector<double> values;         ///< [time][well], wells row-major; NaN where flagged
    std::vector<formats::plates::Flag> flags;  ///< [time][well]
    std::optional<StoredCells> stored;         ///< where times and cells are while they are not here

    /// How many cells the file has.
    std::size_t readings() const {
        return stored
                   ? stored->readings
                   : flags.size() - static_cast<std::size_t>(std::count(flags.begin(), flags.end(), absent));
    }
};

/// What is in a well, with the strain table's knowledge joined in.
struct WellAnnotation {
    std::string strain;
    formats::plates::Role role = formats::plates::Role::empty;
    std::string replicate;
    std::string condition;
    std::string medium;
    std::string mask_reason;  ///< why the well is set aside; empty: it is not
    bool in_layout = false;   ///< a layout names the well
    std::map<std::string, std::string> other;
};

struct PlateData {
    std::string name;          ///< unique in the screen
    std::string layout_plate;  ///< what the layout and the masks call it
    std::string layout_path;   ///< the layout that has it; empty: none
    std::string replicate;
    std::string batch;
    formats::plates::PlateShape shape;
    std::vector<WellAnnotation> wells;  ///< row-major
    std::vector<std::string>
        vessels;                 ///< their names in the file, by well; empty where wells are no reactors
    std::vector<bool> measured;  ///< [well] whether some file has a reading of it
    std::vector<ReadoutSeries> series;
};

/// An input, or a part of one, that was not used, and why.
struct ScreenReject {
    std::string kind;  ///< file, cell, well, mask, layout, sample, trait, reads, sequence
    std::string input;
    std::string place;
    std::string reason;

    auto operator<=>(const ScreenReject&) const = default;
};

/// What became of one input file. `cells` are the values that the reader found in it.
struct InputFile {
    std::string path;
    std::uint64_t bytes = 0;
    std::string sha256;
    std::string kind;
    std::string reader;
    std::uint64_t cells_in = 0;
    std::uint64_t cells_used = 0;
    std::uint64_t cells_rejected = 0;
};

/// A quality metric of a plate, or of the whole screen (`plate` empty).
struct QcMetric {
    std::string plate;
    std::string subject;  ///< the trait, or the sample
    std::string metric;
    double value;
};

/// What travels through the flow: one file's plates.
struct PlateBatch {
    InputFile input;
    std::vector<PlateData> plates;
    std::vector<ScreenReject> rejects;
    std::vector<std::string> set_aside = {};  ///< names of plates among the rejects, in files and layouts
};

}  // namespace wellsieve::pipeline
