#include "pipeline/stages/find_barcodes.hpp"

#include <algorithm>
#include <array>

#include "formats/error.hpp"

namespace wellsieve::pipeline {
namespace {

namespace sequence = kernels::sequence;
using sequence::BarcodeIndex;
using sequence::Matcher;
using sequence::Outcome;

static_assert(static_cast<int>(ReadFate::low_quality) == static_cast<int>(Outcome::low_quality) &&
                  static_cast<int>(ReadFate::n_rescued) == static_cast<int>(Outcome::n_rescued) &&
                  static_cast<int>(ReadFate::no_anchor) == static_cast<int>(Outcome::no_anchor) &&
                  static_cast<int>(ReadFate::duplicate) == sequence::outcome_count,
              "fates begin as the outcomes of the matching kernel");

/// One barcode of a read: its library, and a matcher for each offset of qualities.
struct Part {
    Part(const std::vector<std::string_view>& rows, const sequence::Construct& construct,
         sequence::MatchOptions options)
        : index(rows, options.barcode_mismatches) {
        for (const std::uint32_t offset : {33u, 64u}) {
            options.quality_offset = offset;
            matchers.emplace_back(index, construct, options);
        }
    }

    const Matcher& matcher(std::uint8_t phred_offset) const { return matchers[phred_offset == 64 ? 1 : 0]; }

    BarcodeIndex index;
    std::vector<Matcher> matchers;
};

std::uint64_t pair_key(std::uint32_t first, std::uint32_t second) {
    return std::uint64_t{first} << 32 | second;
}

/// What match_barcodes gives for one block.
struct Matches {
    explicit Matches(std::size_t records)
        : barcode(records), outcome(records), begin(records), length(records), reverse(records) {}

    sequence::MatchOut out() { return {barcode, outcome, begin, length, reverse}; }

