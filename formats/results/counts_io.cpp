#include "formats/results/counts_io_internal.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "formats/results/schema.hpp"
#include "formats/results/table_io_internal.hpp"

namespace wellsieve::formats::results {
namespace {

constexpr std::string_view matrix = "X";

hdf5::PropertyList properties_of(const CountMatrix& counts, std::size_t columns) {
    auto list = hdf5::dataset_properties();
    const std::array<hsize_t, 2> chunk = {1, columns};
    if (columns > 0 && counts.samples > 0) {
        hdf5::check(H5Pset_chunk(list.id(), 2, chunk.data()));
        hdf5::check(H5Pset_shuffle(list.id()));
        hdf5::check(H5Pset_deflate(list.id(), 4));
    }
    return list;
}

std::vector<Chunk> chunks_of(const CountMatrix& counts, hid_t dataset, std::size_t columns) {
    std::vector<Chunk> chunks;
    for (std::size_t sample = 0; sample < counts.samples; ++sample)
        for (std::size_t first = 0; first < counts.features; first += columns) {
            const auto values = counts.values.subspan(sample * counts.features + first,
                                                      std::min(columns, counts.features - first));
            chunks.push_back(
                {dataset, first, columns, sizeof(std::uint32_t), std::as_bytes(values), sample, true});
        }
    return chunks;
}

void link(hid_t file, std::string_view table, hid_t group, const char* name) {
    if (!hdf5::has_link(file, table))
        throw std::logic_error("counts without the table '" + std::string(table) + "'");
    hdf5::check(H5Lcreate_hard(file, std::string(table).c_str(), group, name, H5P_DEFAULT, H5P_DEFAULT));
}

}  // namespace

void write_counts(hid_t file, const CountMatrix& counts, const Executor& executor) {
    if (counts.values.size() != counts.samples * counts.features)
        throw std::logic_error("a matrix of counts of another size than its samples and features");
    const auto group = hdf5::create_group(file, table_name::counts);
    hdf5::write_encoding(group.id(), "anndata", "0.1.0");
    write_matrix(group.id(), counts, executor);
    link(file, table_name::samples, group.id(), "obs");
    link(file, table_name::features, group.id(), "var");
}

void write_matrix(hid_t group, const CountMatrix& counts, const Executor& executor) {
    const std::size_t columns = std::min(counts.features, chunk_rows);
    const std::array<hsize_t, 2> extent = {counts.samples, counts.features};
    const auto dataset = create_values(group, matrix, ColumnType::uint32, hdf5::simple_space(extent).id(),
                                       properties_of(counts, columns));
    write_chunks(chunks_of(counts, dataset.id(), columns), executor);
}

std::vector<std::uint32_t> read_counts(hid_t file, std::string_view name) {
    const auto group = hdf5::open_group(file, name);
    const auto dataset = hdf5::open_dataset(group.id(), matrix);
    const hdf5::Space space(H5Dget_space(dataset.id()));
    std::vector<std::uint32_t> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.id())));
    if (!values.empty())
        hdf5::check(H5Dread(dataset.id(), H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
    return values;
}

}  // namespace wellsieve::formats::results
