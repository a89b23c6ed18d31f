#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/document.hpp"
#include "formats/plates/measurement.hpp"

namespace wellsieve::formats::plates::envision {

/// "Plate information": one plate, and the label (or the formula) of the matrix that belongs to it.
struct PlateInformation {
    std::size_t row = 0;
    std::vector<std::pair<std::string_view, std::string_view>> facts;

    std::string_view fact(std::string_view key) const;
};

/// What the file says outside its matrices. Labels, filters and the plate type stand at its end.
struct Settings {
    /// Label → its settings ("Exc. filter" → "UV2 (TRF) 320").
    std::map<std::string, std::map<std::string_view, std::string_view>, std::less<>> labels;
    std::map<std::string_view, double> filters;                         ///< name → centre wavelength, nm
    std::map<std::pair<std::string, int>, std::string_view> detectors;  ///< label and channel → MeasInfo
    std::map<std::string_view, std::string_view> facts;  ///< of plate type, assay and instrument
    std::vector<PlateInformation> plates;
    std::vector<bool> holds_data;      ///< by row: may be part of a matrix
    bool information_follows = false;  ///< "Place plate information at: End of plate"

    std::string_view fact(std::string_view key) const;
};

Settings read_settings(const Table& table);

/// "AC HTRF Laser [Eu](1)" → "AC HTRF Laser [Eu]".
std::string_view without_count(std::string_view label);

/// The readout of a label's channel (1, 2; 0 where there is one detector only).
Readout readout_of(const Settings& settings, std::string_view label, int channel, std::string_view measinfo);

}  // namespace wellsieve::formats::plates::envision
