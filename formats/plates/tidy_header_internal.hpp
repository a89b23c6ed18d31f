#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "formats/plates/table.hpp"
#include "formats/plates/well.hpp"

namespace wellsieve::formats::plates::tidy {

/// What a column of a tidy table is for.
enum class Role {
    plate,
    well,
    row,
    column,
    series,  ///< sample, strain, line …
    value,
    mode,
    readout,
    wavelength,
    excitation,
    emission,
    unit,
    flag,
    kind,
    time,
    temperature,
    design,  ///< of the experiment: replicate, dose …; holds no reading
    count
};

struct Header {
    std::size_t row = 0;
    std::array<std::optional<std::size_t>, static_cast<std::size_t>(Role::count)> columns;
    std::vector<std::size_t> values;  ///< columns with readings

    std::optional<std::size_t> column(Role role) const { return columns[static_cast<std::size_t>(role)]; }
    bool names_wells() const;
};

/// The header within the first rows: it names wells (or rows and columns, or series) and a column with
/// readings, and the row below it holds a well.
std::optional<Header> find_header(const Table& table);

/// Neither blank nor a comment.
bool is_data(const Table& table, std::size_t row);

/// The well of a row, by its well or else by its row and column.
std::optional<Well> well_at(const Table& table, std::size_t row, const Header& header);

}  // namespace wellsieve::formats::plates::tidy
