#include <algorithm>
#include <deque>
#include <numeric>

#include "formats/results/schema.hpp"
#include "formats/results/table_io_internal.hpp"
#include "formats/results/text_check_internal.hpp"

namespace wellsieve::formats::results {
namespace {

/// A column shorter than this is neither chunked nor deflated: the index of its one chunk would be larger.
constexpr std::size_t smallest_chunked_bytes = 4096;

hdf5::Type number_type(ColumnType type) {
    switch (type) {
        case ColumnType::float64:
            return hdf5::Type(H5Tcopy(H5T_IEEE_F64LE));
        case ColumnType::float32:
            return hdf5::Type(H5Tcopy(H5T_IEEE_F32LE));
        case ColumnType::int64:
            return hdf5::Type(H5Tcopy(H5T_STD_I64LE));
        case ColumnType::uint8:
            return hdf5::Type(H5Tcopy(H5T_STD_U8LE));
        case ColumnType::uint32:
            return hdf5::Type(H5Tcopy(H5T_STD_U32LE));
        case ColumnType::uint64:
            return hdf5::Type(H5Tcopy(H5T_STD_U64LE));
        case ColumnType::boolean:
            return hdf5::bool_type();
        default:
            return hdf5::Type(H5Tcopy(H5T_STD_I32LE));  // numbers, and codes of categories
    }
}

/// Collects the chunks of many columns, so that one call can encode them all in parallel.
class ChunkPlan {
  public:
    /// Creates the dataset; its values are written at once when they are few, else by `write`.
    void add(hid_t parent, std::string_view name, const ColumnData& data, std::string_view units,
             std::string_view description) {
        const auto type = static_cast<ColumnType>(data.index());
        const auto bytes = stored_bytes(data, copies_.emplace_back());
        const auto width = stored_element_bytes(type);
        const hsize_t rows = bytes.size() / width;
        const bool chunked = bytes.size() >= smallest_chunked_bytes;
        const auto in_chunk = std::min<std::size_t>(rows, chunk_rows);
        auto& dataset = datasets_.emplace_back(
            create_values(parent, name, type, hdf5::simple_space({&rows, 1}).id(),
                          chunked ? chunked_properties(in_chunk) : hdf5::dataset_properties()));
        write_column_attributes(dataset.id(), units, description);
        if (chunked)
            cut(dataset.id(), bytes, width, in_chunk);
        else if (rows > 0)
            hdf5::check(
                H5Dwrite(dataset.id(), number_type(type).id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()));
    }

    /// Rows of all columns advance together, as in a streamed table.
    void write(const Executor& executor) {
        std::ranges::stable_sort(chunks_, {}, &Chunk::first_row);
        write_chunks(chunks_, executor);
    }

  private:
    void cut(hid_t dataset, std::span<const std::byte> bytes, std::size_t width, std::size_t rows) {
        for (std::size_t begin = 0; begin < bytes.size(); begin += rows * width)
            chunks_.push_back({dataset, begin / width, rows, width,
                               bytes.subspan(begin, std::min(rows * width, bytes.size() - begin))});
    }

    std::deque<std::vector<std::byte>> copies_;
    std::vector<hdf5::Dataset> datasets_;
    std::vector<Chunk> chunks_;
};

struct Note {
    std::string_view units, description;
};

/// A column's own where it has them, else what the schema says.
Note note_of(const ResultTable& table, const Column& column) {
    Note note{column.units, column.description};
    const auto* spec = find_column_spec(table.name, column.name);
    if (spec && note.units.empty())
        note.units = spec->units;
    if (spec && note.description.empty())
        note.description = spec->meaning;
    return note;
}

void add_column(hid_t frame, const Column& column, Note note, ChunkPlan& plan) {
    if (const auto* texts = std::get_if<std::vector<std::string>>(&column.data)) {
        check_texts(column.name, *texts);
        const auto dataset = hdf5::write_texts(frame, column.name, *texts);
        write_column_attributes(dataset.id(), note.units, note.description);
    } else if (const auto* kinds = std::get_if<Categorical>(&column.data)) {
        check_texts(column.name, kinds->categories);
        const auto group = hdf5::create_group(frame, column.name);
        write_categories(group.id(), kinds->categories, kinds->ordered);
        write_column_attributes(group.id(), note.units, note.description);
        plan.add(group.id(), "codes", column.data, {}, {});
    } else {
        plan.add(frame, column.name, column.data, note.units, note.description);
    }
}

}  // namespace

std::span<const std::byte> stored_bytes(const ColumnData& data, std::vector<std::byte>& copy) {
    return std::visit(
        [&copy](const auto& values) -> std::span<const std::byte> {
            using Values = std::decay_t<decltype(values)>;
            if constexpr (std::is_same_v<Values, Categorical>) {
                return std::as_bytes(std::span(values.codes));
            } else if constexpr (std::is_same_v<Values, std::vector<bool>>) {
                copy.resize(values.size());
                std::ranges::transform(values, copy.begin(), [](bool value) { return std::byte{value}; });
                return copy;
            } else if constexpr (std::is_same_v<Values, std::vector<std::string>>) {
                return {};
            } else {
                return std::as_bytes(std::span(values));
            }
        },
        data);
}

std::size_t stored_element_bytes(ColumnType type) {
    switch (type) {
        case ColumnType::uint8:
        case ColumnType::boolean:
            return 1;
        case ColumnType::float64:
        case ColumnType::int64:
        case ColumnType::uint64:
            return 8;
        default:
            return 4;
    }
}

hdf5::Dataset create_values(hid_t parent, std::string_view name, ColumnType type, hid_t space,
                            const hdf5::PropertyList& properties) {
    auto dataset = hdf5::create_dataset(parent, name, number_type(type).id(), space, properties);
    hdf5::write_encoding(dataset.id(), "array", "0.2.0");
    return dataset;
}

void write_frame_attributes(hid_t group, std::string_view index,
                            const std::vector<std::string_view>& columns) {
    hdf5::write_encoding(group, "dataframe", "0.2.0");
    hdf5::write_attribute(group, "_index", index.empty() ? row_numbers : index);
    hdf5::write_attribute(group, "column-order", columns);
}

void write_column_attributes(hid_t object, std::string_view units, std::string_view description) {
    if (!units.empty())
        hdf5::write_attribute(object, attribute::units, units);
    if (!description.empty())
        hdf5::write_attribute(object, attribute::description, description);
}

void write_categories(hid_t group, const std::vector<std::string>& categories, bool ordered) {
    hdf5::write_encoding(group, "categorical", "0.2.0");
    hdf5::write_attribute(group, "ordered", ordered);
    hdf5::write_texts(group, "categories", categories);
}

void write_table(hid_t parent, const ResultTable& table, const Executor& executor) {
    const auto group = hdf5::create_group(parent, table.name);
    std::vector<std::string_view> order;
    for (const auto& column : table.columns)
        if (column.name != table.index)
            order.push_back(column.name);
    write_frame_attributes(group.id(), table.index, order);
    ChunkPlan plan;
    ColumnData counted = std::vector<std::int64_t>(table.index.empty() ? table.rows() : 0);
    if (table.index.empty()) {
        auto& numbers = std::get<std::vector<std::int64_t>>(counted);
        std::iota(numbers.begin(), numbers.end(), 0);
        plan.add(group.id(), row_numbers, counted, {}, {});
    }
    for (const auto& column : table.columns)
        add_column(group.id(), column, note_of(table, column), plan);
    plan.write(executor);
}

}  // namespace wellsieve::formats::results
