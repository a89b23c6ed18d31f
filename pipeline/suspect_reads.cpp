#include "pipeline/suspect_reads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "kernels/sequence/barcode_index.hpp"

namespace wellsieve::pipeline {
namespace {

namespace sequence = kernels::sequence;

constexpr std::size_t most_listed = 100;
constexpr std::uint64_t times_commoner = 100;
constexpr std::uint64_t times_hopped = 200;
constexpr std::uint32_t none = 0xFFFFFFFF;

using Part = std::string_view (*)(std::string_view);
std::string_view front_half(std::string_view bases) {
    return bases.substr(0, bases.size() / 2);
}
std::string_view back_half(std::string_view bases) {
    return bases.substr(bases.size() / 2);
}
std::string_view without_first(std::string_view bases) {
    return bases.substr(std::min<std::size_t>(bases.size(), 1));
}
std::string_view without_last(std::string_view bases) {
    return bases.substr(0, bases.size() - std::min<std::size_t>(bases.size(), 1));
}

class SuspectList {
  public:
    explicit SuspectList(PoolCounts& counts) : counts_(counts), totals_(counts.features.size()) {
        for (std::size_t s = 0; s < counts.samples.size(); ++s)
            for (std::size_t f = 0; f < totals_.size(); ++f)
                totals_[f] += counts.counts[counts.at(s, f)];
    }

    void add_shifted(std::span<const UnmatchedReads> no_match) {
        const std::uint64_t most = totals_.empty() ? 0 : *std::max_element(totals_.begin(), totals_.end());
        std::vector<std::uint32_t> rare;
        std::vector<std::string_view> asked;
        for (std::uint32_t f = 0; f < totals_.size(); ++f)
            if (totals_[f] > 0 && times_commoner * totals_[f] <= most) {
                rare.push_back(f);
                asked.push_back(counts_.features[f].barcode);
            }
        for (const UnmatchedReads& sequence : no_match)
            asked.push_back(sequence.bases);
        const std::vector<std::uint32_t> siblings = siblings_of(asked);
        for (std::size_t i = 0; i < rare.size(); ++i)
            if (const std::uint32_t other = siblings[i];
                other != none && totals_[other] >= times_commoner * totals_[rare[i]])
                add("shifted", -1, rare[i], other, asked[i], totals_[rare[i]], totals_[other]);
        for (std::size_t i = 0; i < no_match.size(); ++i)
            if (const std::uint32_t other = siblings[rare.size() + i]; other != none)
                add("shifted", -1, none, other, no_match[i].bases, no_match[i].reads, totals_[other]);
    }

    void add_chimeras(std::span<const UnmatchedReads> no_match) {
        std::vector<std::string_view> asked;
        for (const UnmatchedReads& sequence : no_match)
            asked.push_back(sequence.bases);
        const std::vector<std::uint32_t> front = commonest_with(asked, front_half, front_half);
        const std::vector<std::uint32_t> back = commonest_with(asked, back_half, back_half);
        std::uint64_t chimeric = 0;
        for (std::size_t i = 0; i < no_match.size(); ++i) {
            if (front[i] == none || back[i] == none || front[i] == back[i])
                continue;
            const std::uint64_t rarer = std::min(totals_[front[i]], totals_[back[i]]);
            if (rarer < times_commoner * no_match[i].reads)
                continue;
            add("chimera", -1, front[i], back[i], no_match[i].bases, no_match[i].reads, rarer);
            chimeric += no_match[i].reads;
        }
        if (chimeric > 0)
            counts_.choices.push_back(fmt::format(
                "{} of the first {} reads may be chimeras of two barcodes; {:.0f} would look so by "
                "chance",
                chimeric, counts_.searched_reads, by_chance(no_match)));
    }

    void add_hopped() {
        std::size_t hopped = 0;
        for (std::uint32_t f = 0; f < totals_.size(); ++f) {
            std::uint32_t most = 0;
            for (std::size_t s = 0; s < counts_.samples.size(); ++s)
                most = std::max(most, counts_.counts[counts_.at(s, f)]);
            for (std::size_t s = 0; s < counts_.samples.size(); ++s) {
                const std::uint32_t reads = counts_.counts[counts_.at(s, f)];
                if (reads == 0 || reads * times_hopped > most)
                    continue;
                ++hopped;
                add("hopped", static_cast<std::int32_t>(s), f, f, counts_.features[f].barcode, reads, most);
            }
        }
        if (hopped > 0)
            counts_.choices.push_back(
                fmt::format("{} counts are at most 1/{} of their barcode's in another sample: index hopping "
                            "leaves such, and so does the loss of a strain",
                            hopped, times_hopped));
    }

    /// Pairs of indices that no sample has, though each of the two is some sample's.
    void add_index_pairs() {
        std::uint64_t all = 0;
        std::uint64_t foreign = 0;
        std::size_t possible = 0;
        std::size_t seen = 0;
        for (const IndexPairs& pairs : counts_.index_pairs)
            for (std::size_t i = 0; i < pairs.first.size(); ++i)
                for (std::size_t k = 0; k < pairs.second.size(); ++k) {
                    const std::uint64_t reads = pairs.reads[pairs.at(i, k)];
                    all += reads;
                    if (pairs.samples[pairs.at(i, k)] >= 0)
                        continue;
                    ++possible;
                    foreign += reads;
                    if (reads == 0)
                        continue;
                    ++seen;
                    add_index_pair(pairs, i, k);
                }
        if (possible > 0)
            counts_.choices.push_back(
                fmt::format("{:.3g} % of {} reads with two known indices have a pair that is no sample's ({} "
                            "of {} such pairs): "
                            "indices hop",
                            all == 0 ? 0.0 : 100.0 * static_cast<double>(foreign) / static_cast<double>(all),
                            all, seen, possible));
        else if (!counts_.index_pairs.empty())
            counts_.choices.push_back(
                "each pair of the indices is a sample's: those that hop go to other samples and cannot be "
                "seen");
    }

