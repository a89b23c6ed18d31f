#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "formats/plates/document.hpp"

namespace wellsieve::formats::plates {

/// The column of a row with one of these names, without regard to case; the first name that is there.
std::optional<std::size_t> column_named(const Table& table, std::size_t row,
                                        std::initializer_list<std::string_view> names);

/// A table whose first row that is not blank names its columns; a blank or comment ('#') row is no data.
class Columns {
  public:
    /// Throws FormatError when there is no such row.
    explicit Columns(const Document& document);

    const Document& document() const { return *document_; }
    const Table& table() const { return *table_; }
    std::size_t header_row() const { return header_; }
    std::size_t first_row() const { return header_ + 1; }
    bool has_data(std::size_t row) const;

    /// The column with one of these names, without regard to case.
    std::optional<std::size_t> find(std::initializer_list<std::string_view> names) const;
    /// Throws FormatError, naming the columns that there are.
    std::size_t require(std::initializer_list<std::string_view> names) const;
    std::string_view name(std::size_t column) const { return table_->cell(header_, column); }
    std::size_t size() const { return table_->columns(header_); }

    /// Empty where there is no such column.
    std::string_view cell(std::size_t row, std::optional<std::size_t> column) const {
        return column ? table_->cell(row, *column) : std::string_view();
    }
    [[noreturn]] void fail(std::size_t row, std::optional<std::size_t> column,
                           std::string_view message) const;

  private:
    const Document* document_;
    const Table* table_;
    std::size_t header_ = 0;
};

}  // namespace wellsieve::formats::plates
