#include <algorithm>

#include "formats/plates/cell_cutter_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

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

std::size_t line_ends(std::string_view text) {
    std::size_t ends = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        ends += text[i] == '\n' || (text[i] == '\r' && text.substr(i + 1, 1) != "\n");
    return ends;
}

}  // namespace

CellCutter::CellCutter(std::string_view text, char delimiter, std::deque<std::string>& owned)
    : text_(text), delimiter_(delimiter), owned_(&owned) {
    for (const char c : {delimiter, '\n', '\r'})
        ends_cell_[static_cast<unsigned char>(c)] = true;
}

void CellCutter::append_row(std::vector<std::string_view>& cells) {
    while (append_cell(cells)) {
    }
    step_over_line_end();
}

void CellCutter::skip_line() {
    at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
    step_over_line_end();
}

void CellCutter::step_over_line_end() {
    if (at_ < text_.size() && text_[at_] == '\r')
        ++at_;
    if (at_ < text_.size() && text_[at_] == '\n')
        ++at_;
    ++line_;
}

/// Whether another cell follows in the row.
bool CellCutter::append_cell(std::vector<std::string_view>& cells) {
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == ' ') && append_quoted(cells))
        return step_over_delimiter();
    const std::size_t begin = at_;
    at_ = end_of_cell(at_);
    const std::string_view cell = text_.substr(begin, at_ - begin);
    cells.push_back(is_trimmed(cell) ? cell : trim(cell));
    return step_over_delimiter();
}

/// Nothing, and false, when the cell is not a quoted one.
bool CellCutter::append_quoted(std::vector<std::string_view>& cells) {
    const std::size_t quote = text_.find_first_not_of(' ', at_);
    if (quote == std::string_view::npos || text_[quote] != '"')
        return false;
    const std::size_t close = closing_quote(text_, quote, delimiter_);
    if (close == std::string_view::npos)
        return false;
    const std::string_view inside = text_.substr(quote + 1, close - quote - 1);
    line_ += line_ends(inside);
    const bool escaped = inside.find('"') != std::string_view::npos;
    cells.push_back(trim(escaped ? owned_->emplace_back(unescape(inside)) : inside));
    at_ = end_of_cell(close + 1);
    return true;
}

std::size_t CellCutter::end_of_cell(std::size_t from) const {
    while (from < text_.size() && !ends_cell_[static_cast<unsigned char>(text_[from])])
        ++from;
    return from;
}

bool CellCutter::step_over_delimiter() {
    const bool more = at_ < text_.size() && text_[at_] == delimiter_;
    at_ += more;
    return more;
}

}  // namespace wellsieve::formats::plates
