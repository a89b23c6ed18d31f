#include "formats/plates/document.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "formats/plates/text.hpp"
#include "formats/plates/workbook.hpp"

namespace wellsieve::formats::plates {

/// The bytes, and on first use what they say.
struct Document::Content {
    std::string bytes;
    std::string decoded;  ///< of a text that is not UTF-8
    std::optional<std::string_view> text;
    char delimiter = '\0';
    std::optional<std::vector<Table>> tables;
    std::optional<std::pair<int (*)(const Document&), int>> found;
};

Document Document::open(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        throw FormatError(path, "", "is a directory, a file is wanted");
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file)
        throw FormatError(path, "", fmt::format("cannot be opened: {}", std::strerror(errno)));
    const std::streamoff size = file.tellg();
    std::string bytes(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
    file.seekg(0);
    if (size < 0 || !file.read(bytes.data(), size))
        throw FormatError(path, "", fmt::format("cannot be read: {}", std::strerror(errno)));
    if (bytes.empty())
        throw FormatError(path, "", "is empty");
    return Document(path, std::move(bytes));
}

Document::Document(std::string path, std::string bytes)
    : path_(std::move(path)), content_(std::make_unique<Content>()) {
    content_->bytes = std::move(bytes);
}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

std::string_view Document::bytes() const {
    return content_->bytes;
}

bool Document::is_workbook() const {
    return bytes().starts_with("PK\x03\x04");
}

std::string_view Document::text() const {
    if (content_->text)
        return *content_->text;
    if (is_workbook())
        return content_->text.emplace();
    content_->text = utf8_text(bytes());
    if (!content_->text)
        content_->text = content_->decoded = decode_text(bytes());
    content_->delimiter = guess_delimiter(*content_->text);
    return *content_->text;
}

char Document::delimiter() const {
    text();
    return content_->delimiter;
}

const std::vector<Table>& Document::tables() const {
    auto& tables = content_->tables;
    if (!tables && is_workbook()) {
        tables = read_workbook(path_, bytes());
    } else if (!tables) {
        Table table = Table::from_text(text(), delimiter());
        tables.emplace().push_back(std::move(table));
    }
    return *tables;
}

int Document::once(int (*look)(const Document&)) const {
    if (!content_->found || content_->found->first != look)
        content_->found.emplace(look, look(*this));
    return content_->found->second;
}

void Document::fail(const Table& table, std::size_t row, std::size_t column, std::string_view message) const {
    throw FormatError(path_, table.place(row, column), message);
}

void Document::fail(const Table& table, std::size_t row, std::string_view message) const {
    throw FormatError(path_, table.place(row), message);
}

void Document::fail(std::string_view message) const {
    throw FormatError(path_, "", message);
}

Value Document::value_at(const Table& table, std::size_t row, std::size_t column, Well well,
                         char decimal_mark) const {
    const std::string_view cell = table.cell(row, column);
    const auto value = parse_value(cell, decimal_mark);
    if (!value)
        fail(table, row, column,
             fmt::format("well {}: '{}' is neither a number nor a mark that a reader writes", well_name(well),
                         cell));
    return *value;
}

Value Document::value_at_either_mark(const Table& table, std::size_t row, std::size_t column, Well well,
                                     char& decimal_mark) const {
    if (const auto value = parse_value(table.cell(row, column), decimal_mark))
        return *value;
    const char other = decimal_mark == '.' ? ',' : '.';
    const Value value = value_at(table, row, column, well, other);
    decimal_mark = other;
    return value;
}

}  // namespace wellsieve::formats::plates
