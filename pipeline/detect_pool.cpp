#include "pipeline/detect_pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <exception>

#include "formats/error.hpp"
#include "formats/reads/read_source.hpp"
#include "pipeline/stages/split_reads.hpp"

namespace wellsieve::pipeline {
namespace {

namespace sequence = kernels::sequence;

/// Most pools are told from a few reads; only where these do not do, more are looked at.
constexpr std::uint32_t few_reads = 20'000;
constexpr std::uint32_t many_reads = 200'000;
constexpr std::size_t most_files = 8;

std::deque<SplitBatch> first_reads(const PoolCounts& counts, std::size_t part, std::uint32_t wanted,
                                   const std::string& reference, bool keep_going) {
    std::deque<SplitBatch> batches;
    const std::size_t files = std::min(counts.files.size(), most_files);
    std::exception_ptr unreadable;
    for (std::size_t f = 0; f < files; ++f) {
        formats::reads::ReadSourceOptions options;
        options.reference = reference;
        options.keep_going = true;  // what is damaged further on is no matter here
        try {
            const auto source = formats::reads::open_reads(counts.files[f].paths[part], options);
            ReadBatch batch;
            batch.phred_offset = source->kind().phred_offset;
            batch.blocks.resize(1);
            if (source->next(batch.blocks.front(), static_cast<std::uint32_t>(wanted / files)))
                batches.push_back(SplitReads{{{counts.files[f].names[part]}}}(std::move(batch)));
        } catch (const formats::FormatError&) {
            if (!keep_going)
                throw;
            unreadable = std::current_exception();
        }
    }
    if (batches.empty() && unreadable)
        std::rethrow_exception(unreadable);
    return batches;
}

std::vector<sequence::Reads> reads_of(const std::deque<SplitBatch>& batches) {
    std::vector<sequence::Reads> reads;
    for (const SplitBatch& batch : batches)
        reads.push_back(batch.tables.front().reads(batch.batch.blocks.front().text.view()));
    return reads;
}

}  // namespace

sequence::ConstructDetection detect_in_files(const PoolCounts& counts, std::size_t part,
                                             const std::vector<std::string_view>& barcodes,
                                             const std::string& reference, bool keep_going) {
    const auto index = sequence::BarcodeIndex::exact_only(barcodes);
    sequence::ConstructDetection detection;
    for (const std::uint32_t wanted : {few_reads, many_reads}) {
        const std::deque<SplitBatch> batches = first_reads(counts, part, wanted, reference, keep_going);
        detection = detect_construct(index, reads_of(batches));
        if (detection.found)
            return detection;
    }
    const std::string& first_file = counts.files.empty() ? counts.name : counts.files.front().names[part];
    if (const std::string cut = explain_cut_barcodes(counts, part, barcodes, reference); !cut.empty())
        throw formats::FormatError(first_file, "", cut);
    const bool are_pairs = !counts.features.empty() && counts.features.front().first_part > 0 &&
                           barcodes.front().size() == counts.features.front().barcode.size();
    std::string seen;
    for (const char c : describe(detection))
        seen += c == '\n' ? std::string("; ") : std::string(1, c);
    throw formats::FormatError(
        first_file, "",
        fmt::format(
            "the place of the barcodes cannot be told from the reads ({}); write left and right, offsets or "
            "barcode = \"…\" in [[pools]].{} Seen: {}",
            detection.why_not,
            are_pairs
                ? " Pairs that stand in two files need mates; pairs in one read are described by barcode = "
                  "\"TEMPLATE:…\", with N for their bases and n, or the bases in lower case, between."
                : "",
            seen));
}

std::string explain_cut_barcodes(const PoolCounts& counts, std::size_t part,
                                 const std::vector<std::string_view>& barcodes,
                                 const std::string& reference) {
    const std::deque<SplitBatch> batches = first_reads(counts, part, few_reads, reference, true);
    const sequence::CutBarcodes seen = find_cut_barcodes(barcodes, reads_of(batches));
    if (!seen.most())
        return {};
    return fmt::format(
        "{} of {} reads end within a barcode, most after {} bases of one that begins at {}: they are too "
        "short to tell barcodes; take longer reads, the other read of the pair, or a library of the "
        "barcodes' first {} bases",
        seen.cut, seen.reads, seen.held, seen.begin, seen.held);
}

}  // namespace wellsieve::pipeline
