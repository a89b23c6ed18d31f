#include "formats/results/result_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "formats/error.hpp"
#include "formats/results/counts_io_internal.hpp"
#include "formats/results/schema.hpp"
#include "formats/results/table_io_internal.hpp"

namespace wellsieve::formats::results {
namespace {

constexpr std::string_view not_a_result = "not a Wellsieve result";

void check_schema(const std::string& path, hid_t file) {
    if (hdf5::read_text_attribute(file, attribute::schema_name) != schema_name)
        throw FormatError(path, "", not_a_result);
    const auto version = hdf5::read_text_attribute(file, attribute::schema_version);
    int major = 0;
    const auto parsed = std::from_chars(version.data(), version.data() + version.size(), major);
    if (parsed.ec != std::errc{} || parsed.ptr == version.data() + version.size() || *parsed.ptr != '.')
        throw FormatError(path, "", fmt::format("{}: schema version '{}'", not_a_result, version));
    if (major > schema_major)
        throw FormatError(
            path, "",
            fmt::format("schema version {} is newer than {}, which this program reads: use a newer wellsieve",
                        version, schema_version));
    if (major < schema_major)
        throw FormatError(path, "",
                          fmt::format("schema version {} is older than {}, which this program reads: "
                                      "run its screen again",
                                      version, schema_version));
}

/// Tables of the schema in its order, then the others by name.
std::vector<std::string> table_names(hid_t group) {
    std::vector<std::string> names;
    for (const auto& spec : table_specs)
        if (hdf5::has_link(group, spec.name))
            names.emplace_back(spec.name);
    for (const auto& name : hdf5::link_names(group))
        if (name != config_dataset && name != table_name::counts && name != pools_group && !find_spec(name))
            names.push_back(name);
    return names;
}

/// "", or of several pools "pools/NAME/", before the names of what they have.
std::vector<std::string> pool_prefixes(hid_t file) {
    std::vector<std::string> prefixes;
    if (hdf5::has_link(file, table_name::counts))
        prefixes.emplace_back();
    if (hdf5::has_link(file, pools_group))
        for (const auto& name : hdf5::link_names(hdf5::open_group(file, pools_group).id()))
            prefixes.push_back(fmt::format("{}/{}/", pools_group, name));
    return prefixes;
}

std::string read_config(hid_t file) {
    const auto texts = hdf5::read_texts(hdf5::open_dataset(file, config_dataset));
    return texts.empty() ? std::string{} : texts.front();
}

/// HDF5 names neither a file that is missing nor one that is something else in words that help.
hdf5::File open(const std::string& path) {
    hdf5::prepare_thread();
    try {
        return hdf5::open_file(path);
    } catch (const hdf5::Error& error) {
        if (error.number() != 0)
            throw FormatError(path, "", error.what());
        throw FormatError(path, "", fmt::format("{}: {}", not_a_result, error.what()));
    }
}

}  // namespace

struct ResultReader::Impl {
    std::filesystem::path path;
    hdf5::File file;
    std::string version, writer, config;
    std::vector<std::string> tables;
    std::vector<std::string> counts = {};

    void list_contents() {
        tables = table_names(file.id());
        for (const std::string& prefix : pool_prefixes(file.id())) {
            counts.push_back(prefix + std::string(table_name::counts));
            if (!prefix.empty())
                for (const std::string& name : table_names(hdf5::open_group(file.id(), prefix).id()))
                    tables.push_back(prefix + name);
        }
    }
};

ResultReader::ResultReader(const std::filesystem::path& path)
    : impl_(new Impl{path, open(path.string()), {}, {}, {}, {}}) {
    const auto file = impl_->file.id();
    try {
        check_schema(path.string(), file);
        impl_->version = hdf5::read_text_attribute(file, attribute::schema_version);
        impl_->writer = hdf5::read_text_attribute(file, attribute::writer);
        impl_->config = read_config(file);
        impl_->list_contents();
    } catch (const hdf5::Error& error) {
        throw FormatError(path.string(), "", fmt::format("{}: {}", not_a_result, error.what()));
    }
}

ResultReader::ResultReader(ResultReader&&) noexcept = default;
ResultReader::~ResultReader() = default;

const std::filesystem::path& ResultReader::path() const {
    return impl_->path;
}
const std::string& ResultReader::schema_version() const {
    return impl_->version;
}
const std::string& ResultReader::writer() const {
    return impl_->writer;
}
const std::string& ResultReader::config() const {
    return impl_->config;
}
const std::vector<std::string>& ResultReader::tables() const {
    return impl_->tables;
}

bool ResultReader::has(std::string_view table) const {
    return std::ranges::find(impl_->tables, table) != impl_->tables.end();
}

const std::vector<std::string>& ResultReader::counts() const {
    return impl_->counts;
}

std::vector<std::uint32_t> ResultReader::read_counts(std::string_view name) const {
    hdf5::prepare_thread();
    try {
        return results::read_counts(impl_->file.id(), name);
    } catch (const hdf5::Error& error) {
        throw FormatError(impl_->path.string(), std::string(name), error.what());
    }
}

ResultTable ResultReader::read(std::string_view table) const {
    hdf5::prepare_thread();
    if (!has(table))
        throw FormatError(impl_->path.string(), "",
                          fmt::format("no table '{}'; there are: {}", table, fmt::join(impl_->tables, ", ")));
    try {
        return read_table(impl_->file.id(), table);
    } catch (const hdf5::Error& error) {
        throw FormatError(impl_->path.string(), fmt::format("table '{}'", table), error.what());
    }
}

}  // namespace wellsieve::formats::results
