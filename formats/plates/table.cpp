#include "formats/plates/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

#include "formats/plates/cell_cutter_internal.hpp"

namespace wellsieve::formats::plates {
namespace {

std::string column_letters(std::size_t column) {
    std::string letters;
    for (std::size_t n = column + 1; n > 0; n = (n - 1) / 26)
        letters.insert(letters.begin(), static_cast<char>('A' + (n - 1) % 26));
    return letters;
}

/// How often `c` stands in the text; sums of a byte are taken where std::count has one of eight.
std::size_t count_of(std::string_view text, char c) {
    constexpr std::size_t most_in_byte = 255;
    std::size_t count = 0;
    while (!text.empty()) {
        std::uint8_t in_piece = 0;
        for (char other : text.substr(0, most_in_byte))
            in_piece = static_cast<std::uint8_t>(in_piece + (other == c));
        count += in_piece;
        text.remove_prefix(std::min(text.size(), most_in_byte));
    }
    return count;
}

}  // namespace

bool Table::is_blank(std::size_t row) const {
    for (std::size_t c = 0; c < columns(row); ++c)
        if (!cell(row, c).empty())
            return false;
    return true;
}

void Table::add_row(std::size_t line) {
    row_starts_.push_back(cells_.size());
    lines_.push_back(static_cast<std::uint32_t>(line != 0 ? line : row_starts_.size()));
}

std::string Table::place(std::size_t row, std::size_t column) const {
    if (name_.empty())
        return fmt::format("line {}, column {}", row < lines_.size() ? lines_[row] : row + 1, column + 1);
    return fmt::format("sheet '{}', cell {}{}", name_, column_letters(column), row + 1);
}

std::string Table::place(std::size_t row) const {
    if (name_.empty())
        return fmt::format("line {}", row < lines_.size() ? lines_[row] : row + 1);
    return fmt::format("sheet '{}', row {}", name_, row + 1);
}

Table Table::from_text(std::string_view text, char delimiter) {
    Table table;
    table.cells_.reserve(count_of(text, delimiter) + std::max(count_of(text, '\n'), count_of(text, '\r')) +
                         1);
    CellCutter cutter(text, delimiter, table.owned_);
    while (!cutter.at_end()) {
        table.add_row(cutter.line());
        cutter.append_row(table.cells_);
    }
    return table;
}

char guess_delimiter(std::string_view text) {
    constexpr std::array candidates{'\t', ';', ','};
    constexpr std::size_t probe_lines = 400;
    constexpr std::size_t probe_bytes = 1 << 16;
    const auto ends_line = [](char c) { return c == '\n' || c == '\r'; };
    if (text.size() > probe_bytes)  // whole lines, and at least one
        text = text.substr(0, std::find_if(text.begin() + probe_bytes, text.end(), ends_line) - text.begin());
    std::array<std::map<std::size_t, std::size_t>, candidates.size()> lines_by_cuts;  // 0 cuts left out
    std::size_t at = 0;
    for (std::size_t n = 0; n < probe_lines && at < text.size(); ++n) {
        const auto end =
            static_cast<std::size_t>(std::find_if(text.begin() + at, text.end(), ends_line) - text.begin());
        const std::string_view line = text.substr(at, end - at);
        for (std::size_t i = 0; i < candidates.size(); ++i)
            if (const std::size_t cuts = count_of(line, candidates[i]); cuts > 0)
                ++lines_by_cuts[i][cuts];
        at = end + 1;
    }
    char best = ',';
    std::size_t best_score = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const char candidate = candidates[i];
        std::size_t score = 0;
        for (const auto& [cuts, lines] : lines_by_cuts[i])
            score = std::max(score, lines * 4 + std::min<std::size_t>(cuts, 3));
        if (candidate == ',')  // a comma may be a decimal mark: it wins only clearly
            score = score > best_score * 2 ? score : 0;
        if (score > best_score) {
            best_score = score;
            best = candidate;
        }
    }
    return best;
}

}  // namespace wellsieve::formats::plates
