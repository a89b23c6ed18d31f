#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace wellsieve::formats::plates {

/// A text file cut into cells, or one sheet of a workbook: what every reader works on. Cells are trimmed
/// text; one outside the table is empty, so that a reader asks first and checks afterwards. Row r of a sheet
/// is its row r + 1 and column c its column c + 1, leading empty ones included.
class Table {
  public:
    explicit Table(std::string name = {}) : name_(std::move(name)) {}
    /// Moved, never copied: a copy's cells would point into the original.
    Table(Table&&) = default;
    Table& operator=(Table&&) = default;

    /// `text` must outlive the table. Quoted cells may hold delimiters, doubled quotes and line ends.
    /// O(bytes).
    static Table from_text(std::string_view text, char delimiter);

    const std::string& name() const { return name_; }  ///< of the sheet; empty for a text file
    std::size_t rows() const { return row_starts_.size(); }
    std::size_t columns(std::size_t row) const {
        if (row >= row_starts_.size())
            return 0;
        return (row + 1 < row_starts_.size() ? row_starts_[row + 1] : cells_.size()) - row_starts_[row];
    }
    std::size_t cells() const { return cells_.size(); }
    std::string_view cell(std::size_t row, std::size_t column) const {
        return column < columns(row) ? cells_[row_starts_[row] + column] : std::string_view{};
    }
    bool is_blank(std::size_t row) const;
    /// "line 12, column 3" or "sheet 'Plate 1', cell C12".
    std::string place(std::size_t row, std::size_t column) const;
    std::string place(std::size_t row) const;

    /// For those who build one: cells are added to the last row. `add_cell` keeps the view, `own` the bytes.
    void add_row(std::size_t line = 0);
    void add_cell(std::string_view cell) { cells_.push_back(cell); }
    std::string_view own(std::string text) { return owned_.emplace_back(std::move(text)); }

  private:
    std::string name_;
    std::vector<std::string_view> cells_;
    std::vector<std::size_t> row_starts_;
    std::vector<std::uint32_t> lines_;
    std::deque<std::string> owned_;
};

/// The delimiter (tab, ';' or ',') that cuts the most of the text's lines into the same number of cells. A
/// text whose decimal mark is ',' is not cut at it when tabs or semicolons do.
char guess_delimiter(std::string_view text);

}  // namespace wellsieve::formats::plates
