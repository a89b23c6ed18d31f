#include "formats/results/schema.hpp"
#include "formats/results/table_io_internal.hpp"

namespace wellsieve::formats::results {
namespace {

template <typename T>
std::vector<T> read_numbers(const hdf5::Dataset& dataset, hid_t memory_type) {
    std::vector<T> values(hdf5::length(dataset));
    if (!values.empty())
        hdf5::check(H5Dread(dataset.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
    return values;
}

std::vector<bool> read_truths(const hdf5::Dataset& dataset, hid_t stored_type) {
    if (H5Tget_size(stored_type) != 1)
        throw hdf5::Error("an enumeration that is not a truth value");
    const auto bytes = read_numbers<std::int8_t>(dataset, stored_type);
    return {bytes.begin(), bytes.end()};
}

ColumnData read_integers(const hdf5::Dataset& dataset, hid_t stored_type) {
    const bool is_signed = H5Tget_sign(stored_type) == H5T_SGN_2;
    const auto width = H5Tget_size(stored_type);
    if (is_signed)
        return width > 4 ? ColumnData(read_numbers<std::int64_t>(dataset, H5T_NATIVE_INT64))
                         : ColumnData(read_numbers<std::int32_t>(dataset, H5T_NATIVE_INT32));
    if (width == 1)
        return read_numbers<std::uint8_t>(dataset, H5T_NATIVE_UINT8);
    return width > 4 ? ColumnData(read_numbers<std::uint64_t>(dataset, H5T_NATIVE_UINT64))
                     : ColumnData(read_numbers<std::uint32_t>(dataset, H5T_NATIVE_UINT32));
}

ColumnData read_values(const hdf5::Dataset& dataset) {
    hdf5::Type type(H5Dget_type(dataset.id()));
    switch (H5Tget_class(type.id())) {
        case H5T_STRING:
            return hdf5::read_texts(dataset);
        case H5T_ENUM:
            return read_truths(dataset, type.id());
        case H5T_INTEGER:
            return read_integers(dataset, type.id());
        case H5T_FLOAT:
            return H5Tget_size(type.id()) > 4 ? ColumnData(read_numbers<double>(dataset, H5T_NATIVE_DOUBLE))
                                              : ColumnData(read_numbers<float>(dataset, H5T_NATIVE_FLOAT));
        default:
            throw hdf5::Error("a type of values that no table holds");
    }
}

Categorical read_categorical(hid_t group) {
    Categorical result;
    result.codes = read_numbers<std::int32_t>(hdf5::open_dataset(group, "codes"), H5T_NATIVE_INT32);
    result.categories = hdf5::read_texts(hdf5::open_dataset(group, "categories"));
    result.ordered = hdf5::read_bool_attribute(group, "ordered");
    const auto end = static_cast<std::int32_t>(result.categories.size());
    for (const auto code : result.codes)
        if (code < Categorical::not_available || code >= end)
            throw hdf5::Error("code " + std::to_string(code) + " has no category");
    return result;
}

Column read_column(hid_t frame, const std::string& name) try {
    Column column{name, {}, {}, {}};
    const auto object = hdf5::open_object(frame, name);
    if (H5Iget_type(object.id()) == H5I_GROUP)
        column.data = read_categorical(object.id());
    else
        column.data = read_values(hdf5::open_dataset(frame, name));
    column.units = hdf5::read_text_attribute(object.id(), attribute::units);
    column.description = hdf5::read_text_attribute(object.id(), attribute::description);
    return column;
} catch (const hdf5::Error& error) {
    throw hdf5::Error("column '" + name + "': " + error.what(), error.number());
}

}  // namespace

ResultTable read_table(hid_t parent, std::string_view name) {
    const auto group = hdf5::open_group(parent, name);
    if (hdf5::read_text_attribute(group.id(), "encoding-type") != "dataframe")
        throw hdf5::Error("not a table");
    ResultTable table{std::string(name), hdf5::read_text_attribute(group.id(), "_index"), {}};
    if (table.index == row_numbers)
        table.index.clear();
    else
        table.columns.push_back(read_column(group.id(), table.index));
    for (const auto& column : hdf5::read_texts_attribute(group.id(), "column-order"))
        table.columns.push_back(read_column(group.id(), column));
    for (const auto& column : table.columns)
        if (column.rows() != table.rows())
            throw hdf5::Error("column '" + column.name + "' has " + std::to_string(column.rows()) +
                              " rows, not " + std::to_string(table.rows()));
    return table;
}

}  // namespace wellsieve::formats::results
