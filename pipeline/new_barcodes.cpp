#include "pipeline/new_barcodes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/error.hpp"
#include "formats/reads/read_source.hpp"
#include "kernels/sequence/between_flanks.hpp"
#include "pipeline/parallel.hpp"
#include "pipeline/stages/split_reads.hpp"

namespace wellsieve::pipeline {
namespace {

namespace sequence = kernels::sequence;
using sequence::Orientation;

constexpr std::size_t most_sequences = 20'000'000;

bool is_lower(char base) {
    return base >= 'a';
}

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using SequenceCounts = std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>>;

void add(SequenceCounts& counts, std::string_view bases, std::uint64_t reads) {
    const auto known = counts.find(bases);
    if (known != counts.end()) {
        known->second += reads;
        return;
    }
    if (counts.size() == most_sequences)
        throw formats::FormatError(
            "pools", "",
            fmt::format("more than {} different sequences stand between the flanks: without a library barcodes "
                        "are told by their number of reads, and these have too few",
                        most_sequences));
    counts.emplace(bases, reads);
}

/// What stands between the flanks in the reads of files, one after the other.
class Reader {
  public:
    Reader(const PoolCounts& counts, const sequence::Construct& construct, const NewBarcodeOptions& options)
        : counts_(counts),
          options_(options),
          orientation_(construct.orientation),
          between_(construct, options.shortest, options.longest) {}

    void read(std::uint32_t number, SequenceCounts& found) const {
        const PoolFile& file = counts_.files[number];
        formats::reads::ReadSourceOptions source;
        source.reference = options_.reference;
        source.keep_going = options_.keep_going;
        source.executor = parallel_for_index;
        try {
            const auto reads = formats::reads::open_reads(file.paths.front(), source);
            while (true) {
                ReadBatch batch;
                batch.blocks.resize(1);
                if (!reads->next(batch.blocks.front()))
                    return;
                read(SplitReads{{{file.names.front()}}}(std::move(batch)), found);
            }
        } catch (const formats::FormatError&) {
            if (!options_.keep_going)
                throw;  // the lane that counts will say what is wrong with it
        }
    }

  private:
    void read(const SplitBatch& split, SequenceCounts& found) const {
        const RecordTable& table = split.tables.front();
        const std::string_view text = split.batch.blocks.front().text.view();
        for (std::size_t i = 0; i < split.records(); ++i) {
            const std::string_view bases = text.substr(table.bases_begin[i], table.length[i]);
            if (orientation_ != Orientation::reverse && take(bases, found))
                continue;
            if (orientation_ != Orientation::forward)
                take(sequence::reverse_complement(bases), found);
        }
    }

    bool take(std::string_view bases, SequenceCounts& found) const {
        const sequence::BetweenFlanks::Part part = between_.find(bases);
        if (part.length == 0)
            return false;
        const std::string_view barcode = bases.substr(part.begin, part.length);
        if (!std::all_of(barcode.begin(), barcode.end(), sequence::is_base))
            return true;
        if (std::none_of(barcode.begin(), barcode.end(), is_lower))
            add(found, barcode, 1);
        else
            add(found, sequence::to_text(sequence::pack(barcode), part.length), 1);
        return true;
    }

    const PoolCounts& counts_;
    const NewBarcodeOptions& options_;
    Orientation orientation_;
    sequence::BetweenFlanks between_;
};

SequenceCounts read_all(const PoolCounts& counts, const Reader& reader) {
    SequenceCounts all;
    std::mutex mutex;
    parallel_for_index(counts.files.size(), [&](std::size_t i) {
        SequenceCounts found;
        reader.read(static_cast<std::uint32_t>(i), found);
        const std::lock_guard lock(mutex);
        if (all.empty())
            all.swap(found);
        for (const auto& [bases, reads] : found)
            add(all, bases, reads);
    });
    return all;
}

std::vector<std::pair<std::string, std::uint64_t>> sorted(SequenceCounts&& counts) {
    std::vector<std::pair<std::string, std::uint64_t>> out;
    out.reserve(counts.size());
    while (!counts.empty()) {
        auto node = counts.extract(counts.begin());
        out.emplace_back(std::move(node.key()), node.mapped());
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace

void find_new_barcodes(PoolCounts& counts, const sequence::Construct& construct,
                       const NewBarcodeOptions& options) {
    const auto seen = sorted(read_all(counts, Reader(counts, construct, options)));
    std::vector<sequence::PackedBases> bases;
    std::vector<std::uint8_t> length;
    std::vector<std::uint64_t> reads;
    std::uint64_t all_reads = 0;
    for (const auto& [text, n] : seen) {
        bases.push_back(sequence::pack(text));
        length.push_back(static_cast<std::uint8_t>(text.size()));
        reads.push_back(n);
        all_reads += n;
    }
    const auto barcodes = sequence::cluster_barcodes({bases, length, reads}, options.cluster);
    std::vector<std::uint64_t> reads_of(seen.size());
    for (std::size_t i = 0; i < seen.size(); ++i)
        reads_of[barcodes[i]] += reads[i];
    std::uint64_t rare = 0;
    for (std::size_t i = 0; i < seen.size(); ++i)
        if (reads_of[i] >= options.least_reads && reads_of[i] > 0)
            counts.features.push_back({seen[i].first, seen[i].first, "", "", 0});
        else
            rare += reads_of[i] > 0;
    if (counts.features.empty())
        throw formats::FormatError(
            counts.files.empty() ? counts.name : counts.files.front().names.front(), "",
            fmt::format("{} reads have anything between '{}' and '{}', and no barcode is among them", all_reads,
                        construct.left_flank, construct.right_flank));
    counts.choices.push_back(fmt::format(
        "barcodes are taken from the reads: {} of {} different sequences between the flanks of {} reads; the "
        "others are these with errors, or {} barcodes of fewer than {} reads",
        counts.features.size(), seen.size(), all_reads, rare, options.least_reads));
}

}  // namespace wellsieve::pipeline
