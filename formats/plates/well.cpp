#include "formats/plates/well.hpp"

#include <array>

namespace wellsieve::formats::plates {
namespace {

constexpr std::array<PlateShape, 7> standard_shapes{
    {{2, 3}, {3, 4}, {4, 6}, {6, 8}, {8, 12}, {16, 24}, {32, 48}}};
constexpr PlateShape largest = standard_shapes.back();

bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace

std::optional<std::uint16_t> parse_row_label(std::string_view text) {
    if (text.empty() || text.size() > 2)
        return std::nullopt;
    unsigned row = 0;
    for (char c : text) {
        if (!is_letter(c))
            return std::nullopt;
        row = row * 26 + static_cast<unsigned>((c | 0x20) - 'a') + 1;
    }
    if (row > largest.rows)
        return std::nullopt;
    return static_cast<std::uint16_t>(row - 1);
}

std::optional<Well> parse_well(std::string_view text) {
    std::size_t letters = 0;
    while (letters < text.size() && is_letter(text[letters]))
        ++letters;
    const std::string_view digits = text.substr(letters);
    const auto row = parse_row_label(text.substr(0, letters));
    if (!row || digits.empty() || digits.size() > 3)
        return std::nullopt;
    unsigned column = 0;
    for (char c : digits) {
        if (c < '0' || c > '9')
            return std::nullopt;
        column = column * 10 + static_cast<unsigned>(c - '0');
    }
    if (column == 0 || column > largest.columns)
        return std::nullopt;
    return Well{*row, static_cast<std::uint16_t>(column - 1)};
}

std::string row_label(std::uint16_t row) {
    std::string label;
    if (row >= 26)
        label += static_cast<char>('A' + row / 26 - 1);
    label += static_cast<char>('A' + row % 26);
    return label;
}

std::string well_name(Well well) {
    return row_label(well.row) + std::to_string(well.column + 1);
}

std::optional<PlateShape> standard_shape(std::uint32_t wells) {
    for (const PlateShape& shape : standard_shapes)
        if (shape.wells() == wells)
            return shape;
    return std::nullopt;
}

PlateShape smallest_shape_with(Well well) {
    for (const PlateShape& shape : standard_shapes)
        if (shape.contains(well))
            return shape;
    return largest;
}

}  // namespace wellsieve::formats::plates
