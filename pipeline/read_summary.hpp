#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "formats/reads/read_source.hpp"

namespace wellsieve::pipeline {

/// What a file of reads holds.
struct ReadSummary {
    formats::reads::ReadFileKind kind;
    std::uint64_t reads = 0;
    std::map<std::uint32_t, std::uint64_t> lengths;  ///< reads by length
    std::array<std::uint64_t, 94> qualities{};       ///< bases by PHRED quality
    std::array<std::uint64_t, 256> letters{};        ///< bases by letter
    std::string first_read;                          ///< header line of it

    std::uint64_t bases() const;
    double mean_quality() const;
    /// Share of bases of that quality or better.
    double share_of_quality(std::uint32_t least) const;
    /// The length that half of the reads do not exceed; 0 without reads.
    std::uint32_t median_length() const;
};

/// Reads the whole file. Throws FormatError.
ReadSummary summarise_reads(const std::string& path);

}  // namespace wellsieve::pipeline