    void finish() {
        std::sort(found_.begin(), found_.end(), [](const PoolSuspect& a, const PoolSuspect& b) {
            return std::tie(a.kind, b.reads, b.other_reads, a.bases, a.sample) <
                   std::tie(b.kind, a.reads, a.other_reads, b.bases, b.sample);
        });
        std::size_t of_kind = 0;
        for (std::size_t i = 0; i < found_.size(); ++i) {
            of_kind = i > 0 && found_[i].kind == found_[i - 1].kind ? of_kind + 1 : 0;
            if (of_kind < most_listed)
                counts_.suspects.push_back(found_[i]);
        }
    }

  private:
    void add_index_pair(const IndexPairs& pairs, std::size_t i, std::size_t k) {
        struct Owners {
            std::string names;
            std::uint64_t reads = 0;
        };
        Owners of_first;
        Owners of_second;
        const auto add_owner = [&](std::size_t at, Owners& owners) {
            if (pairs.samples[at] < 0)
                return;
            owners.reads += pairs.reads[at];
            owners.names += owners.names.empty() ? "" : ";";
            owners.names += counts_.samples[static_cast<std::size_t>(pairs.samples[at])].name;
        };
        for (std::size_t other = 0; other < pairs.second.size(); ++other)
            add_owner(pairs.at(i, other), of_first);
        for (std::size_t other = 0; other < pairs.first.size(); ++other)
            add_owner(pairs.at(other, k), of_second);
        found_.push_back({"index_pair", of_first.names, "", of_second.names,
                          pairs.first[i] + "+" + pairs.second[k], pairs.reads[pairs.at(i, k)],
                          std::min(of_first.reads, of_second.reads)});
    }

    void add(std::string_view kind, std::int32_t sample, std::uint32_t feature, std::uint32_t other,
             std::string_view bases, std::uint64_t reads, std::uint64_t other_reads) {
        found_.push_back({std::string(kind),
                          sample < 0 ? "" : counts_.samples[static_cast<std::size_t>(sample)].name,
                          feature == none ? "" : counts_.features[feature].id, counts_.features[other].id,
                          std::string(bases), reads, other_reads});
    }

    /// Of each of `asked`, the commonest barcode whose part is the part asked for, or `none`.
    std::vector<std::uint32_t> commonest_with(const std::vector<std::string_view>& asked, Part of_asked,
                                              Part of_barcode) const {
        std::vector<std::string_view> parts;
        for (const std::string_view bases : asked)
            parts.push_back(of_asked(bases));
        const auto index = sequence::BarcodeIndex::exact_only(parts);
        const auto row_of = [&](std::string_view part) {
            return index.find_exact(sequence::pack(part), static_cast<std::uint32_t>(part.size()));
        };
        std::vector<std::uint32_t> commonest(asked.size(), none);
        for (std::uint32_t f = 0; f < totals_.size() && !asked.empty(); ++f) {
            const std::uint32_t row = row_of(of_barcode(counts_.features[f].barcode));
            if (row != sequence::no_barcode &&
                (commonest[row] == none || totals_[f] > totals_[commonest[row]]))
                commonest[row] = f;
        }
        for (const auto& [first, again] : index.duplicates())
            commonest[again] = commonest[first];
        return commonest;
    }

    /// Of each, the commonest barcode that is these bases moved by one, or `none`.
    std::vector<std::uint32_t> siblings_of(const std::vector<std::string_view>& asked) const {
        std::vector<std::uint32_t> out = commonest_with(asked, without_first, without_last);
        const std::vector<std::uint32_t> other = commonest_with(asked, without_last, without_first);
        for (std::size_t i = 0; i < out.size(); ++i)
            if (other[i] != none && (out[i] == none || totals_[other[i]] > totals_[out[i]]))
                out[i] = other[i];
        return out;
    }

    /// Reads whose halves would both be those of common barcodes if their bases were random.
    double by_chance(std::span<const UnmatchedReads> no_match) const {
        const auto common = static_cast<double>(std::count_if(
            totals_.begin(), totals_.end(), [](auto total) { return total >= times_commoner; }));
        double sum = 0;
        for (const UnmatchedReads& sequence : no_match) {
            const auto chance = [&](std::size_t bases) {
                return std::min(common / std::exp2(2.0 * static_cast<double>(bases)), 1.0);
            };
            const std::size_t size = sequence.bases.size();
            sum += static_cast<double>(sequence.reads) * chance(size / 2) * chance(size - size / 2);
        }
        return sum;
    }

    PoolCounts& counts_;
    std::vector<std::uint64_t> totals_;
    std::vector<PoolSuspect> found_;
};

}  // namespace

void list_suspects(PoolCounts& counts, std::span<const UnmatchedReads> no_match) {
    SuspectList list(counts);
    if (counts.features.empty() || counts.features.front().first_part == 0) {
        list.add_shifted(no_match);
        list.add_chimeras(no_match);
    }
    list.add_hopped();
    list.add_index_pairs();
    list.finish();
}

}  // namespace wellsieve::pipeline
