#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wellsieve::formats::reads {

/// A small or large text table as a whole: UTF-8 without byte order mark, also out of a gzip. Throws
/// FormatError for one that cannot be read.
std::string whole_text(const std::string& path);

/// Lines of a text, without byte order mark, whatever ends them: "\n", "\r\n" or "\r" alone. Blank lines and
/// those that begin with
/// '#' are passed over.
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

/// The cells of a line, trimmed, without their quotes (a quote within a cell is not known here).
void split_cells(std::string_view line, char delimiter, std::vector<std::string_view>& cells);

/// Tab, ';' or ',', whichever the line has most of; a tab when it has none.
char delimiter_of(std::string_view line);

/// Letters and digits in lower case, all else left out: "sgRNA ID" and "sgrna_id" are one.
std::string plain_key(std::string_view title);

}  // namespace wellsieve::formats::reads
