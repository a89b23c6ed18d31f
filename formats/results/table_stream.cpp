#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "formats/results/result_writer_internal.hpp"
#include "formats/results/schema.hpp"
#include "formats/results/table_io_internal.hpp"
#include "formats/results/table_stream_internal.hpp"
#include "formats/results/text_check_internal.hpp"

namespace wellsieve::formats::results {
namespace {

/// Chunks a column that are gathered before they are encoded together: work for several cores.
constexpr std::size_t gathered_chunks = 4;

/// The categories that batches have brought so far.
class Dictionary {
  public:
    const std::vector<std::string>& texts() const { return texts_; }

    /// The batch's codes in terms of this dictionary.
    std::vector<std::int32_t> translate(const Categorical& batch) {
        std::vector<std::int32_t> code_here;
        for (const auto& text : batch.categories)
            code_here.push_back(code_of(text));
        std::vector<std::int32_t> codes(batch.codes.size());
        std::ranges::transform(batch.codes, codes.begin(), [&](std::int32_t code) {
            return code == Categorical::not_available ? code : code_here[static_cast<std::size_t>(code)];
        });
        return codes;
    }

  private:
    std::int32_t code_of(const std::string& text) {
        const auto [entry, is_new] = codes_.try_emplace(text, static_cast<std::int32_t>(texts_.size()));
        if (is_new)
            texts_.push_back(text);
        return entry->second;
    }

    std::vector<std::string> texts_;
    std::unordered_map<std::string, std::int32_t> codes_;
};

/// One growing dataset with the bytes that do not fill chunks yet.
struct GrowingColumn {
    std::string name;
    std::size_t element_bytes = 0;
    hdf5::Dataset dataset;
    hdf5::Group group;  ///< of a categorical column
    Dictionary dictionary;
    std::vector<std::byte> pending;
};

GrowingColumn grow(hid_t parent, std::string_view name, ColumnType type) {
    const hsize_t none = 0, unlimited = H5S_UNLIMITED;
    const hdf5::Space space(H5Screate_simple(1, &none, &unlimited));
    GrowingColumn column;
    column.name = name;
    column.element_bytes = stored_element_bytes(type);
    if (type == ColumnType::categorical) {
        column.group = hdf5::create_group(parent, name);
        parent = column.group.id();
        name = "codes";
    }
    column.dataset = create_values(parent, name, type, space.id(), chunked_properties(chunk_rows));
    return column;
}

void gather(GrowingColumn& column, const ColumnData& data) {
    std::vector<std::byte> copy;
    if (const auto* kinds = std::get_if<Categorical>(&data)) {
        check_texts(column.name, kinds->categories);
        const auto codes = column.dictionary.translate(*kinds);
        const auto bytes = std::as_bytes(std::span(codes));
        column.pending.insert(column.pending.end(), bytes.begin(), bytes.end());
    } else {
        const auto bytes = stored_bytes(data, copy);
        column.pending.insert(column.pending.end(), bytes.begin(), bytes.end());
    }
}

}  // namespace

struct TableStream::Impl {
    std::filesystem::path path;
    Executor executor;
    const TableSpec* spec = nullptr;
    hdf5::Group group;
    std::vector<GrowingColumn> columns;  ///< the row numbers first, where there are any
    std::size_t rows_written = 0;
    std::size_t rows_pending = 0;

    void create(hid_t file) {
        group = hdf5::create_group(file, spec->name);
        std::vector<std::string_view> order;
        if (spec->index.empty())
            columns.push_back(grow(group.id(), row_numbers, ColumnType::int64));
        for (const auto& column : spec->columns) {
            columns.push_back(grow(group.id(), column.name, column.type));
            const auto& made = columns.back();
            write_column_attributes(made.group.id() >= 0 ? made.group.id() : made.dataset.id(), column.units,
                                    column.meaning);
            if (column.name != spec->index)
                order.push_back(column.name);
        }
        write_frame_attributes(group.id(), spec->index, order);
    }

    void gather_rows(const ResultTable& batch) {
        for (auto& column : columns) {
            if (const auto* found = batch.find(column.name)) {
                gather(column, found->data);
            } else {
                std::vector<std::int64_t> numbers(batch.rows());
                std::iota(numbers.begin(), numbers.end(),
                          static_cast<std::int64_t>(rows_written + rows_pending));
                gather(column, numbers);
            }
        }
        rows_pending += batch.rows();
    }

    /// Writes the first `rows` of the gathered rows; all but the last rows of the table come in whole chunks.
    void write(std::size_t rows) {
        const hsize_t extent = rows_written + rows;
        for (const auto& column : columns)
            hdf5::check(H5Dset_extent(column.dataset.id(), &extent));
        std::vector<Chunk> chunks;
        for (std::size_t begin = 0; begin < rows; begin += chunk_rows)
            for (const auto& column : columns) {
                const auto n = std::min(chunk_rows, rows - begin);
                const std::span values(column.pending);
                chunks.push_back({column.dataset.id(), rows_written + begin, chunk_rows, column.element_bytes,
                                  values.subspan(begin * column.element_bytes, n * column.element_bytes)});
            }
        write_chunks(chunks, executor);
        for (auto& column : columns)
            column.pending.erase(
                column.pending.begin(),
                column.pending.begin() + static_cast<std::ptrdiff_t>(rows * column.element_bytes));
        rows_written += rows;
        rows_pending -= rows;
    }
};

TableStream make_stream(const std::filesystem::path& path, hid_t file, std::string_view table,
                        const Executor& executor) {
    const auto* spec = find_spec(table);
    if (!spec || spec->takes_more_columns ||
        std::ranges::count(spec->columns, ColumnType::string, &ColumnSpec::type))
        throw std::logic_error(fmt::format("table '{}' cannot be streamed", table));
    auto impl = std::make_unique<TableStream::Impl>();
    impl->path = path;
    impl->executor = executor;
    impl->spec = spec;
    reporting(path, fmt::format("table '{}'", table), [&] { impl->create(file); });
    return TableStream(std::move(impl));
}

TableStream::TableStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TableStream::TableStream(TableStream&&) noexcept = default;
TableStream::~TableStream() = default;

void TableStream::append(const ResultTable& batch) {
    if (batch.name != impl_->spec->name)
        throw std::logic_error(fmt::format("rows of '{}' for table '{}'", batch.name, impl_->spec->name));
    check_against_schema(batch);
    for (const auto& wanted : impl_->spec->columns)
        if (batch.find(wanted.name)->type() != wanted.type)
            throw std::logic_error(
                fmt::format("streamed column '{}' is not {}", wanted.name, type_name(wanted.type)));
    reporting(impl_->path, fmt::format("table '{}'", batch.name), [&] {
        impl_->gather_rows(batch);
        if (impl_->rows_pending >= gathered_chunks * chunk_rows)
            impl_->write(impl_->rows_pending / chunk_rows * chunk_rows);
    });
}

void TableStream::finish() {
    reporting(impl_->path, fmt::format("table '{}'", impl_->spec->name), [&] {
        impl_->write(impl_->rows_pending);
        for (const auto& column : impl_->columns)
            if (column.group.id() >= 0)
                write_categories(column.group.id(), column.dictionary.texts(), false);
    });
}

}  // namespace wellsieve::formats::results
