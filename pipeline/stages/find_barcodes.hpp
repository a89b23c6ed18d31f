#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kernels/sequence/barcode_index.hpp"
#include "kernels/sequence/sample_index.hpp"
#include "pipeline/pool_data.hpp"
#include "pipeline/stages/split_reads.hpp"

namespace wellsieve::pipeline {

/// The index sequences of one file's samples.
struct IndexSet {
    kernels::sequence::SampleIndex index;
    std::vector<std::int32_t> samples;  ///< [index] → PoolCounts::samples; of pairs as IndexPairs::samples
    std::optional<kernels::sequence::SampleIndex> second = std::nullopt;  ///< of pairs
};

/// Of FoundBatch::index_pair.
inline constexpr std::uint32_t no_pair_of_indices = 0xFFFFFFFF;

/// What a library is turned into before the first read: made once, read by all threads.
class PoolPlan {
  public:
    /// Throws FormatError for a library that cannot be looked for with these options.
    PoolPlan(const PoolOptions& options, const std::vector<PoolFeature>& features,
             std::vector<IndexSet> index_sets);
    ~PoolPlan();
    PoolPlan(const PoolPlan&) = delete;
    PoolPlan& operator=(const PoolPlan&) = delete;

    struct Parts;
    const Parts& parts() const { return *parts_; }

  private:
    std::unique_ptr<Parts> parts_;
};

/// Each read's feature, sample and fate. The text stays for those who name what was not found.
struct FoundBatch {
    SplitBatch split;
    std::vector<std::uint32_t> feature;  ///< where the fate counts
    std::vector<std::int32_t> sample;    ///< −1: none
    std::vector<ReadFate> fate;
    std::vector<std::uint32_t> begin;  ///< of the barcode in the read, or no_place
    std::vector<std::uint8_t> length;
    std::vector<std::uint8_t> reverse;      ///< 1: the barcode is on the other strand
    std::vector<std::uint64_t> umi;         ///< where the fate counts; empty without UMIs
    std::vector<std::uint32_t> index_pair;  ///< IndexPairs::at, or no_pair_of_indices; empty without pairs
};

/// Finds the barcode of each read, and its sample where an index tells it.
struct FindBarcodes {
    using In = SplitBatch;
    using Out = FoundBatch;
    static constexpr std::string_view name = "find barcodes";

    std::shared_ptr<const PoolPlan> plan = {};
    std::vector<std::int32_t> file_samples = {};    ///< [file], −1: the index tells
    std::vector<std::size_t> file_index_sets = {};  ///< [file]

    FoundBatch operator()(SplitBatch split) const;
};

}  // namespace wellsieve::pipeline
