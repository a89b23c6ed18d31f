#include "pipeline/count_barcodes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kernels/sequence/packing.hpp"
#include "pipeline/error.hpp"
#include "pipeline/ledger.hpp"
#include "pipeline/suspect_reads.hpp"

namespace wellsieve::pipeline {
namespace {

constexpr std::size_t shown_unmatched = 20;
constexpr std::size_t shown_bases = 40;  // of a read that has no barcode at all
constexpr std::uint64_t least_searched = 1000;
constexpr std::size_t most_umis_held = 100'000;  // of a thread
constexpr std::size_t reads_ahead = 16;          // whose counts are fetched from memory

void grow(std::vector<ReadTally>& tallies, std::size_t size) {
    if (tallies.size() < size)
        tallies.resize(size);
}

std::vector<UnmatchedSequence> commonest(const std::unordered_map<std::string, std::uint64_t>& unmatched) {
    std::vector<UnmatchedSequence> all;
    for (const auto& [key, reads] : unmatched)
        all.push_back({key.substr(1), static_cast<ReadFate>(key.front()), reads});
    const auto before = [](const UnmatchedSequence& a, const UnmatchedSequence& b) {
        return std::tie(b.reads, a.fate, a.bases) < std::tie(a.reads, b.fate, b.bases);
    };
    const std::size_t kept = std::min(all.size(), shown_unmatched);
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept), all.end(), before);
    all.resize(kept);
    return all;
}

std::vector<UnmatchedReads> of_no_match(const std::unordered_map<std::string, std::uint64_t>& unmatched) {
    std::vector<UnmatchedReads> out;
    for (const auto& [key, reads] : unmatched)
        if (static_cast<ReadFate>(key.front()) == ReadFate::no_match)
            out.push_back({std::string_view(key).substr(1), reads});
    return out;
}

}  // namespace

CountBarcodes::CountBarcodes(PoolCounts& counts, const UmiOptions& umi, std::size_t umi_bytes,
                             std::filesystem::path scratch_folder)
    : counts_(counts),
      matrix_(std::make_unique<std::atomic<std::uint32_t>[]>(counts.samples.size() * counts.features.size())),
      searched_of_file_(
          std::max(least_searched, searched_reads / std::max<std::size_t>(counts.files.size(), 1))),
      molecules_(umi.place == UmiPlace::none
                     ? nullptr
                     : std::make_unique<Molecules>(umi, umi_bytes, std::move(scratch_folder))) {}

void CountBarcodes::add(FoundBatch batch, Local& local) {
    grow(local.by_file, counts_.files.size());
    grow(local.by_sample, counts_.samples.size());
    ReadTally& of_file = local.by_file[batch.split.batch.file];
    const std::uint64_t first = batch.split.batch.blocks.front().first_record;
    const std::size_t searched = first >= searched_of_file_
                                     ? 0
                                     : std::min<std::uint64_t>(batch.fate.size(), searched_of_file_ - first);
    local.searched += searched;
    for (std::size_t i = 0; i < batch.fate.size(); ++i) {
        if (const std::size_t ahead = i + reads_ahead;
            ahead < batch.fate.size() && is_counted(batch.fate[ahead]))
            __builtin_prefetch(&matrix_[cell(batch, ahead)], 1);
        const ReadFate fate = batch.fate[i];
        ++of_file.of[static_cast<std::size_t>(fate)];
        if (batch.sample[i] >= 0)
            ++local.by_sample[static_cast<std::size_t>(batch.sample[i])].of[static_cast<std::size_t>(fate)];
        if (is_counted(fate))
            matrix_[cell(batch, i)].fetch_add(1, std::memory_order_relaxed);
        else if (i < searched)
            search(batch, i, local);
    }
    if (!batch.index_pair.empty())
        count_index_pairs(batch, local);
    if (molecules_)
        keep_umis(batch, local);
}

std::size_t CountBarcodes::cell(const FoundBatch& batch, std::size_t record) const {
    return counts_.at(static_cast<std::size_t>(batch.sample[record]), batch.feature[record]);
}

