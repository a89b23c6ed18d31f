#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "formats/results/executor.hpp"
#include "formats/results/table.hpp"

namespace wellsieve::formats::results {

class TableStream;

/// Counts of the features of each sample: values[sample * features + feature].
struct CountMatrix {
    std::span<const std::uint32_t> values;
    std::size_t samples = 0;
    std::size_t features = 0;
};

/// Writes one result file, whole or not at all: nothing stands under its name before `commit`, and without
/// that the destructor leaves nothing behind. The same calls give the same bytes, whatever the executor.
/// Every member throws OutputError (disk full, text that is not UTF-8) and, for a table that is not as the
/// schema has it, std::logic_error. One thread at a time; the executor's bodies do not touch the file.
class ResultWriter {
  public:
    /// `writer` names program and version, `config` is the effective configuration.
    ResultWriter(const std::filesystem::path& path, std::string_view writer, std::string_view config,
                 Executor executor = run_serially);
    ResultWriter(ResultWriter&&) noexcept;
    ~ResultWriter();

    /// A whole table, each once; of one of several pools, in the group `pools/NAME`.
    void write(const ResultTable& table, std::string_view pool = {});
    /// A table that comes in pieces; of numbers and categories only. The writer must outlive the stream.
    TableStream stream(std::string_view table);
    /// The group `counts` as an AnnData object: X is the matrix, obs and var are the tables `samples` and
    /// `features`, which have been written before. Throws std::logic_error where it does not fit them.
    void write(const CountMatrix& counts, std::string_view pool = {});
    /// Whole and on the disk under its temporary name, which is left to be renamed. Nothing more is written.
    void finish();
    const std::filesystem::path& temporary() const;
    void commit();

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

/// A table in the making. Holds a few chunks a column, however long the table grows.
class TableStream {
  public:
    TableStream(TableStream&&) noexcept;
    ~TableStream();

    /// Rows to follow those before, with all columns of the schema. Each batch brings its own categories;
    /// those of the file are in the order in which batches bring them.
    void append(const ResultTable& batch);
    /// Must be called once, last.
    void finish();

    struct Impl;
    explicit TableStream(std::unique_ptr<Impl> impl);

  private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace wellsieve::formats::results
