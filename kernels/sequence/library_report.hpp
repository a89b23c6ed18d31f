#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "kernels/sequence/barcode_index.hpp"

namespace wellsieve::kernels::sequence {

/// Two rows of a library that resemble each other, the smaller row first.
struct LookAlikes {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    std::uint32_t by = 0;  ///< mismatches, or bases of the shift
    bool operator==(const LookAlikes&) const = default;
    auto operator<=>(const LookAlikes&) const = default;
};

struct Homopolymer {
    std::uint32_t row = 0;
    std::uint32_t length = 0;
    bool operator==(const Homopolymer&) const = default;
};

/// How many rows a fault of the library concerns, and which share of their reads it costs.
struct LibraryCost {
    std::string what;
    std::uint64_t rows = 0;
    double share_lost = 0;   ///< ambiguous, or to be told apart by nothing
    double share_wrong = 0;  ///< credited to the other by a counter that sees neither quality nor flank
};

struct LibraryReport {
    std::uint64_t rows = 0;
    std::vector<std::uint32_t> unusable;
    std::vector<LookAlikes> duplicates;
    std::vector<LookAlikes> neighbours;  ///< within two mismatches
    /// `second` is `first` moved by 1 to 3 bases: all but its first `by` bases begin the other. The one order
    /// of rows that means something. A repeat that is itself moved takes no other's reads and is none.
    std::vector<LookAlikes> shifted;
    std::vector<LookAlikes> reverse_complements;  ///< of another row, or of itself
    std::vector<Homopolymer> homopolymers;        ///< of five bases or more
    std::vector<LibraryCost> costs;
};

/// What is wrong with a library before any read is counted. `error` is the share of wrong bases to expect, by
/// which the costs are estimated: a base that tells two barcodes apart is wrong in `error` of the reads, in a
/// third of them so that it is the other's. Rows with more than 32 neighbours list some of them. Linear but
/// for rows that are alike; allocates.
LibraryReport report_library(const BarcodeIndex& index, double error = 0.01);

}  // namespace wellsieve::kernels::sequence
