#pragma once

#include <string_view>
#include <vector>

#include "formats/results/chunks_internal.hpp"
#include "formats/results/table.hpp"

/// Tables as groups in AnnData's `dataframe` encoding (0.2.0).
namespace wellsieve::formats::results {

/// The bytes of a column's numbers, codes or truth values as they go to the file; none for strings. `copy`
/// holds them where they do not lie so in memory.
std::span<const std::byte> stored_bytes(const ColumnData& data, std::vector<std::byte>& copy);
std::size_t stored_element_bytes(ColumnType type);

/// Creates the dataset of a column's numbers, codes or truth values.
hdf5::Dataset create_values(hid_t parent, std::string_view name, ColumnType type, hid_t space,
                            const hdf5::PropertyList& properties);
/// Marks a group as a data frame whose rows the column `index` names (empty: they are numbered).
void write_frame_attributes(hid_t group, std::string_view index,
                            const std::vector<std::string_view>& columns);
void write_column_attributes(hid_t object, std::string_view units, std::string_view description);
/// The group of a categorical column, all but its codes.
void write_categories(hid_t group, const std::vector<std::string>& categories, bool ordered);

/// A whole table. Throws hdf5::Error; std::invalid_argument for text that HDF5 cannot hold.
void write_table(hid_t parent, const ResultTable& table, const Executor& executor);
/// Throws hdf5::Error.
ResultTable read_table(hid_t parent, std::string_view name);

}  // namespace wellsieve::formats::results
