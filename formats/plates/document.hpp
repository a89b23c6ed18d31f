#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/error.hpp"
#include "formats/plates/table.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::formats::plates {

/// One input file, read once and decoded once, however many readers look at it. Not for two threads at a
/// time.
class Document {
  public:
    /// Reads the file. Throws FormatError: missing, a directory, not readable, empty.
    static Document open(const std::string& path);
    Document(std::string path, std::string bytes);
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();

    const std::string& path() const { return path_; }
    std::string_view bytes() const;
    bool is_workbook() const;  ///< starts as a zip archive does

    /// The whole file as UTF-8; empty for a workbook.
    std::string_view text() const;
    char delimiter() const;  ///< of the text; '\0' for a workbook

    /// The sheets of a workbook, or the text as the one table. Throws FormatError for a damaged workbook.
    const std::vector<Table>& tables() const;

    /// What `look` finds in this document. Asked in turn by several readers, it looks once.
    int once(int (*look)(const Document&)) const;

    /// Reports a problem at a cell, a row, or in the file as a whole.
    [[noreturn]] void fail(const Table& table, std::size_t row, std::size_t column,
                           std::string_view message) const;
    [[noreturn]] void fail(const Table& table, std::size_t row, std::string_view message) const;
    [[noreturn]] void fail(std::string_view message) const;

    /// The reading at a cell; unknown text is an error that names file, place, well and token.
    Value value_at(const Table& table, std::size_t row, std::size_t column, Well well,
                   char decimal_mark = '.') const;

    /// The same where either decimal mark may stand: tries `decimal_mark` first, and leaves there what
    /// fitted.
    Value value_at_either_mark(const Table& table, std::size_t row, std::size_t column, Well well,
                               char& decimal_mark) const;

  private:
    struct Content;
    std::string path_;
    std::unique_ptr<Content> content_;
};

}  // namespace wellsieve::formats::plates
