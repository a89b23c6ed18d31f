#include "formats/results/result_writer.hpp"

#include <map>
#include <string>

#include "formats/results/counts_io_internal.hpp"
#include "formats/results/result_writer_internal.hpp"
#include "formats/results/schema.hpp"
#include "formats/results/table_io_internal.hpp"
#include "formats/results/table_stream_internal.hpp"
#include "formats/results/text_check_internal.hpp"

namespace wellsieve::formats::results {

struct ResultWriter::Impl {
    /// The file itself, or the group of a pool.
    hid_t place(std::string_view pool) {
        if (pool.empty())
            return file.id();
        if (pools.id() < 0)
            pools = hdf5::create_group(file.id(), pools_group);
        auto found = groups.find(pool);
        if (found == groups.end())
            found = groups.emplace(pool, hdf5::create_group(pools.id(), pool)).first;
        return found->second.id();
    }

    AtomicHdf5File file;
    Executor executor;
    hdf5::Group pools = {};
    std::map<std::string, hdf5::Group, std::less<>> groups = {};
};

ResultWriter::ResultWriter(const std::filesystem::path& path, std::string_view writer,
                           std::string_view config, Executor executor)
    : impl_(new Impl{AtomicHdf5File(path), std::move(executor)}) {
    reporting(path, "the configuration", [&] {
        if (!is_storable(config))
            throw std::invalid_argument("it is not UTF-8, or holds a NUL byte");
        const auto file = impl_->file.id();
        hdf5::write_attribute(file, attribute::schema_name, schema_name);
        hdf5::write_attribute(file, attribute::schema_version, schema_version);
        hdf5::write_attribute(file, attribute::writer, writer);
        hdf5::write_text(file, config_dataset, config);
    });
}

ResultWriter::ResultWriter(ResultWriter&&) noexcept = default;
ResultWriter::~ResultWriter() = default;

void ResultWriter::write(const ResultTable& table, std::string_view pool) {
    check_against_schema(table);
    reporting(impl_->file.path(), fmt::format("table '{}'", table.name),
              [&] { write_table(impl_->place(pool), table, impl_->executor); });
}

void ResultWriter::write(const CountMatrix& counts, std::string_view pool) {
    reporting(impl_->file.path(), "the counts",
              [&] { write_counts(impl_->place(pool), counts, impl_->executor); });
}

TableStream ResultWriter::stream(std::string_view table) {
    return make_stream(impl_->file.path(), impl_->file.id(), table, impl_->executor);
}

void ResultWriter::finish() {
    impl_->groups.clear();
    impl_->pools = {};
    impl_->file.finish();
}

const std::filesystem::path& ResultWriter::temporary() const {
    return impl_->file.temporary();
}

void ResultWriter::commit() {
    finish();
    impl_->file.commit();
}

}  // namespace wellsieve::formats::results
