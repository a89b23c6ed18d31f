#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/sequence/construct.hpp"
#include "pipeline/pool_scores.hpp"

namespace wellsieve::workflows {

class TomlTable;

/// Where a barcode stands in a read, as [[pools]] says it: by flanks, places or a policy.
struct BarcodePlace {
    std::string policy =
        "auto";         ///< "auto", "flanks", "offsets", or PoolQ's FIXED@n, PREFIX:…@n, TEMPLATE:…@n
    std::string left;   ///< constant bases before the barcode
    std::string right;  ///< and behind it
    std::vector<std::uint32_t> offsets;  ///< alone, or for reads that have lost both flanks
    std::vector<std::uint32_t> begins;   ///< the first and the last place between flanks; empty: anywhere
    std::string orientation = "auto";    ///< auto, forward, reverse, either

    bool operator==(const BarcodePlace&) const = default;
};

/// [[pools]]
struct PoolsInput {
    std::string name;
    std::vector<std::string> reads;  ///< globs, relative to the configuration's folder; "-": standard input
    std::vector<std::string> mates;  ///< of the same number of files, in the same order
    std::vector<std::string> index_reads;         ///< likewise
    std::vector<std::string> second_index_reads;  ///< of pairs of indices (i5), likewise
    std::string samples;
    std::string library;    ///< "de_novo": the barcodes are taken from the reads
    std::string counts;     ///< a count table in the place of reads and library
    std::string reference;  ///< of CRAM files
    BarcodePlace barcode;
    BarcodePlace mate_barcode;
    std::string index = "auto";  ///< auto, file, reads, inside, header
    std::uint32_t index_at = 0;
    std::uint32_t index_mismatches = 1;
    std::uint32_t index_margin = 2;  ///< mismatches by which the second best index must be worse
    std::uint32_t mismatches = 1;
    std::uint32_t shortest = 1;  ///< bases of a barcode that no library lists
    std::uint32_t longest = 64;
    std::uint32_t cluster_distance = 2;
    double cluster_ratio = 5;
    std::uint32_t least_reads = 2;
    std::string umi = "none";  ///< none, reads, mates, index_reads, header, barcode
    std::int32_t umi_at = 0;   ///< base at which it begins, of the read or from the barcode's first
    std::uint32_t umi_length = 0;
    std::uint32_t umi_mismatches = 1;
    std::uint32_t unknown_bases = 2;
    bool rescue_indels = true;
    bool use_quality = true;
    double least_posterior = 0.99;
    pipeline::PoolScoreOptions scoring;
};

inline constexpr std::string_view de_novo = "de_novo";

/// The words of [[pools]] for the directions of barcodes; without one nothing is said.
std::optional<kernels::sequence::Orientation> orientation_of(const std::string& word);
std::string_view orientation_word(kernels::sequence::Orientation orientation);

PoolsInput read_pools(TomlTable& table);
void append_pools(std::string& out, const PoolsInput& input);

}  // namespace wellsieve::workflows
