#pragma once

#include <string>

#include "formats/plates/measurement.hpp"

namespace wellsieve::formats::plates {

/// The measurements as tab-separated text, one row a value, in document order: plate, well, mode,
/// wavelength_nm, excitation_nm, emission_nm, time_s, read, value, unit, flag, temperature_C, sample, kind.
/// Numbers have the shortest digits that read back as the same double; what is missing is empty. `mode` is
/// the quantity's name for online sensors and analytes, `read` the cycle where the file numbers them, else
/// which of several readings at the same time. Reactors and samples stand under their names. Derived readouts
/// only `with_derived`, as kind "calc:…".
std::string to_tidy(const PlateFile& file, bool with_derived = false);

}  // namespace wellsieve::formats::plates
