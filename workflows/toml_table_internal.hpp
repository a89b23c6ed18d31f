#pragma once

#include <toml++/toml.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wellsieve::workflows {

/// One table of a TOML file, read key by key. What is wrong is written to `problems` as a line that names the
/// file, the line and the key, and the value keeps its default; `finish` reports the keys that nobody asked
/// for.
class TomlTable {
  public:
    TomlTable(const toml::table& table, std::string name, std::string file,
              std::vector<std::string>& problems)
        : table_(&table), name_(std::move(name)), file_(std::move(file)), problems_(&problems) {}

    void read(std::string_view key, std::string& value);
    void read(std::string_view key, double& value);
    void read(std::string_view key, bool& value);
    void read(std::string_view key, std::uint64_t& value);
    void read(std::string_view key, std::uint32_t& value);
    /// One string, or an array of them.
    void read(std::string_view key, std::vector<std::string>& value);
    /// One number, or an array of them.
    void read(std::string_view key, std::vector<double>& value);

    template <typename Enumeration>
    void read_word(std::string_view key, Enumeration& value) {
        read_word(key, value, words_of(value));
    }
    template <typename Enumeration>
    void read_word(std::string_view key, Enumeration& value, const std::vector<std::string_view>& words) {
        if (const auto index = word_index(key, words))
            value = static_cast<Enumeration>(*index);
    }

    const toml::node* find(std::string_view key);
    std::vector<TomlTable> tables(std::string_view key);        ///< of [[key]]
    std::optional<TomlTable> table(std::string_view key);       ///< of [key]
    std::vector<TomlTable> named_tables(std::string_view key);  ///< of [key.NAME], in the order of the file
    const std::string& name() const { return name_; }

    void require(std::string_view key);
    void problem(std::string_view key, std::string_view message);
    void finish();

  private:
    std::optional<std::size_t> word_index(std::string_view key, const std::vector<std::string_view>& words);

    const toml::table* table_;
    std::string name_;
    std::string file_;
    std::vector<std::string>* problems_;
    std::set<std::string, std::less<>> known_;
};

/// As TOML writes a string: with quotes, and what needs it escaped.
std::string quoted(const std::string& text);

/// A key, in quotes where TOML wants them.
std::string as_key(const std::string& name);

/// A line `key = value` of the effective configuration. A number that is not set (NaN) and an empty list have
/// none.
void append(std::string& out, std::string_view key, std::string_view text);
void append(std::string& out, std::string_view key, double number);
void append(std::string& out, std::string_view key, const std::vector<std::string>& texts);
/// An empty text has none either.
void append_given(std::string& out, std::string_view key, std::string_view text);

/// Of `words`, the one with the fewest edits to `text`; empty when none is near.
std::string nearest_word(std::string_view text, const std::vector<std::string>& words);

}  // namespace wellsieve::workflows
