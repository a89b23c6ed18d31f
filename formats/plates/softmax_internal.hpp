#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/document.hpp"
#include "formats/plates/measurement.hpp"

namespace wellsieve::formats::plates {

enum class SoftmaxRead { endpoint, kinetic, spectrum, well_scan };

/// What the "Plate:" line of a SoftMax Pro export says.
struct SoftmaxPlate {
    std::string name;
    bool wells_across = false;  ///< TimeFormat: a column a well; otherwise plate-shaped
    SoftmaxRead read = SoftmaxRead::endpoint;
    Mode mode = Mode::absorbance;
    bool reduced = false;                ///< only calculated values stand under it
    std::size_t points = 1;              ///< times, wavelengths or places in a well that were planned
    std::vector<double> wavelengths_nm;  ///< absorbance; of the emission for the other modes
    std::vector<double> excitations_nm;
    PlateShape shape;
    Well first;       ///< of the region that was read
    Well last;        ///< its opposite corner
    std::size_t row;  ///< of the line in the table
};

/// Throws FormatError where the line lacks what the tables under it cannot be read without.
SoftmaxPlate read_softmax_plate_line(const Document& document, const Table& table, std::size_t row);

/// One readout a wavelength, with names where optics repeat; the scanned wavelength of a spectrum is left
/// open.
std::vector<Readout> softmax_readouts(const SoftmaxPlate& plate);

/// Whether a spectrum scans the emission, the excitation being fixed.
bool scans_emission(const SoftmaxPlate& plate);

}  // namespace wellsieve::formats::plates
