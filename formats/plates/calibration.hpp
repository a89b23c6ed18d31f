#pragma once

#include <vector>

#include "formats/plates/document.hpp"

namespace wellsieve::formats::plates {

/// A dilution series: what the reader showed, less the blank, and what it should have shown.
struct Calibration {
    std::vector<double> measured;  ///< strictly ascending
    std::vector<double> truth;     ///< strictly ascending
};

/// Columns `measured` and `true` (or `actual`), two rows or more in any order. Throws FormatError: a column
/// or a number is missing, a measured value twice, a true value that falls while the measured one rises.
Calibration read_calibration(const Document& document);

}  // namespace wellsieve::formats::plates
