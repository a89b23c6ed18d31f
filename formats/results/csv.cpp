#include "formats/results/csv.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <ostream>
#include <string>

namespace wellsieve::formats::results {
namespace {

constexpr std::size_t flushed_bytes = 1 << 20;
constexpr std::size_t longest_number = 32;

void append(std::string& line, std::string_view text) {
    if (text.find_first_of(",\"\r\n") == text.npos) {
        line += text;
        return;
    }
    line += '"';
    for (const char c : text) {
        if (c == '"')
            line += '"';
        line += c;
    }
    line += '"';
}

template <typename Number>
void append_number(std::string& line, Number value) {
    if constexpr (std::is_floating_point_v<Number>)
        if (std::isnan(value))
            return;
    std::array<char, longest_number> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    line.append(digits.data(), end);
}

void append_value(std::string& line, const ColumnData& data, std::size_t row) {
    std::visit(
        [&](const auto& values) {
            using Values = std::decay_t<decltype(values)>;
            if constexpr (std::is_same_v<Values, Categorical>)
                append(line, values.text(row));
            else if constexpr (std::is_same_v<Values, std::vector<std::string>>)
                append(line, values[row]);
            else if constexpr (std::is_same_v<Values, std::vector<bool>>)
                line += values[row] ? "true" : "false";
            else
                append_number(line, values[row]);
        },
        data);
}

}  // namespace

void write_csv(const ResultTable& table, std::ostream& out) {
    std::vector<const Column*> order;
    if (const auto* index = table.find(table.index))
        order.push_back(index);
    for (const auto& column : table.columns)
        if (column.name != table.index)
            order.push_back(&column);

    std::string text;
    const auto finish_cell = [&](const Column* column) { text += column == order.back() ? '\n' : ','; };
    for (const auto* column : order) {
        append(text, column->name);
        finish_cell(column);
    }
    for (std::size_t row = 0; row < table.rows(); ++row) {
        for (const auto* column : order) {
            append_value(text, column->data, row);
            finish_cell(column);
        }
        if (text.size() >= flushed_bytes) {
            out.write(text.data(), static_cast<std::streamsize>(text.size()));
            text.clear();
        }
    }
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

void export_csv(const ResultReader& result, std::string_view table, std::ostream& out) {
    write_csv(result.read(table), out);
}

}  // namespace wellsieve::formats::results
