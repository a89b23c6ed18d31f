#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>

#include "formats/scratch_file.hpp"
#include "pipeline/plate_data.hpp"

namespace wellsieve::pipeline {

/// Keeps the times and cells of readouts: in memory up to a limit, then in a scratch file. Which of them lie
/// where changes no result.
class CellStore {
  public:
    /// Without a limit.
    CellStore() = default;
    /// The scratch file is made in `folder` once it is needed.
    CellStore(std::size_t memory_bytes, std::filesystem::path folder);

    /// Takes the cells out of `series` when there is no room for them in memory; one thread at a time.
    void keep(ReadoutSeries& series);
    /// Takes them out whatever room there is.
    void put_aside(ReadoutSeries& series);
    /// Brings the cells back where they were taken out; several threads at once, each with its own series.
    void restore(ReadoutSeries& series) const;

  private:
    std::size_t memory_bytes_ = std::numeric_limits<std::size_t>::max();
    std::size_t kept_bytes_ = 0;
    std::filesystem::path folder_;
    std::optional<formats::ScratchFile> scratch_;
};

}  // namespace wellsieve::pipeline
