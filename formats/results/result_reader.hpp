#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/results/table.hpp"

namespace wellsieve::formats::results {

/// An existing result file. Opening one throws FormatError where the file is none of Wellsieve's, or of a
/// major version of the schema that this program does not read; the message says what to do. One thread at a
/// time.
class ResultReader {
  public:
    explicit ResultReader(const std::filesystem::path& path);
    ResultReader(ResultReader&&) noexcept;
    ~ResultReader();

    const std::filesystem::path& path() const;
    const std::string& schema_version() const;
    const std::string& writer() const;
    const std::string& config() const;  ///< the effective configuration of the run

    /// The schema's tables in its order, then any others; those of several pools as "pools/NAME/TABLE".
    const std::vector<std::string>& tables() const;
    bool has(std::string_view table) const;
    /// The index column, where there is one, comes first. Throws FormatError where there is no such table or
    /// it cannot be read.
    ResultTable read(std::string_view table) const;
    /// The matrices of counts: "counts", or "pools/NAME/counts" of several pools.
    const std::vector<std::string>& counts() const;
    /// [sample][feature], in the order of the tables `samples` and `features` beside it.
    std::vector<std::uint32_t> read_counts(std::string_view name) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace wellsieve::formats::results