    std::vector<std::uint32_t> barcode;
    std::vector<Outcome> outcome;
    std::vector<std::uint32_t> begin;
    std::vector<std::uint8_t> length;
    std::vector<std::uint8_t> reverse;
};

}  // namespace

struct PoolPlan::Parts {
    PoolOptions options;
    std::vector<IndexSet> index_sets;
    std::unique_ptr<Part> first;
    std::unique_ptr<Part> second;  ///< of a pair whose other half stands in the mate
    std::unordered_map<std::uint64_t, std::uint32_t> pairs;  ///< of rows → feature
    std::vector<std::uint8_t> first_length;                  ///< [feature] bases of the barcode in the read
};

namespace {

/// The distinct texts among `all`, and which of them each is.
std::vector<std::string_view> distinct(const std::vector<std::string_view>& all,
                                       std::vector<std::uint32_t>& which) {
    std::unordered_map<std::string_view, std::uint32_t> rows;
    std::vector<std::string_view> texts;
    which.clear();
    for (const std::string_view text : all) {
        const auto [row, is_new] = rows.try_emplace(text, static_cast<std::uint32_t>(texts.size()));
        if (is_new)
            texts.push_back(text);
        which.push_back(row->second);
    }
    return texts;
}

void plan_pairs(PoolPlan::Parts& parts, const std::vector<PoolFeature>& features) {
    std::vector<std::string_view> firsts;
    std::vector<std::string_view> seconds;
    for (const PoolFeature& feature : features) {
        firsts.push_back(std::string_view(feature.barcode).substr(0, feature.first_part));
        seconds.push_back(std::string_view(feature.barcode).substr(feature.first_part));
    }
    std::vector<std::uint32_t> first_of;
    std::vector<std::uint32_t> second_of;
    parts.first =
        std::make_unique<Part>(distinct(firsts, first_of), parts.options.construct, parts.options.match);
    parts.second = std::make_unique<Part>(distinct(seconds, second_of), parts.options.mate_construct,
                                          parts.options.match);
    for (std::uint32_t i = 0; i < features.size(); ++i)
        parts.pairs.emplace(pair_key(first_of[i], second_of[i]), i);
}

Matches match(const Part& part, const SplitBatch& split, std::size_t block) {
    Matches found(split.records());
    match_barcodes(part.matcher(split.batch.phred_offset),
                   split.tables[block].reads(split.batch.blocks[block].text.view()), found.out());
    return found;
}

/// Both halves must be found, and be a pair of the library.
void join_mates(const PoolPlan::Parts& parts, const Matches& mates, FoundBatch& found) {
    for (std::size_t i = 0; i < found.feature.size(); ++i) {
        const auto mate_fate = static_cast<ReadFate>(mates.outcome[i]);
        if (!is_counted(found.fate[i]))
            continue;
        if (!is_counted(mate_fate)) {
            found.fate[i] = mate_fate;
            continue;
        }
        const auto pair = parts.pairs.find(pair_key(found.feature[i], mates.barcode[i]));
        found.fate[i] = pair == parts.pairs.end() ? ReadFate::no_pair : std::max(found.fate[i], mate_fate);
        if (pair != parts.pairs.end())
            found.feature[i] = pair->second;
    }
}

/// Where an index of a read begins in the text of its block; `before` are the letters in front of it in a
/// header.
std::uint32_t index_place(const PoolOptions& options, const RecordTable& table, std::string_view text,
                          std::size_t i, std::uint32_t length, std::uint32_t before) {
    if (options.index_place != IndexPlace::header)
        return table.length[i] < options.index_at + length ? sequence::no_place
                                                           : table.bases_begin[i] + options.index_at;
    const std::string_view header = text.substr(table.name_begin[i], table.name_length[i]);
    const std::size_t colon = header.rfind(':');
    if (colon == header.npos || header.size() - colon - 1 < before + length ||
        (before > 0 && header[colon + before] != '+'))
        return sequence::no_place;
    return table.name_begin[i] + static_cast<std::uint32_t>(colon) + 1 + before;
}

/// Which index each read has.
std::vector<std::uint32_t> read_indices(const PoolOptions& options, const SplitBatch& split,
                                        std::size_t block, const sequence::SampleIndex& index,
                                        std::uint32_t before) {
    const std::string_view text = split.batch.blocks[block].text.view();
    std::vector<std::uint32_t> places(split.records());
    for (std::size_t i = 0; i < places.size(); ++i)
        places[i] = index_place(options, split.tables[block], text, i, index.length(), before);
    std::vector<std::uint32_t> indices(places.size());
    assign_samples(index, text, places, indices);
    return indices;
}

/// Makes pairs of first indices.
void pair_indices(const PoolOptions& options, const IndexSet& set, const SplitBatch& split,
                  std::vector<std::uint32_t>& indices) {
    const bool own_file = options.index_place == IndexPlace::reads;
    const std::vector<std::uint32_t> second = read_indices(
        options, split, own_file ? options.index_file + 1 : 0, *set.second, set.index.length() + 1);
    const auto seconds = static_cast<std::uint32_t>(set.second->size());
    for (std::size_t i = 0; i < indices.size(); ++i)
        indices[i] = indices[i] == sequence::no_sample || second[i] == sequence::no_sample
                         ? no_pair_of_indices
                         : indices[i] * seconds + second[i];
}

void assign(const PoolPlan::Parts& parts, const IndexSet& set, FoundBatch& found) {
    static_assert(sequence::no_sample == no_pair_of_indices);
    const PoolOptions& options = parts.options;
    std::vector<std::uint32_t> indices =
        read_indices(options, found.split, options.index_place == IndexPlace::reads ? options.index_file : 0,
                     set.index, 0);
    if (set.second)
        pair_indices(options, set, found.split, indices);
    for (std::size_t i = 0; i < indices.size(); ++i) {
        found.sample[i] = indices[i] == sequence::no_sample ? -1 : set.samples[indices[i]];
        if (found.sample[i] < 0)
            found.fate[i] = ReadFate::no_sample;
    }
    if (set.second)
        found.index_pair = std::move(indices);
}

/// Where a UMI that stands so far from the first base of the barcode begins in the read. A base too many or
/// too few in the barcode moves what stands behind it.
std::int64_t beside_barcode(const PoolPlan::Parts& parts, const FoundBatch& found, std::size_t i) {
    const UmiOptions& umi = parts.options.umi;
    const bool behind = umi.at > 0 && parts.options.construct.search == sequence::Search::flanks;
    const int indel = behind ? found.length[i] - parts.first_length[found.feature[i]] : 0;
    const std::int64_t distance = std::int64_t{umi.at} + indel;
    const std::int64_t begin = found.begin[i];
    return found.reverse[i] != 0 ? begin + found.length[i] - distance - umi.length : begin + distance;
}

/// Where the UMI of a read begins in the text of its block, or no_place.
std::uint32_t umi_place(const PoolPlan::Parts& parts, const RecordTable& table, std::string_view text,
                        const FoundBatch& found, std::size_t i) {
    const UmiOptions& umi = parts.options.umi;
    if (umi.place == UmiPlace::header) {
        std::string_view name = text.substr(table.name_begin[i], table.name_length[i]);
        name = name.substr(0, name.find_first_of(" \t"));
        const std::size_t mark = name.find_last_of(":_");
        return mark == name.npos || name.size() - mark - 1 != umi.length
                   ? sequence::no_place
                   : table.name_begin[i] + static_cast<std::uint32_t>(mark) + 1;
    }
    const std::int64_t begin = umi.place == UmiPlace::barcode ? beside_barcode(parts, found, i) : umi.at;
    return begin < 0 || begin + umi.length > table.length[i]
               ? sequence::no_place
               : table.bases_begin[i] + static_cast<std::uint32_t>(begin);
}

/// A read whose UMI is cut off or not known in full tells no molecule.
void find_umis(const PoolPlan::Parts& parts, FoundBatch& found) {
    const UmiOptions& umi = parts.options.umi;
    const SplitBatch& split = found.split;
    const std::size_t block = umi.place == UmiPlace::mates         ? 1
                              : umi.place == UmiPlace::index_reads ? parts.options.index_file
                                                                   : 0;
    const std::string_view text = split.batch.blocks[block].text.view();
    found.umi.resize(found.fate.size());
    for (std::size_t i = 0; i < found.fate.size(); ++i) {
        if (!is_counted(found.fate[i]))
            continue;
        const std::uint32_t begin = umi_place(parts, split.tables[block], text, found, i);
        if (begin == sequence::no_place) {
            found.fate[i] = ReadFate::no_anchor;
            continue;
        }
        sequence::PackedBases bases = sequence::pack(text.substr(begin, umi.length));
        if (umi.place == UmiPlace::barcode && found.reverse[i] != 0)
            bases = reverse_complement(bases, umi.length);
        found.umi[i] = bases.words[0];
        if (bases.unknown != 0)
            found.fate[i] = ReadFate::low_quality;
    }
}

}  // namespace

PoolPlan::PoolPlan(const PoolOptions& options, const std::vector<PoolFeature>& features,
                   std::vector<IndexSet> index_sets)
    : parts_(std::make_unique<Parts>()) {
    parts_->options = options;
    parts_->index_sets = std::move(index_sets);
    for (const PoolFeature& feature : features)
        parts_->first_length.push_back(
            static_cast<std::uint8_t>(options.paired ? feature.first_part : feature.barcode.size()));
    if (options.paired) {
        plan_pairs(*parts_, features);
        return;
    }
    std::vector<std::string_view> rows;
    for (const PoolFeature& feature : features)
        rows.emplace_back(feature.barcode);
    parts_->first = std::make_unique<Part>(rows, options.construct, options.match);
}

PoolPlan::~PoolPlan() = default;

FoundBatch FindBarcodes::operator()(SplitBatch split) const {
    const PoolPlan::Parts& parts = plan->parts();
    FoundBatch found;
    Matches matches = match(*parts.first, split, 0);
    found.split = std::move(split);
    found.feature = std::move(matches.barcode);
    found.begin = std::move(matches.begin);
    found.length = std::move(matches.length);
    found.reverse = std::move(matches.reverse);
    found.fate.resize(found.feature.size());
    std::transform(matches.outcome.begin(), matches.outcome.end(), found.fate.begin(),
                   [](Outcome outcome) { return static_cast<ReadFate>(outcome); });
    if (parts.second)
        join_mates(parts, match(*parts.second, found.split, 1), found);
    const std::uint32_t file = found.split.batch.file;
    found.sample.assign(found.feature.size(), file_samples[file]);
    if (file_samples[file] < 0)
        assign(parts, parts.index_sets[file_index_sets[file]], found);
    if (parts.options.umi.place != UmiPlace::none)
        find_umis(parts, found);
    return found;
}

}  // namespace wellsieve::pipeline
