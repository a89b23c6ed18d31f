#include "formats/results/h5ad_counts.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <unordered_set>

#include "formats/error.hpp"
#include "formats/results/hdf5_internal.hpp"
#include "formats/results/table_io_internal.hpp"

namespace wellsieve::formats::results {
namespace {

std::vector<std::string> names_of(hid_t file, std::string_view frame) {
    const auto group = hdf5::open_group(file, frame);
    const std::string index = hdf5::read_text_attribute(group.id(), "_index");
    return hdf5::read_texts(hdf5::open_dataset(group.id(), index.empty() ? "_index" : index));
}

/// A column of var: the first of these titles that is there, or empty texts.
std::vector<std::string> column_of(hid_t file, std::size_t features,
                                   std::initializer_list<const char*> titles) {
    const auto group = hdf5::open_group(file, "var");
    std::vector<std::string> texts(features);
    for (const auto* title : titles) {
        if (!hdf5::has_link(group.id(), title))
            continue;
        const ResultTable table = read_table(file, "var");
        for (std::size_t i = 0; i < features; ++i)
            texts[i] = table.text(title, i);
        break;
    }
    return texts;
}

std::vector<double> read_doubles(const hdf5::Dataset& dataset) {
    const hdf5::Space space(H5Dget_space(dataset.id()));
    std::vector<double> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.id())));
    if (!values.empty())
        hdf5::check(H5Dread(dataset.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
    return values;
}

/// X as [sample][feature], whichever of AnnData's forms it has.
std::vector<double> read_matrix(hid_t file, std::size_t samples, std::size_t features) {
    const auto object = hdf5::open_object(file, "X");
    if (H5Iget_type(object.id()) != H5I_GROUP)
        return read_doubles(hdf5::open_dataset(file, "X"));
    const auto group = hdf5::open_group(file, "X");
    const std::string form = hdf5::read_text_attribute(group.id(), "encoding-type");
    if (form != "csr_matrix" && form != "csc_matrix")
        throw hdf5::Error("X is neither a dense matrix nor in CSR or CSC form");
    const bool by_sample = form == "csr_matrix";
    const std::size_t rows = by_sample ? samples : features;
    const std::size_t columns = by_sample ? features : samples;
    const auto data = read_doubles(hdf5::open_dataset(group.id(), "data"));
    const auto indices = read_doubles(hdf5::open_dataset(group.id(), "indices"));
    const auto begins = read_doubles(hdf5::open_dataset(group.id(), "indptr"));
    if (begins.size() != rows + 1 || indices.size() != data.size())
        throw hdf5::Error(by_sample ? "X does not fit obs" : "X does not fit var");
    std::vector<double> dense(samples * features);
    for (std::size_t r = 0; r < rows; ++r)
        for (auto i = static_cast<std::size_t>(begins[r]); i < static_cast<std::size_t>(begins[r + 1]); ++i) {
            if (i >= data.size() || !(indices[i] >= 0 && indices[i] < static_cast<double>(columns)))
                throw hdf5::Error(by_sample ? "X does not fit var" : "X does not fit obs");
            const auto c = static_cast<std::size_t>(indices[i]);
            dense[by_sample ? r * features + c : c * features + r] = data[i];
        }
    return dense;
}

void check_unique(const reads::CountsTable& table) {
    std::unordered_set<std::string_view> seen;
    for (const std::string& id : table.ids)
        if (!seen.insert(id).second)
            throw FormatError(table.path, "var", fmt::format("'{}' stands there twice", id));
}

}  // namespace

bool is_hdf5(const std::string& path) {
    std::array<char, 8> magic{};
    std::ifstream(path, std::ios::binary).read(magic.data(), magic.size());
    return std::string_view(magic.data(), magic.size()) == std::string_view("\x89HDF\r\n\x1a\n", 8);
}

reads::CountsTable read_h5ad_counts(const std::string& path) {
    hdf5::prepare_thread();
    reads::CountsTable table;
    table.path = path;
    std::vector<double> values;
    try {
        const auto file = hdf5::open_file(path);
        table.samples = names_of(file.id(), "obs");
        table.ids = names_of(file.id(), "var");
        table.genes = column_of(file.id(), table.ids.size(), {"gene", "Gene", "gene_symbol", "target"});
        table.strains = column_of(file.id(), table.ids.size(), {"strain"});
        table.barcodes = column_of(file.id(), table.ids.size(), {"barcode"});
        values = read_matrix(file.id(), table.samples.size(), table.ids.size());
    } catch (const hdf5::Error& error) {
        throw FormatError(path, "", fmt::format("cannot be read as AnnData: {}", error.what()));
    }
    check_unique(table);
    if (values.size() != table.samples.size() * table.ids.size())
        throw FormatError(path, "X", "does not fit obs and var");
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!(values[i] >= 0) || values[i] != std::floor(values[i]) ||
            values[i] > std::numeric_limits<std::uint32_t>::max())
            throw FormatError(
                path,
                fmt::format("X, '{}' in '{}'", table.ids[i % table.ids.size()],
                            table.samples[i / table.ids.size()]),
                fmt::format("{} is no count: whole numbers as sequenced are wanted, none that were "
                            "normalised",
                            values[i]));
        table.counts.push_back(static_cast<std::uint32_t>(values[i]));
    }
    return table;
}

}  // namespace wellsieve::formats::results
