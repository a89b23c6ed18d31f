#include "formats/results/table.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <unordered_map>

namespace wellsieve::formats::results {
namespace {

constexpr std::array<std::string_view, std::variant_size_v<ColumnData>> type_names = {
    "float64", "float32", "int32", "int64", "uint8", "uint32", "uint64", "boolean", "string", "categorical"};

}  // namespace

std::string_view Categorical::text(std::size_t row) const {
    const auto code = codes[row];
    return code == not_available ? std::string_view{} : categories.at(static_cast<std::size_t>(code));
}

Categorical categorical_of(const std::vector<std::string>& texts) {
    Categorical result;
    std::unordered_map<std::string_view, std::int32_t> seen;
    result.codes.reserve(texts.size());
    for (const auto& text : texts) {
        const auto [entry, is_new] = seen.try_emplace(text, static_cast<std::int32_t>(seen.size()));
        if (is_new)
            result.categories.push_back(text);
        result.codes.push_back(entry->second);
    }
    return result;
}

std::string_view type_name(ColumnType type) {
    return type_names[static_cast<std::size_t>(type)];
}

std::size_t Column::rows() const {
    return std::visit(
        [](const auto& values) {
            if constexpr (requires { values.codes; })
                return values.codes.size();
            else
                return values.size();
        },
        data);
}

std::size_t ResultTable::rows() const {
    return columns.empty() ? 0 : columns.front().rows();
}

void ResultTable::add(std::string column, ColumnData data, std::string units, std::string description) {
    columns.push_back({std::move(column), std::move(data), std::move(units), std::move(description)});
}

const Column* ResultTable::find(std::string_view column) const {
    const auto found = std::ranges::find(columns, column, &Column::name);
    return found == columns.end() ? nullptr : &*found;
}

const Column& ResultTable::require(std::string_view column, ColumnType type) const {
    const auto* found = find(column);
    if (!found || found->type() != type)
        throw std::logic_error("table '" + name + "' has no column '" + std::string(column) + "' of type " +
                               std::string(type_name(type)));
    return *found;
}

std::string_view ResultTable::text(std::string_view column, std::size_t row) const {
    const auto* found = find(column);
    if (found && found->type() == ColumnType::string)
        return std::get<std::vector<std::string>>(found->data)[row];
    return std::get<Categorical>(require(column, ColumnType::categorical).data).text(row);
}

}  // namespace wellsieve::formats::results
