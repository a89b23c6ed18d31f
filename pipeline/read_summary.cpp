#include "pipeline/read_summary.hpp"

#include <algorithm>
#include <numeric>

#include "pipeline/parallel.hpp"
#include "pipeline/stages/split_reads.hpp"

namespace wellsieve::pipeline {
namespace {

void add_read(std::string_view bases, std::string_view quality, ReadSummary& summary) {
    ++summary.reads;
    ++summary.lengths[static_cast<std::uint32_t>(bases.size())];
    for (const char base : bases)
        ++summary.letters[static_cast<unsigned char>(base)];
    for (const char letter : quality) {
        const int value = static_cast<unsigned char>(letter) - summary.kind.phred_offset;
        ++summary.qualities[static_cast<std::size_t>(std::clamp(value, 0, 93))];
    }
}

}  // namespace

std::uint64_t ReadSummary::bases() const {
    return std::accumulate(qualities.begin(), qualities.end(), std::uint64_t{0});
}

double ReadSummary::mean_quality() const {
    double sum = 0;
    for (std::size_t i = 0; i < qualities.size(); ++i)
        sum += static_cast<double>(i) * static_cast<double>(qualities[i]);
    return bases() == 0 ? 0 : sum / static_cast<double>(bases());
}

double ReadSummary::share_of_quality(std::uint32_t least) const {
    const auto good = std::accumulate(qualities.begin() + least, qualities.end(), std::uint64_t{0});
    return bases() == 0 ? 0 : static_cast<double>(good) / static_cast<double>(bases());
}

std::uint32_t ReadSummary::median_length() const {
    std::uint64_t below = 0;
    for (const auto& [length, count] : lengths) {
        below += count;
        if (2 * below >= reads)
            return length;
    }
    return 0;
}

ReadSummary summarise_reads(const std::string& path) {
    formats::reads::ReadSourceOptions options;
    options.executor = parallel_for_index;
    const auto source = formats::reads::open_reads(path, options);
    ReadSummary summary;
    summary.kind = source->kind();
    const SplitReads split{{{path}}};
    ReadBatch batch;
    batch.blocks.resize(1);
    while (source->next(batch.blocks.front())) {
        const SplitBatch records = split(std::move(batch));
        const std::string_view text = records.batch.blocks.front().text.view();
        const RecordTable& table = records.tables.front();
        if (summary.reads == 0)
            summary.first_read = text.substr(table.name_begin.front(), table.name_length.front());
        for (std::size_t i = 0; i < records.records(); ++i)
            add_read(text.substr(table.bases_begin[i], table.length[i]),
                     text.substr(table.quality_begin[i], table.length[i]), summary);
        batch = ReadBatch{};
        batch.blocks.resize(1);
    }
    return summary;
}

}  // namespace wellsieve::pipeline
