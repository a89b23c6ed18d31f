#include "formats/results/result_writer.hpp"

#include "formats/results/counts_io_internal.hpp"
#include "formats/results/result_writer_internal.hpp"
#include "formats/results/schema.hpp"
#include "formats/results/table_io_internal.hpp"
#include "formats/results/table_stream_internal.hpp"
#include "formats/results/text_check_internal.hpp"

namespace wellsieve::formats::results {

struct ResultWriter::Impl {
    AtomicHdf5File file;
    Executor executor;
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

void ResultWriter::write(const ResultTable& table) {
    check_against_schema(table);
    reporting(impl_->file.path(), fmt::format("table '{}'", table.name),
              [&] { write_table(impl_->file.id(), table, impl_->executor); });
}

void ResultWriter::write(const CountMatrix& counts) {
    reporting(impl_->file.path(), "the counts",
              [&] { write_counts(impl_->file.id(), counts, impl_->executor); });
}

TableStream ResultWriter::stream(std::string_view table) {
    return make_stream(impl_->file.path(), impl_->file.id(), table, impl_->executor);
}

void ResultWriter::commit() {
    impl_->file.commit();
}

}  // namespace wellsieve::formats::results
