#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "kernels/sequence/construct.hpp"
#include "kernels/sequence/match_barcodes.hpp"
#include "pipeline/plate_data.hpp"

namespace wellsieve::pipeline {

/// Where the sequence stands that tells the sample of a read.
enum class IndexPlace : std::uint8_t {
    none,    ///< the file tells the sample
    reads,   ///< index reads, a file beside the reads
    inside,  ///< in the read itself
    header,  ///< the last field of the header line, as Illumina writes it
};

/// Where the bases stand that tell molecules apart.
enum class UmiPlace : std::uint8_t {
    none,         ///< reads are counted, whatever molecules they come from
    reads,        ///< at a base of the read
    mates,        ///< at a base of the mate
    index_reads,  ///< at a base of the index read
    header,       ///< the last part of the read's name, behind ':' or '_'
    barcode,      ///< at a distance from the first base of the barcode
};

struct UmiOptions {
    UmiPlace place = UmiPlace::none;
    std::int32_t at = 0;  ///< base at which it begins; negative: before the barcode
    std::uint32_t length = 0;
    std::uint32_t mismatches =
        1;  ///< 0: each UMI is a molecule; 1: misreads are merged by the directional rule
};

/// How barcodes and samples are found: one [[pools]].
struct PoolOptions {
    std::string name;
    kernels::sequence::Construct construct;       ///< of the barcode, or the first one of a pair
    kernels::sequence::Construct mate_construct;  ///< of the second one of a pair, in the mate
    bool paired = false;                          ///< the second barcode stands in the mate
    kernels::sequence::MatchOptions match;
    IndexPlace index_place = IndexPlace::none;
    std::uint32_t index_at = 0;  ///< base at which the index begins
    /// Which of a PoolFile's parts has the index reads; those of second indices come behind them.
    std::size_t index_file = 1;
    UmiOptions umi;
};

/// A barcode of the pool, or a row of a count table.
struct PoolFeature {
    std::string id;
    std::string barcode;
    std::string strain;
    std::string gene;
    std::uint32_t first_part = 0;  ///< bases of the first barcode of a pair
};

/// Where what a barcode stands for lies in the genome.
struct PoolPlace {
    std::string scaffold;  ///< chromosome or plasmid; empty: not told
    double position = std::numeric_limits<double>::quiet_NaN();
};

struct PoolSample {
    std::string name;
    std::string condition;
    double time_h = std::numeric_limits<double>::quiet_NaN();
    std::string replicate;
    std::vector<std::string> other;  ///< one a PoolCounts::sample_columns
};

/// What became of reads; a read is in one of these.
enum class ReadFate : std::uint8_t {
    exact,
    one_mismatch,
    two_mismatches,
    n_rescued,
    indel_rescued,
    ambiguous,
    low_quality,
    no_match,
    no_anchor,
    duplicate,  ///< a read of a molecule that was counted
    no_pair,    ///< two barcodes that are no pair of the library
    no_sample,  ///< the index is of no sample
};
inline constexpr std::size_t read_fates = 12;
std::string_view fate_name(ReadFate fate);
constexpr bool is_counted(ReadFate fate) {
    return fate <= ReadFate::indel_rescued;
}

struct ReadTally {
    std::array<std::uint64_t, read_fates> of{};

    void add(const ReadTally& other) {
        for (std::size_t i = 0; i < read_fates; ++i)
            of[i] += other.of[i];
    }
    std::uint64_t total() const;
    std::uint64_t counted() const;
    bool operator==(const ReadTally&) const = default;
};

/// A file of reads, or files in step, and what became of its records.
struct PoolFile {
    std::vector<std::string> paths;  ///< reads, mates and index reads, as there are
    std::vector<std::string> names;  ///< the same for messages and results
    std::vector<std::uint64_t> bytes;
    std::int32_t sample = -1;   ///< into PoolCounts::samples; −1: the index tells
    std::size_t index_set = 0;  ///< into PoolInputs::index_sets, where an index tells
    std::string reader;         ///< "FASTQ, BGZF"
    ReadTally tally;
};

/// A sequence that the library lacks, among the first reads of the files.
struct UnmatchedSequence {
    std::string bases;
    ReadFate fate = ReadFate::no_match;
    std::uint64_t reads = 0;
};

/// Pairs of indices (i7 and i5) that were read, of samples or not.
struct IndexPairs {
    std::vector<std::string> first;
    std::vector<std::string> second;
    std::vector<std::int32_t>
        samples;  ///< [first][second] → PoolCounts::samples; −1: no sample has this pair
    std::vector<std::uint64_t> reads;  ///< likewise

    std::size_t at(std::size_t i, std::size_t k) const { return i * second.size() + k; }
};

/// Reads or a count that may not be what they seem.
struct PoolSuspect {
    std::string kind;     ///< "chimera", "shifted", "hopped" or "index_pair"
    std::string sample;   ///< empty: all together
    std::string feature;  ///< id of the barcode that has the reads, or of a chimera's front; empty: none has
    std::string other;    ///< id of the barcode that they may be of, or of a chimera's back
    std::string bases;
    std::uint64_t reads = 0;
    std::uint64_t other_reads = 0;  ///< of `other`, of a chimera's rarer barcode, or in the other sample

    bool operator==(const PoolSuspect&) const = default;
};

/// Counts of a pool, whether from reads or from a table.
struct PoolCounts {
    std::string name;
    std::vector<PoolFeature> features;
    std::vector<PoolPlace> places;  ///< [feature]; empty where no positions are told
    std::vector<PoolSample> samples;
    std::vector<std::string> sample_columns;  ///< the user's own, of the sample sheet
    std::vector<std::uint32_t> counts;        ///< [sample][feature]
    std::vector<ReadTally> tallies;           ///< [sample]; empty when counts came from a table
    std::vector<PoolFile> files;
    std::vector<IndexPairs> index_pairs;       ///< by PoolFile::index_set; empty where an index is no pair
    std::vector<UnmatchedSequence> unmatched;  ///< commonest first
    std::vector<PoolSuspect> suspects;
    std::uint64_t searched_reads = 0;  ///< how many were looked through for `unmatched`
    std::vector<InputFile> inputs;
    std::vector<ScreenReject> rejects;
    std::vector<std::string> choices;  ///< what was chosen for the user, a sentence each
    std::vector<std::string> notes;    ///< what is odd in its tables, though all of their rows are used

    std::size_t at(std::size_t sample, std::size_t feature) const {
        return sample * features.size() + feature;
    }
};

}  // namespace wellsieve::pipeline
