#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace wellsieve::formats::plates {

/// Cuts a delimited text into rows of trimmed cells, as RFC 4180 has it: quoted cells may hold delimiters,
/// doubled quotes and line ends. Lines end in "\n", "\r\n" or "\r" alone. A quote that is never closed is an
/// ordinary character.
class CellCutter {
  public:
    /// `text` must outlive the cells; those with doubled quotes point into `owned`.
    CellCutter(std::string_view text, char delimiter, std::deque<std::string>& owned);

    bool at_end() const { return at_ >= text_.size(); }
    std::string_view rest() const { return text_.substr(at_); }
    /// Of the row that comes next, from 1.
    std::size_t line() const { return line_; }

    /// The cells of the next row, behind those that are there. O(bytes).
    void append_row(std::vector<std::string_view>& cells);
    void skip_line();

  private:
    bool append_cell(std::vector<std::string_view>& cells);
    bool append_quoted(std::vector<std::string_view>& cells);
    std::size_t end_of_cell(std::size_t from) const;
    bool step_over_delimiter();
    void step_over_line_end();

    std::string_view text_;
    char delimiter_;
    std::deque<std::string>* owned_;
    std::array<bool, 256> ends_cell_{};
    std::size_t at_ = 0;
    std::size_t line_ = 1;
};

}  // namespace wellsieve::formats::plates
