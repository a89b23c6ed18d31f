#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wellsieve::formats::results {

/// Text of few kinds: each row holds an index into `categories`, or `not_available`. Categories are unique.
struct Categorical {
    static constexpr std::int32_t not_available = -1;

    std::vector<std::int32_t> codes;
    std::vector<std::string> categories;
    bool ordered = false;

    /// The text of that row; empty where it is not available.
    std::string_view text(std::size_t row) const;
    bool operator==(const Categorical&) const = default;
};

/// Categories in the order in which they first appear; the code of every row is set.
Categorical categorical_of(const std::vector<std::string>& texts);

/// A column's values, one a row. Missing numbers are NaN, missing text is `not_available`.
using ColumnData =
    std::variant<std::vector<double>, std::vector<float>, std::vector<std::int32_t>,
                 std::vector<std::int64_t>, std::vector<std::uint8_t>, std::vector<std::uint32_t>,
                 std::vector<std::uint64_t>, std::vector<bool>, std::vector<std::string>, Categorical>;

/// In the order of ColumnData's alternatives.
enum class ColumnType : std::uint8_t {
    float64,
    float32,
    int32,
    int64,
    uint8,
    uint32,
    uint64,
    boolean,
    string,
    categorical,
};

std::string_view type_name(ColumnType type);

struct Column {
    std::string name;
    ColumnData data;
    std::string units;  ///< empty for a pure number or text
    std::string description;

    std::size_t rows() const;
    ColumnType type() const { return static_cast<ColumnType>(data.index()); }
};

/// One table of a result file. Columns are moved in whole, so that millions of rows cost nothing to hand
/// over.
struct ResultTable {
    std::string name;
    std::string index;  ///< the column that names the rows; empty: rows are numbered from 0
    std::vector<Column> columns;

    /// Of the first column; the writers check that all have as many.
    std::size_t rows() const;
    /// Appends a column; units and description of a column that the schema knows may be left out.
    void add(std::string column, ColumnData data, std::string units = {}, std::string description = {});
    /// Null where there is none.
    const Column* find(std::string_view column) const;
    /// The values of a column that must be there with that type; throws std::logic_error.
    template <typename Values>
    const Values& get(std::string_view column) const {
        return std::get<Values>(require(column, static_cast<ColumnType>(ColumnData(Values{}).index())).data);
    }
    /// The text of a column that is a string or a categorical one; throws std::logic_error where it is
    /// neither.
    std::string_view text(std::string_view column, std::size_t row) const;

  private:
    const Column& require(std::string_view column, ColumnType type) const;
};

}  // namespace wellsieve::formats::results
