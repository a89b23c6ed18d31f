#pragma once

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <string>
#include <string_view>

#include "workflows/simulate/screen.hpp"

namespace wellsieve::workflows::simulate {

/// One of a plate's two readouts.
struct Channel {
    std::string_view suffix;  ///< of its file's name
    const std::vector<double>& values;
    int digits;

    double at(const Plate& plate, std::size_t time, std::size_t well) const {
        return values[time * plate.wells.size() + well];
    }
};

inline Channel od_of(const Plate& plate) {
    return {"_od", plate.od, od_digits};
}
inline Channel gfp_of(const Plate& plate) {
    return {"_gfp", plate.gfp, gfp_digits};
}

/// The value as the reader's software writes it, its word for what is above the range, or nothing.
inline void append_value(std::string& text, double value, int digits, std::string_view word_above_range) {
    if (std::isnan(value))
        text += word_above_range;
    else if (value != left_out)
        fmt::format_to(std::back_inserter(text), "{:.{}f}", value, digits);
}

/// 1 … n, each after a delimiter.
inline void append_column_numbers(std::string& text, const Plate& plate, char delimiter) {
    for (int column = 1; column <= plate.shape.columns; ++column)
        fmt::format_to(std::back_inserter(text), "{}{}", delimiter, column);
}

/// "12:45:00"
inline std::string clock_text(double time_s) {
    const auto seconds = static_cast<int>(time_s);
    return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace wellsieve::workflows::simulate
