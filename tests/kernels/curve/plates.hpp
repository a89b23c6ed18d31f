#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "kernels/curve/curves.hpp"

namespace wellsieve::tests {

/// Curves with what they stand on.
struct PlateOfCurves {
    std::vector<std::string> names;
    std::vector<double> times_h;
    std::vector<double> values;
    std::size_t wells = 0;

    kernels::curve::Curves view() const { return {values, times_h, wells}; }

    std::size_t well(const std::string& name) const {
        const auto found = std::find(names.begin(), names.end(), name);
        REQUIRE(found != names.end());
        return static_cast<std::size_t>(found - names.begin());
    }

    PlateOfCurves only(std::size_t well) const {
        PlateOfCurves out;
        out.times_h = times_h;
        out.wells = 1;
        for (std::size_t i = 0; i < times_h.size(); ++i)
            out.values.push_back(values[i * wells + well]);
        return out;
    }
};

/// A tab-separated table of a time column and one column a well; NA and empty cells are missing.
inline PlateOfCurves read_curves(const std::string& path, double blank = 0) {
    PlateOfCurves out;
    std::ifstream file(path);
    std::string line, cell;
    std::getline(file, line);
    std::istringstream header(line);
    std::getline(header, cell, '\t');
    while (std::getline(header, cell, '\t'))
        out.names.push_back(cell);
    out.wells = out.names.size();
    while (std::getline(file, line)) {
        std::istringstream row(line);
        std::getline(row, cell, '\t');
        out.times_h.push_back(std::strtod(cell.c_str(), nullptr));
        for (std::size_t w = 0; w < out.wells; ++w) {
            const bool there =
                static_cast<bool>(std::getline(row, cell, '\t')) && !cell.empty() && cell != "NA";
            out.values.push_back(there ? std::strtod(cell.c_str(), nullptr) - blank : std::nan(""));
        }
    }
    return out;
}

}  // namespace wellsieve::tests
