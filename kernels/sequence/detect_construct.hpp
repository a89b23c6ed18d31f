#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/sequence/barcode_index.hpp"
#include "kernels/sequence/construct.hpp"
#include "kernels/sequence/match_barcodes.hpp"

namespace wellsieve::kernels::sequence {

struct Tally {
    std::uint32_t value = 0;
    std::uint64_t reads = 0;
    bool operator==(const Tally&) const = default;
};

/// Bases at a fixed distance from the barcode that differ from read to read.
struct VariableRun {
    std::int32_t begin = 0;  ///< of the first, from that of the barcode (negative: before it)
    std::uint32_t length = 0;
    std::uint64_t reads = 0;     ///< that hold the run
    std::uint64_t distinct = 0;  ///< sequences seen in it
    /// As a UMI varies; an index of samples repeats a few sequences.
    bool like_umi() const noexcept { return 4 * distinct > reads; }
};

/// What was seen in the reads, whether it made a construct or not.
struct ConstructDetection {
    bool found = false;
    std::string why_not;  ///< empty when found
    Construct construct;
    /// Share of the reads with a barcode anywhere, exactly, that the construct explains: lower end of its 95
    /// % interval.
    double confidence = 0;

    std::uint64_t reads = 0;             ///< looked at
    std::uint64_t with_barcode = 0;      ///< hold one of the library, exactly, in either direction
    std::uint64_t explained = 0;         ///< at a place of the construct, with a flank where it has any
    double by_chance = 0;                ///< reads that would hold one if all bases were random
    std::vector<Tally> forward_offsets;  ///< where barcodes begin, commonest first
    std::vector<Tally> reverse_offsets;  ///< the same from the end of the read
    std::vector<Tally> barcode_lengths;
    std::vector<Tally> read_lengths;
    std::vector<VariableRun> variable_runs;
    std::string consensus;  ///< of the reads by place: a base that more than half have, else N
};

/// Finds out from the first reads, at most 200,000, how the barcodes of a library lie in them: direction,
/// places, both flanks (bases that two in three reads share, at most 16), lengths, and runs of
/// variable bases that may be an index or a UMI. It needs 25 explained reads, twice as many as chance gives,
/// and half of those that hold a barcode. Stops early when it has seen 5000 barcodes. Allocates.
ConstructDetection detect_construct(const BarcodeIndex& index, std::span<const Reads> blocks);

/// Reads that end within a barcode.
struct CutBarcodes {
    std::uint64_t reads = 0;  ///< looked at
    std::uint64_t cut =
        0;  ///< of them, that end in at least the first 12 bases of a barcode, and not its last
    double by_chance = 0;     ///< of them, if all bases were random
    std::uint32_t begin = 0;  ///< where the barcode begins in most of the cut reads
    std::uint32_t held = 0;   ///< bases of it that most of the cut reads hold
    bool most() const noexcept { return 2 * cut > reads && static_cast<double>(cut) > 2 * by_chance; }
};

/// Looks for what reads that are too short leave of barcodes, in the direction of the barcodes. Allocates.
CutBarcodes find_cut_barcodes(std::span<const std::string_view> barcodes, std::span<const Reads> blocks);

/// What was seen, in a few lines for a person.
std::string describe(const ConstructDetection& detection);

}  // namespace wellsieve::kernels::sequence
