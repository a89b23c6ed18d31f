#include "formats/results/h5ad.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>

#include "formats/error.hpp"
#include "formats/results/counts_io_internal.hpp"
#include "formats/results/result_writer_internal.hpp"
#include "formats/results/schema.hpp"
#include "formats/results/table_io_internal.hpp"

namespace wellsieve::formats::results {
namespace {

constexpr std::array matrix_columns = {std::string_view("raw"), std::string_view("corrected"),
                                       std::string_view("normalised")};
constexpr std::size_t x_matrix = 2;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

using Matrix = std::vector<double>;  // wells × traits, row by row

struct Screen {
    ResultTable wells;
    std::vector<std::string> traits;
    std::array<Matrix, matrix_columns.size()> matrices;
};

std::string well_id(const ResultTable& table, std::size_t row) {
    return fmt::format("{}:{}", table.text("plate", row), table.text("well", row));
}

std::vector<std::string> well_ids(const ResultTable& table) {
    std::vector<std::string> ids(table.rows());
    for (std::size_t row = 0; row < ids.size(); ++row)
        ids[row] = well_id(table, row);
    return ids;
}

/// Where each (well, trait) of `traits` stands in the matrices.
std::vector<std::size_t> places(const std::string& path, const std::vector<std::string>& wells,
                                const ResultTable& traits, const Categorical& trait_of) {
    const auto fail = [&](std::size_t row, const std::string& what) {
        throw FormatError(path, fmt::format("table 'traits', row {}", row), what);
    };
    std::unordered_map<std::string_view, std::size_t> well_rows;
    for (std::size_t row = 0; row < wells.size(); ++row)
        if (!well_rows.emplace(wells[row], row).second)
            throw FormatError(path, "table 'wells'", fmt::format("well '{}' twice", wells[row]));
    std::vector<std::size_t> result(traits.rows());
    std::vector<bool> taken(wells.size() * trait_of.categories.size());
    for (std::size_t row = 0; row < result.size(); ++row) {
        const auto id = well_id(traits, row);
        const auto well = well_rows.find(id);
        if (well == well_rows.end())
            fail(row, fmt::format("well '{}' is not in table 'wells'", id));
        result[row] =
            well->second * trait_of.categories.size() + static_cast<std::size_t>(trait_of.codes[row]);
        if (taken[result[row]])
            fail(row, fmt::format("well '{}' has trait '{}' twice", id, trait_of.text(row)));
        taken[result[row]] = true;
    }
    return result;
}

Categorical traits_of(const ResultTable& traits) {
    std::vector<std::string> names(traits.rows());
    for (std::size_t row = 0; row < names.size(); ++row)
        names[row] = traits.text("trait", row);
    return categorical_of(names);
}

Screen gather(const ResultReader& result, const ResultTable& traits) {
    Screen screen;
    screen.wells = result.read(table_name::wells);
    const auto ids = well_ids(screen.wells);
    const auto trait_of = traits_of(traits);
    screen.traits = trait_of.categories;
    const auto place = places(result.path().string(), ids, traits, trait_of);
    for (std::size_t m = 0; m < matrix_columns.size(); ++m) {
        const auto& values = traits.get<std::vector<double>>(matrix_columns[m]);
        screen.matrices[m].assign(ids.size() * screen.traits.size(), missing);
        for (std::size_t row = 0; row < place.size(); ++row)
            screen.matrices[m][place[row]] = values[row];
    }
    screen.wells.name = "obs";
    screen.wells.index = row_numbers;
    screen.wells.add(std::string(row_numbers), ids);
    return screen;
}

/// The rows of `traits` that have a flag.
ResultTable flags_of(const ResultTable& traits) {
    constexpr std::array columns = {"plate", "well", "trait", "flag"};
    std::array<std::vector<std::string>, columns.size()> texts;
    for (std::size_t row = 0; row < traits.rows(); ++row)
        if (!traits.text("flag", row).empty())
            for (std::size_t i = 0; i < columns.size(); ++i)
                texts[i].emplace_back(traits.text(columns[i], row));
    ResultTable flags{"flags", {}, {}};
    for (std::size_t i = 0; i < columns.size(); ++i)
        flags.add(columns[i], categorical_of(texts[i]));
    return flags;
}

hdf5::Group create_dictionary(hid_t parent, std::string_view name) {
    auto group = hdf5::create_group(parent, name);
    hdf5::write_encoding(group.id(), "dict", "0.1.0");
    return group;
}

void write_matrix(hid_t parent, std::string_view name, const Screen& screen, const Matrix& values) {
    const std::array<hsize_t, 2> extent = {screen.wells.rows(), screen.traits.size()};
    const auto dataset = create_values(parent, name, ColumnType::float64, hdf5::simple_space(extent).id(),
                                       hdf5::dataset_properties());
    if (!values.empty())
        hdf5::check(H5Dwrite(dataset.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
}

/// Where the run and its ranking are told.
hdf5::Group write_unstructured(hid_t file, const ResultReader& result) {
    auto group = create_dictionary(file, "uns");
    hdf5::write_text(group.id(), config_dataset, result.config());
    hdf5::write_text(group.id(), attribute::writer, result.writer());
    hdf5::write_text(group.id(), attribute::schema_version, result.schema_version());
    for (const auto table : {table_name::scores, table_name::ranking})
        if (result.has(table))
            write_table(group.id(), result.read(table), run_serially);
    return group;
}

void write_empty_dictionaries(hid_t file) {
    for (const auto* name : {"obsm", "varm", "obsp", "varp"})
        create_dictionary(file, name);
}

ResultTable renamed(ResultTable table, std::string name) {
    table.name = std::move(name);
    return table;
}

}  // namespace

void export_h5ad(const ResultReader& result, const std::filesystem::path& out) {
    const auto traits = result.read(table_name::traits);
    const auto screen = gather(result, traits);
    ResultTable variables{"var", "trait", {}};
    variables.add("trait", screen.traits);
    AtomicHdf5File file(out);
    reporting(out, "the AnnData file", [&] {
        hdf5::write_encoding(file.id(), "anndata", "0.1.0");
        write_matrix(file.id(), "X", screen, screen.matrices[x_matrix]);
        write_table(file.id(), screen.wells, run_serially);
        write_table(file.id(), variables, run_serially);
        const auto layers = create_dictionary(file.id(), "layers");
        for (std::size_t m = 0; m < x_matrix; ++m)
            write_matrix(layers.id(), matrix_columns[m], screen, screen.matrices[m]);
        write_empty_dictionaries(file.id());
        write_table(write_unstructured(file.id(), result).id(), flags_of(traits), run_serially);
    });
    file.commit();
}

void export_counts_h5ad(const ResultReader& result, std::string_view counts,
                        const std::filesystem::path& out) {
    if (std::ranges::find(result.counts(), counts) == result.counts().end())
        throw FormatError(
            result.path().string(), "",
            fmt::format(
                "no counts '{}'; there are: {}", counts,
                result.counts().empty() ? "none" : fmt::format("{}", fmt::join(result.counts(), ", "))));
    const std::string prefix(counts.substr(0, counts.size() - table_name::counts.size()));
    const auto table = [&](std::string_view name) { return prefix + std::string(name); };
    const ResultTable samples = renamed(result.read(table(table_name::samples)), "obs");
    const ResultTable features = renamed(result.read(table(table_name::features)), "var");
    const std::vector<std::uint32_t> values = result.read_counts(counts);
    AtomicHdf5File file(out);
    reporting(out, "the AnnData file", [&] {
        hdf5::write_encoding(file.id(), "anndata", "0.1.0");
        write_matrix(file.id(), CountMatrix{values, samples.rows(), features.rows()}, run_serially);
        write_table(file.id(), samples, run_serially);
        write_table(file.id(), features, run_serially);
        create_dictionary(file.id(), "layers");
        write_empty_dictionaries(file.id());
        const auto unstructured = write_unstructured(file.id(), result);
        for (const auto name :
             {table_name::feature_scores, table_name::group_scores, table_name::outlying_counts,
              table_name::amounts, table_name::feba, table_name::feature_fitness, table_name::group_fitness})
            if (result.has(table(name)))
                write_table(unstructured.id(), renamed(result.read(table(name)), std::string(name)),
                            run_serially);
    });
    file.commit();
}

}  // namespace wellsieve::formats::results
