#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pipeline/molecules.hpp"
#include "pipeline/pool_data.hpp"
#include "pipeline/stages/find_barcodes.hpp"

namespace wellsieve::pipeline {

/// Counts reads by sample and feature, and what became of all others. Sums of integers only: the same for
/// any number of threads, size of batches and order of files. The matrix is one for all threads, since a
/// large pool has many samples: samples × features × 4 bytes.
class CountBarcodes {
  public:
    static constexpr std::string_view name = "count barcodes";

    /// Looks for unmatched sequences among so many first reads of all files together.
    static constexpr std::uint64_t searched_reads = 500'000;

    struct Local {
        std::vector<ReadTally> by_file;
        std::vector<ReadTally> by_sample;
        std::unordered_map<std::string, std::uint64_t> unmatched;  ///< by fate and bases
        std::uint64_t searched = 0;
        std::vector<UmiReads> umis;
        std::vector<std::vector<std::uint64_t>> index_pairs;  ///< [set], as IndexPairs::reads
    };

    /// `counts` has samples and features; what is counted is added to it by `finish`.
    /// With UMIs molecules are counted; `umi_bytes` of memory are for telling them apart, and what is more
    /// goes to a scratch file in `scratch_folder`.
    explicit CountBarcodes(PoolCounts& counts, const UmiOptions& umi = {}, std::size_t umi_bytes = 0,
                           std::filesystem::path scratch_folder = {});

    void add(FoundBatch batch, Local& local);
    void combine(Local local);
    /// Throws InternalError where reads are missing from the account.
    void finish();

  private:
    void verify() const;
    std::size_t cell(const FoundBatch& batch,
                     std::size_t record) const;  ///< of the matrix; for a counted one
    void count_index_pairs(const FoundBatch& batch, Local& local) const;
    void keep_umis(const FoundBatch& batch, Local& local) const;
    void search(const FoundBatch& batch, std::size_t record, Local& local) const;

    PoolCounts& counts_;
    std::unique_ptr<std::atomic<std::uint32_t>[]> matrix_;
    std::uint64_t searched_of_file_;  ///< first reads of each file
    Local total_;
    std::unique_ptr<Molecules> molecules_;  ///< null without UMIs
};

}  // namespace wellsieve::pipeline
