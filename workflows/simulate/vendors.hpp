#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "workflows/simulate/screen.hpp"

namespace wellsieve::workflows::simulate {

struct RawFile {
    std::string name;
    std::string text;
};

/// One layout that plates can be written in.
struct Vendor {
    std::string_view name;
    std::string_view reader;     ///< that reads it back
    std::string_view extension;  ///< with the point
    std::vector<RawFile> (*write)(const Plate&);
};

/// Null when there is none of that name.
const Vendor* find_vendor(std::string_view name);

/// "gen5, softmax, mars, tidy"
std::string vendor_names();

std::vector<RawFile> write_gen5(const Plate& plate);     ///< one file with both readouts
std::vector<RawFile> write_softmax(const Plate& plate);  ///< one file a readout
std::vector<RawFile> write_mars(const Plate& plate);     ///< one file a readout
std::vector<RawFile> write_tidy(const Plate& plate);     ///< one file, a row a reading

}  // namespace wellsieve::workflows::simulate
