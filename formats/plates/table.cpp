#include "formats/plates/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

#include "formats/plates/text.hpp"

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

std::string unescape(std::string_view quoted) {
    std::string text;
    text.reserve(quoted.size());
    for (std::size_t i = 0; i < quoted.size(); ++i) {
        text += quoted[i];
        if (quoted[i] == '"' && i + 1 < quoted.size() && quoted[i + 1] == '"')
            ++i;
    }
    return text;
}

/// The end of a quoted cell that starts at `begin` (its quote); npos when the quote is never closed by one
/// that a delimiter or line end follows, in which case it is an ordinary character.
std::size_t closing_quote(std::string_view text, std::size_t begin, char delimiter) {
    for (std::size_t i = begin + 1; i < text.size(); ++i) {
        if (text[i] != '"')
            continue;
        if (i + 1 < text.size() && text[i + 1] == '"') {
            ++i;
            continue;
        }
        const std::size_t next = text.find_first_not_of(' ', i + 1);
        const bool closes = next == std::string_view::npos || text[next] == delimiter || text[next] == '\n' ||
                            text[next] == '\r';
        return closes ? i : std::string_view::npos;
    }
    return std::string_view::npos;
}

/// Nothing that `trim` would take away stands at either end.
bool is_trimmed(std::string_view cell) {
    const auto plain = [](char c) { return c > ' ' && c < '\x7F'; };
    return cell.empty() || (plain(cell.front()) && plain(cell.back()));
}

/// Walks through a text cell by cell.
class Cutter {
  public:
    Cutter(std::string_view text, char delimiter, Table& table)
        : text_(text), delimiter_(delimiter), table_(table) {
        for (char c : {delimiter, '\n', '\r'})
            ends_cell_[static_cast<unsigned char>(c)] = true;
    }

    void cut() {
        for (std::size_t line = 1; at_ < text_.size(); ++line) {
            table_.add_row(line);
            while (cut_cell(line)) {
            }
            if (at_ < text_.size() && text_[at_] == '\r')  // "\r\n", or a lone "\r" of an old Macintosh
                ++at_;
            if (at_ < text_.size() && text_[at_] == '\n')
                ++at_;
        }
    }

  private:
    /// Whether another cell follows in the row.
    bool cut_cell(std::size_t& line) {
        if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == ' ') && cut_quoted(line))
            return step_over_delimiter();
        const std::size_t begin = at_;
        at_ = end_of_cell(at_);
        const std::string_view cell = text_.substr(begin, at_ - begin);
        table_.add_cell(is_trimmed(cell) ? cell : trim(cell));
        return step_over_delimiter();
    }

    /// Nothing, and false, when the cell is not a quoted one.
    bool cut_quoted(std::size_t& line) {
        const std::size_t quote = text_.find_first_not_of(' ', at_);
        if (quote == std::string_view::npos || text_[quote] != '"')
            return false;
        const std::size_t close = closing_quote(text_, quote, delimiter_);
        if (close == std::string_view::npos)
            return false;
        const std::string_view inside = text_.substr(quote + 1, close - quote - 1);
        line += static_cast<std::size_t>(std::count(inside.begin(), inside.end(), '\n'));
        const bool escaped = inside.find('"') != std::string_view::npos;
        table_.add_cell(trim(escaped ? table_.own(unescape(inside)) : inside));
        at_ = end_of_cell(close + 1);
        return true;
    }

    std::size_t end_of_cell(std::size_t from) const {
        while (from < text_.size() && !ends_cell_[static_cast<unsigned char>(text_[from])])
            ++from;
        return from;
    }

    bool step_over_delimiter() {
        const bool more = at_ < text_.size() && text_[at_] == delimiter_;
        at_ += more;
        return more;
    }

    std::string_view text_;
    char delimiter_;
    Table& table_;
    std::array<bool, 256> ends_cell_{};
    std::size_t at_ = 0;
};

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
    Cutter(text, delimiter, table).cut();
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
