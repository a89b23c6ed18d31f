#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "formats/plates/reader.hpp"

namespace wellsieve::tests {

/// Reads a sample that a test holds as text (or as the bytes of a workbook).
inline formats::plates::PlateFile read_sample(std::string bytes, std::string_view reader = "auto") {
    return formats::plates::read_plate_file(formats::plates::Document("sample", std::move(bytes)), reader);
}

/// The measurements of one well, in document order: "0.1 0.2 overflow".
inline std::string readings(const formats::plates::PlateFile& file, std::string_view well,
                            std::uint32_t readout = 0, std::uint32_t plate = 0) {
    std::string text;
    for (const auto& m : file.measurements) {
        if (m.plate != plate || m.readout != readout || well_name(m.well) != well)
            continue;
        std::string value = std::to_string(m.value);
        while (value.find('.') != std::string::npos && (value.back() == '0' || value.back() == '.')) {
            const bool point = value.back() == '.';
            value.pop_back();
            if (point)
                break;
        }
        if (m.flag != formats::plates::Flag::none)
            value = flag_name(m.flag);
        text += (text.empty() ? "" : " ") + value;
    }
    return text;
}

/// The times of one well's measurements, in document order.
inline std::vector<double> times_s(const formats::plates::PlateFile& file, std::string_view well,
                                   std::uint32_t readout = 0, std::uint32_t plate = 0) {
    std::vector<double> times;
    for (const auto& m : file.measurements)
        if (m.plate == plate && m.readout == readout && well_name(m.well) == well)
            times.push_back(m.time_s);
    return times;
}

inline void check_optics(const formats::plates::Readout& readout, formats::plates::Mode mode,
                         double wavelength_nm, double excitation_nm, double emission_nm) {
    formats::plates::Readout wanted;
    wanted.mode = mode;
    wanted.wavelength_nm = wavelength_nm;
    wanted.excitation_nm = excitation_nm;
    wanted.emission_nm = emission_nm;
    INFO(readout.name << ": " << readout.wavelength_nm << " " << readout.excitation_nm << " "
                      << readout.emission_nm);
    CHECK(readout.same_optics(wanted));
}

}  // namespace wellsieve::tests
