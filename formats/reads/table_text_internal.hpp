#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/cell_cutter_internal.hpp"

namespace wellsieve::formats::reads {

/// A small or large text table as a whole: UTF-8 without byte order mark, also out of a gzip. Throws
/// FormatError for one that cannot be read.
std::string whole_text(const std::string& path);

/// Lines of a text, without byte order mark, whatever ends them: "\n", "\r\n" or "\r" alone. Blank lines and
/// those that begin with '#' are passed over.
class Lines {
  public:
    explicit Lines(std::string_view text) : text_(text), at_(text.starts_with("\xEF\xBB\xBF") ? 3 : 0) {}
    /// False behind the last line.
    bool next(std::string_view& line);
    std::size_t number() const { return number_; }  ///< of the line that was given last, from 1

  private:
    std::string_view text_;
    std::size_t at_;
    std::size_t number_ = 0;
};

/// Tab, ';' or ',', whichever the line has most of outside quoted cells; a tab when it has none.
char delimiter_of(std::string_view line);

/// Rows of a delimited text, cut by the same rules as those of plates; the delimiter is that of the first.
/// Blank rows and those that begin with '#' are passed over. Throws FormatError for a quoted cell that holds
/// what must be whole rows: its quote was never closed.
class Rows {
  public:
    /// `text` must outlive the cells; those with doubled quotes point into `owned`.
    Rows(std::string path, std::string_view text, std::deque<std::string>& owned);
    /// False behind the last row.
    bool next(std::vector<std::string_view>& cells);
    std::size_t number() const { return number_; }  ///< the line where the last row began, from 1

  private:
    std::string path_;
    char delimiter_;
    plates::CellCutter cutter_;
    std::size_t columns_ = 0;  ///< of the first row
    std::size_t number_ = 0;
};

/// NaN where the cell holds anything but a number.
double number_or_nan(std::string_view cell);

/// Letters and digits in lower case, all else left out: "sgRNA ID" and "sgrna_id" are one.
std::string plain_key(std::string_view title);

}  // namespace wellsieve::formats::reads
