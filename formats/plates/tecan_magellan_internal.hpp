#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/tecan_internal.hpp"

namespace wellsieve::formats::plates::tecan {

/// What the lines below the values say. Which of them there are, the user chose.
struct Footer {
    std::vector<Settings> measurements;           ///< in order; empty when the file states none
    std::vector<std::string> labels;              ///< the measured ones, in order, where the file lists them
    std::map<std::string, double> temperature_c;  ///< by label
    std::string plate;                            ///< the plate's definition: "COS384ft"
    std::map<std::string, std::string> facts;     ///< for PlateFile::metadata
};

/// Reads the lines from `row` on.
Footer read_footer(const Table& table, std::size_t row);

/// The settings of the n-th label, named `label`. Nothing when the file lists its measurements and this is
/// none of them: then the column was calculated.
std::optional<Settings> settings_for(const Footer& footer, const std::string& label, std::size_t n);

/// Whether the sheet starts with a list of cycles, and its values.
bool lists_cycles(const Table& table);
void read_cycles(const Document& document, const Table& table, PlateFile& file);

}  // namespace wellsieve::formats::plates::tecan
