#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

#include "workflows/toml_table_internal.hpp"

namespace wellsieve::workflows {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

}  // namespace

std::string nearest_word(std::string_view text, const std::vector<std::string>& words) {
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(2, text.size() / 2);
    for (const std::string& word : words) {
        const std::size_t distance = edit_distance(text, word);
        if (distance <= best_distance && (best.empty() || distance < edit_distance(text, best)))
            best = word;
    }
    return best;
}

const toml::node* TomlTable::find(std::string_view key) {
    known_.emplace(key);
    return table_->get(key);
}

void TomlTable::problem(std::string_view key, std::string_view message) {
    const toml::node* node = table_->get(key);
    const auto line = (node != nullptr ? node->source() : table_->source()).begin.line;
    const std::string where = name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key);
    problems_->push_back(fmt::format("{}: line {}: {}: {}", file_, line, where, message));
}

void TomlTable::require(std::string_view key) {
    if (find(key) == nullptr)
        problem(key, "is missing");
}

void TomlTable::read(std::string_view key, std::string& value) {
    const toml::node* node = find(key);
    if (node == nullptr)
        return;
    if (const auto text = node->value_exact<std::string>())
        value = *text;
    else
        problem(key, "a string is wanted");
}

void TomlTable::read(std::string_view key, double& value) {
    const toml::node* node = find(key);
    if (node == nullptr)
        return;
    if (node->is_number())
        value = *node->value<double>();
    else
        problem(key, "a number is wanted");
}

void TomlTable::read(std::string_view key, bool& value) {
    const toml::node* node = find(key);
    if (node == nullptr)
        return;
    if (const auto flag = node->value_exact<bool>())
        value = *flag;
    else
        problem(key, "true or false is wanted");
}

void TomlTable::read(std::string_view key, std::uint64_t& value) {
    const toml::node* node = find(key);
    if (node == nullptr)
        return;
    const auto number = node->value_exact<std::int64_t>();
    if (number && *number >= 0)
        value = static_cast<std::uint64_t>(*number);
    else
        problem(key, "a whole number, 0 or more, is wanted");
}

void TomlTable::read(std::string_view key, std::uint32_t& value) {
    std::uint64_t wide = value;
    read(key, wide);
    if (wide > UINT32_MAX)
        problem(key, "is too large");
    else
        value = static_cast<std::uint32_t>(wide);
}

void TomlTable::read(std::string_view key, std::vector<std::string>& value) {
    const toml::node* node = find(key);
    if (node == nullptr)
        return;
    if (const auto text = node->value_exact<std::string>()) {
        value = {*text};
        return;
    }
    const toml::array* array = node->as_array();
    if (array == nullptr || array->empty() || !array->is_homogeneous<std::string>()) {
        problem(key, "a string or an array of strings is wanted");
        return;
    }
    value.clear();
    for (const toml::node& element : *array)
        value.push_back(*element.value<std::string>());
}

void TomlTable::read(std::string_view key, std::vector<double>& value) {
    const toml::node* node = find(key);
    if (node == nullptr)
        return;
    if (node->is_number()) {
        value = {*node->value<double>()};
        return;
    }
    const toml::array* array = node->as_array();
    value.clear();
    if (array != nullptr)
        for (const toml::node& element : *array)
            if (element.is_number())
                value.push_back(*element.value<double>());
    if (array == nullptr || array->empty() || value.size() != array->size())
        problem(key, "a number or an array of numbers is wanted");
}

std::optional<std::size_t> TomlTable::word_index(std::string_view key,
                                                 const std::vector<std::string_view>& words) {
    const toml::node* node = find(key);
    if (node == nullptr)
        return std::nullopt;
    const auto text = node->value_exact<std::string>();
    const auto found = text ? std::find(words.begin(), words.end(), *text) : words.end();
    if (found != words.end())
        return static_cast<std::size_t>(found - words.begin());
    problem(key, fmt::format("one of {} is wanted", fmt::join(words, ", ")));
    return std::nullopt;
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr)
        return {};
    const toml::array* array = node->as_array();
    if (array == nullptr || !array->is_homogeneous<toml::table>()) {
        problem(key, fmt::format("is written [[{}]], once for each", key));
        return {};
    }
    std::vector<TomlTable> found;
    for (const toml::node& element : *array)
        found.emplace_back(*element.as_table(), std::string(key), file_, *problems_);
    return found;
}

std::optional<TomlTable> TomlTable::table(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr)
        return std::nullopt;
    if (node->as_table() == nullptr) {
        problem(key, fmt::format("is written [{}]", key));
        return std::nullopt;
    }
    return TomlTable(*node->as_table(), std::string(key), file_, *problems_);
}

std::vector<TomlTable> TomlTable::named_tables(std::string_view key) {
    const auto parent = table(key);
    if (!parent)
        return {};
    std::vector<std::pair<toml::source_position, TomlTable>> found;
    for (const auto& [name, node] : *parent->table_) {
        if (node.as_table() != nullptr)
            found.emplace_back(node.source().begin,
                               TomlTable(*node.as_table(), std::string(name.str()), file_, *problems_));
        else
            problem(key, fmt::format("'{}' is written [{}.{}]", name.str(), key, name.str()));
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<TomlTable> tables;
    for (auto& [position, table] : found)
        tables.push_back(std::move(table));
    return tables;
}

void TomlTable::finish() {
    for (const auto& [key, node] : *table_) {
        if (known_.contains(key.str()))
            continue;
        const std::string near = nearest_word(key.str(), {known_.begin(), known_.end()});
        problem(key.str(), near.empty()
                               ? fmt::format("is no key here; the keys are {}", fmt::join(known_, ", "))
                               : fmt::format("is no key here; did you mean '{}'?", near));
    }
}

std::string quoted(const std::string& text) {
    const toml::value<std::string> value(text);
    std::ostringstream out;
    out << toml::default_formatter(value, toml::format_flags::allow_unicode_strings);
    return out.str();
}

std::string as_key(const std::string& name) {
    constexpr std::string_view bare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return !name.empty() && name.find_first_not_of(bare) == name.npos ? name : quoted(name);
}

void append(std::string& out, std::string_view key, std::string_view text) {
    out += fmt::format("{} = {}\n", key, quoted(std::string(text)));
}

void append(std::string& out, std::string_view key, double number) {
    if (!std::isnan(number))
        out += fmt::format("{} = {}\n", key, number);
}

void append(std::string& out, std::string_view key, const std::vector<std::string>& texts) {
    std::vector<std::string> written;
    for (const std::string& text : texts)
        written.push_back(quoted(text));
    if (!written.empty())
        out += fmt::format("{} = [{}]\n", key, fmt::join(written, ", "));
}

void append_given(std::string& out, std::string_view key, std::string_view text) {
    if (!text.empty())
        append(out, key, text);
}

}  // namespace wellsieve::workflows
