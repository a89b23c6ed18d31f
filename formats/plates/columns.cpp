#include <fmt/format.h>

#include "formats/plates/columns_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {

std::optional<std::size_t> column_named(const Table& table, std::size_t row,
                                        std::initializer_list<std::string_view> names) {
    for (std::string_view wanted : names)
        for (std::size_t column = 0; column < table.columns(row); ++column)
            if (equals_ignoring_case(table.cell(row, column), wanted))
                return column;
    return std::nullopt;
}

Columns::Columns(const Document& document) : document_(&document), table_(&document.tables().front()) {
    while (header_ < table_->rows() && !has_data(header_))
        ++header_;
    if (header_ == table_->rows())
        document.fail("holds no table: a first row with the names of the columns is wanted");
}

bool Columns::has_data(std::size_t row) const {
    return !table_->is_blank(row) && !table_->cell(row, 0).starts_with('#');
}

std::optional<std::size_t> Columns::find(std::initializer_list<std::string_view> names) const {
    return column_named(*table_, header_, names);
}

std::size_t Columns::require(std::initializer_list<std::string_view> names) const {
    if (const auto column = find(names))
        return *column;
    std::string present;
    for (std::size_t column = 0; column < size(); ++column)
        present += fmt::format("{}{}", column == 0 ? "" : ", ", name(column));
    document_->fail(*table_, header_,
                    fmt::format("there is no column '{}'; there are {}", *names.begin(), present));
}

void Columns::fail(std::size_t row, std::optional<std::size_t> column, std::string_view message) const {
    if (column)
        document_->fail(*table_, row, *column, message);
    document_->fail(*table_, row, message);
}

}  // namespace wellsieve::formats::plates