void CountBarcodes::count_index_pairs(const FoundBatch& batch, Local& local) const {
    const std::size_t set = counts_.files[batch.split.batch.file].index_set;
    local.index_pairs.resize(counts_.index_pairs.size());
    local.index_pairs[set].resize(counts_.index_pairs[set].reads.size());
    for (const std::uint32_t pair : batch.index_pair)
        if (pair != no_pair_of_indices)
            ++local.index_pairs[set][pair];
}

void CountBarcodes::keep_umis(const FoundBatch& batch, Local& local) const {
    for (std::size_t i = 0; i < batch.fate.size(); ++i)
        if (is_counted(batch.fate[i]))
            local.umis.push_back(
                {cell(batch, i), batch.umi[i], umi_source(batch.split.batch.file, batch.fate[i])});
    if (local.umis.size() >= most_umis_held)
        molecules_->add(local.umis);
}

void CountBarcodes::search(const FoundBatch& batch, std::size_t record, Local& local) const {
    const ReadFate fate = batch.fate[record];
    if (fate != ReadFate::no_match && fate != ReadFate::no_anchor)
        return;
    const RecordTable& table = batch.split.tables.front();
    std::string_view bases =
        batch.split.batch.blocks.front().text.view().substr(table.bases_begin[record], table.length[record]);
    if (batch.begin[record] != kernels::sequence::no_place)
        bases = bases.substr(batch.begin[record], batch.length[record]);
    std::string key(1, static_cast<char>(fate));
    key += bases.substr(0, shown_bases);
    ++local.unmatched[key];
}

void CountBarcodes::combine(Local local) {
    grow(total_.by_file, counts_.files.size());
    grow(total_.by_sample, counts_.samples.size());
    for (std::size_t i = 0; i < local.by_file.size(); ++i)
        total_.by_file[i].add(local.by_file[i]);
    for (std::size_t i = 0; i < local.by_sample.size(); ++i)
        total_.by_sample[i].add(local.by_sample[i]);
    for (const auto& [key, reads] : local.unmatched)
        total_.unmatched[key] += reads;
    total_.searched += local.searched;
    for (std::size_t set = 0; set < local.index_pairs.size(); ++set)
        for (std::size_t pair = 0; pair < local.index_pairs[set].size(); ++pair)
            counts_.index_pairs[set].reads[pair] += local.index_pairs[set][pair];
    if (molecules_)
        molecules_->add(local.umis);
}

void CountBarcodes::finish() {
    grow(total_.by_file, counts_.files.size());
    grow(total_.by_sample, counts_.samples.size());
    const std::size_t cells = counts_.samples.size() * counts_.features.size();
    counts_.counts.resize(cells);
    for (std::size_t i = 0; i < cells; ++i)
        counts_.counts[i] = matrix_[i].load(std::memory_order_relaxed);
    counts_.tallies = total_.by_sample;
    for (std::size_t f = 0; f < counts_.files.size(); ++f)
        counts_.files[f].tally = total_.by_file[f];
    if (molecules_)
        molecules_->finish(counts_);
    verify();
    counts_.unmatched = commonest(total_.unmatched);
    counts_.searched_reads = total_.searched;
    list_suspects(counts_, of_no_match(total_.unmatched));
}

void CountBarcodes::verify() const {
    Ledger ledger(fmt::format("pool '{}'", counts_.name));
    for (std::size_t f = 0; f < counts_.files.size(); ++f) {
        ledger.in(Item::reads, total_.by_file[f].total());
        ledger.rejected(Item::reads, counts_.files[f].tally.total() - counts_.files[f].tally.counted());
    }
    for (std::size_t s = 0; s < counts_.samples.size(); ++s) {
        std::uint64_t sum = 0;
        for (std::size_t f = 0; f < counts_.features.size(); ++f)
            sum += counts_.counts[counts_.at(s, f)];
        if (sum != counts_.tallies[s].counted())
            throw InternalError(
                fmt::format("pool '{}', sample '{}': {} reads were credited and {} stand in the counts",
                            counts_.name, counts_.samples[s].name, counts_.tallies[s].counted(), sum));
        ledger.used(Item::reads, sum);
    }
    ledger.verify();
}

}  // namespace wellsieve::pipeline
