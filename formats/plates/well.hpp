#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wellsieve::formats::plates {

/// A place on a plate, counted from 0: A1 is {0, 0}, AF48 is {31, 47}.
struct Well {
    std::uint16_t row = 0;
    std::uint16_t column = 0;
    auto operator<=>(const Well&) const = default;
};

struct PlateShape {
    std::uint16_t rows = 0;
    std::uint16_t columns = 0;
    auto operator<=>(const PlateShape&) const = default;

    std::uint32_t wells() const { return std::uint32_t{rows} * columns; }
    bool contains(Well well) const { return well.row < rows && well.column < columns; }
    std::uint32_t index(Well well) const { return std::uint32_t{well.row} * columns + well.column; }
    Well well(std::uint32_t index) const {
        return {static_cast<std::uint16_t>(index / columns), static_cast<std::uint16_t>(index % columns)};
    }
};

/// "A1", "a01", "AF48" → well. Nothing for other text, or beyond row AF or column 48.
std::optional<Well> parse_well(std::string_view text);

/// "A" … "Z", "AA" … "AF", either case → row from 0. Nothing for other text.
std::optional<std::uint16_t> parse_row_label(std::string_view text);

std::string row_label(std::uint16_t row);
std::string well_name(Well well);

/// The shape of a standard plate with that many wells: 6, 12, 24, 48, 96, 384 or 1536.
std::optional<PlateShape> standard_shape(std::uint32_t wells);

/// The smallest standard plate that has this well.
PlateShape smallest_shape_with(Well well);

}  // namespace wellsieve::formats::plates
