#include "formats/results/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <unordered_set>

#include "formats/counted.hpp"
#include "formats/results/text_check_internal.hpp"

namespace wellsieve::formats::results {
namespace {

[[noreturn]] void fail(const ResultTable& table, std::string_view column, std::string_view what) {
    throw std::logic_error(fmt::format("table '{}', column '{}': {}", table.name, column, what));
}

bool is_text(ColumnType type) {
    return type == ColumnType::string || type == ColumnType::categorical;
}

bool serves_as(ColumnType type, ColumnType wanted) {
    return type == wanted || (is_text(type) && is_text(wanted));
}

void check_categories(const ResultTable& table, const Column& column) {
    const auto* values = std::get_if<Categorical>(&column.data);
    if (!values)
        return;
    std::unordered_set<std::string_view> seen;
    for (const auto& category : values->categories)
        if (!seen.insert(category).second)
            fail(table, column.name, fmt::format("category '{}' twice", category));
    const auto end = static_cast<std::int32_t>(values->categories.size());
    if (std::ranges::any_of(values->codes,
                            [end](auto code) { return code < Categorical::not_available || code >= end; }))
        fail(table, column.name, "a code without category");
}

void check_known_columns(const ResultTable& table, const TableSpec& spec) {
    for (const auto& wanted : spec.columns) {
        const auto* found = table.find(wanted.name);
        if (!found)
            fail(table, wanted.name, "missing");
        if (!serves_as(found->type(), wanted.type))
            fail(table, wanted.name,
                 fmt::format("is {}, not {}", type_name(found->type()), type_name(wanted.type)));
    }
    if (!spec.takes_more_columns && table.columns.size() > spec.columns.size())
        for (const auto& column : table.columns)
            if (std::ranges::find(spec.columns, column.name, &ColumnSpec::name) == spec.columns.end())
                fail(table, column.name, "unknown to the schema");
}

}  // namespace

const TableSpec* find_spec(std::string_view table) {
    const auto found = std::ranges::find(table_specs, table, &TableSpec::name);
    return found == table_specs.end() ? nullptr : &*found;
}

const ColumnSpec* find_column_spec(std::string_view table, std::string_view column) {
    const auto* spec = find_spec(table);
    if (!spec)
        return nullptr;
    const auto found = std::ranges::find(spec->columns, column, &ColumnSpec::name);
    return found == spec->columns.end() ? nullptr : &*found;
}

bool is_column_name(std::string_view name) {
    return !name.empty() && name != "." && name != row_numbers && name.find('/') == name.npos &&
           is_storable(name);
}

void check_against_schema(const ResultTable& table) {
    const auto* spec = find_spec(table.name);
    if (!spec)
        throw std::logic_error(fmt::format("the schema has no table '{}'", table.name));
    if (table.index != spec->index)
        fail(table, table.index, fmt::format("the index is '{}'", spec->index));
    check_known_columns(table, *spec);
    std::unordered_set<std::string_view> names;
    for (const auto& column : table.columns) {
        if (!names.insert(column.name).second)
            fail(table, column.name, "twice");
        if (!is_column_name(column.name))
            fail(table, column.name, "not a name that a result file can hold");
        if (column.rows() != table.rows())
            fail(table, column.name,
                 fmt::format("has {}, not {}", counted(column.rows(), "row"), table.rows()));
        check_categories(table, column);
    }
}

ResultTable make_table(std::string_view table) {
    const auto* spec = find_spec(table);
    if (!spec)
        throw std::logic_error(fmt::format("the schema has no table '{}'", table));
    return {std::string(spec->name), std::string(spec->index), {}};
}

}  // namespace wellsieve::formats::results
