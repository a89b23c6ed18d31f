#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/pool_data.hpp"

namespace wellsieve::pipeline {

/// Credited reads of one barcode and sample that share UMI, file and fate.
struct UmiReads {
    std::uint64_t cell = 0;    ///< PoolCounts::at
    std::uint64_t umi = 0;     ///< first word of PackedBases
    std::uint32_t source = 0;  ///< file × 16 + fate
    std::uint32_t reads = 1;
};

constexpr std::uint32_t umi_source(std::uint32_t file, ReadFate fate) {
    return file * 16 + static_cast<std::uint32_t>(fate);
}

/// Turns counts of reads into counts of molecules once all reads are in. Rows are kept sorted and summed;
/// when they outgrow the memory they are given, they go to a scratch file and are merged from there at the
/// end. So memory is bounded but for the UMIs of one barcode in one sample, and the result depends neither on
/// order nor on threads nor on that memory.
class Molecules {
  public:
    /// `memory_bytes` for rows, at least a few MB; the scratch file is made in `folder` once it is needed.
    Molecules(const UmiOptions& options, std::size_t memory_bytes, std::filesystem::path folder);
    ~Molecules();
    Molecules(const Molecules&) = delete;
    Molecules& operator=(const Molecules&) = delete;

    /// Takes the rows away and leaves `rows` empty. For any number of threads. Throws OutputError where the
    /// scratch file cannot be written.
    void add(std::vector<UmiReads>& rows);

    /// Puts molecules for reads in `counts`, whose counts and tallies are of reads: of each molecule the read
    /// with the best fate stays what it is (among those of its commonest UMI, of the first file), all others
    /// become duplicates. Tells how many there were in `counts.choices`.
    void finish(PoolCounts& counts);

  private:
    struct Rows;
    std::unique_ptr<Rows> rows_;
    UmiOptions options_;
};

}  // namespace wellsieve::pipeline
