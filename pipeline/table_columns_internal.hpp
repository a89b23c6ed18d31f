#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "formats/plates/well.hpp"
#include "formats/results/table.hpp"
#include "pipeline/screen_result.hpp"

namespace wellsieve::pipeline {

using formats::results::Categorical;

/// Every well name of the largest plate, so that a code is a place.
struct WellNames {
    explicit WellNames(const std::vector<PlateData>& all) {
        for (const PlateData& plate : all)
            largest = {std::max(largest.rows, plate.shape.rows),
                       std::max(largest.columns, plate.shape.columns)};
        for (std::uint32_t i = 0; i < largest.wells(); ++i)
            names.push_back(formats::plates::well_name(largest.well(i)));
    }

    std::int32_t code(formats::plates::PlateShape shape, std::uint32_t index) const {
        return static_cast<std::int32_t>(largest.index(shape.well(index)));
    }

    formats::plates::PlateShape largest;
    std::vector<std::string> names;
};

inline std::vector<std::string> plate_names(const Screen& screen) {
    std::vector<std::string> names;
    for (const PlateData& plate : screen.plates.plates)
        names.push_back(plate.name);
    return names;
}

/// A column of text collected row by row; empty text is not available.
class TextColumn {
  public:
    void add(const std::string& text) {
        if (text.empty()) {
            column_.codes.push_back(Categorical::not_available);
            return;
        }
        const auto [entry, added] =
            codes_.try_emplace(text, static_cast<std::int32_t>(column_.categories.size()));
        if (added)
            column_.categories.push_back(text);
        column_.codes.push_back(entry->second);
    }

    Categorical take() { return std::move(column_); }

  private:
    Categorical column_;
    std::map<std::string, std::int32_t> codes_;
};

}  // namespace wellsieve::pipeline
