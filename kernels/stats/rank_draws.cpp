#include "kernels/stats/rank_draws.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "kernels/stats/normal_draws.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr std::uint32_t own_stream = 0;
constexpr std::uint32_t shared_stream = 1;

struct Entry {
    std::uint64_t key;     ///< rises as the value falls
    std::uint32_t strain;  ///< among those ranked
};

/// An unsigned integer in the reverse order of the doubles.
std::uint64_t falling_key(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);  // −0 becomes 0
    const std::uint64_t sign = std::uint64_t{1} << 63;
    return (bits & sign) != 0 ? bits : ~(bits | sign);
}

/// Sorts by key, then strain. A stable radix sort of the upper bits, in which few values are alike, then each
/// run of the alike on its own: linear but for values that differ by less than a millionth.
class RankSorter {
  public:
    explicit RankSorter(std::size_t size) : other_(size) {}

    void sort(std::vector<Entry>& entries) noexcept {
        for (auto& histogram : counts_)
            histogram.fill(0);
        for (const Entry& e : entries)
            for (std::size_t k = 0; k < digits; ++k)
                ++counts_[k][digit(e, k)];
        for (std::size_t k = 0; k < digits; ++k)
            if (counts_[k][digit(entries.front(), k)] != entries.size())
                pass(entries, k);
        sort_runs(entries);
    }

  private:
    static constexpr std::size_t digits = 3;
    static constexpr std::size_t digit_bits = 11;
    static constexpr std::size_t lower_bits = 64 - digits * digit_bits;
    static constexpr std::size_t radix = std::size_t{1} << digit_bits;

    std::vector<Entry> other_;
    std::array<std::array<std::uint32_t, radix>, digits> counts_{};

    static std::size_t digit(const Entry& e, std::size_t k) {
        return e.key >> (lower_bits + k * digit_bits) & (radix - 1);
    }

    void pass(std::vector<Entry>& entries, std::size_t k) noexcept {
        std::uint32_t place = 0;
        for (std::uint32_t& count : counts_[k])
            place += std::exchange(count, place);
        for (const Entry& e : entries)
            other_[counts_[k][digit(e, k)]++] = e;
        entries.swap(other_);
    }

    static void sort_runs(std::vector<Entry>& entries) noexcept {
        for (auto first = entries.begin(); first != entries.end();) {
            auto last = first + 1;
            while (last != entries.end() && last->key >> lower_bits == first->key >> lower_bits)
                ++last;
            if (last - first > 1)
                std::sort(first, last, [](const Entry& a, const Entry& b) {
                    return a.key != b.key ? a.key < b.key : a.strain < b.strain;
                });
            first = last;
        }
    }
};

/// Keeps the `kept` smallest of the numbers added for each strain.
class SmallestOfEach {
  public:
    SmallestOfEach(std::size_t strains, std::size_t kept)
        : kept_(kept),
          values_(strains * 2 * kept),
          size_(strains, 0),
          limit_(strains, std::numeric_limits<std::uint32_t>::max()) {}

    void add(std::size_t strain, std::span<const std::uint32_t> values) noexcept {
        std::uint32_t* first = values_.data() + strain * 2 * kept_;
        std::uint32_t limit = limit_[strain];
        std::size_t size = size_[strain];
        for (const std::uint32_t value : values) {
            first[size] = value;  // without a branch, which nothing could foretell
            size += value < limit;
            if (size == 2 * kept_) {
                std::nth_element(first, first + kept_ - 1, first + 2 * kept_);
                limit = first[kept_ - 1];
                size = kept_;
            }
        }
        limit_[strain] = limit;
        size_[strain] = static_cast<std::uint32_t>(size);
    }

    /// The kept-th smallest; at least so many must have been added.
    std::uint32_t last_kept(std::size_t strain) noexcept {
        std::uint32_t* first = values_.data() + strain * 2 * kept_;
        std::nth_element(first, first + kept_ - 1, first + size_[strain]);
        return first[kept_ - 1];
    }

  private:
    std::size_t kept_;
    std::vector<std::uint32_t> values_;
    std::vector<std::uint32_t> size_;
    std::vector<std::uint32_t> limit_;
};

/// The joint draw of all strains' values.
class Sampler {
  public:
    explicit Sampler(const JointPosterior& posterior)
        : posterior_(posterior),
          zero_(posterior.shared_sd.size(), 0.0),
          shared_(posterior.shared_sd.size()),
          values_(posterior.mean.size()) {}

    std::span<const double> draw(std::uint64_t seed, std::uint32_t number) noexcept {
        normal_draws({seed, own_stream, number}, posterior_.mean, posterior_.own_sd, values_);
        normal_draws({seed, shared_stream, number}, zero_, posterior_.shared_sd, shared_);
        for (const SharedLoading& l : posterior_.loadings)
            values_[l.strain] += l.weight * shared_[l.source];
        return values_;
    }

  private:
    const JointPosterior& posterior_;
    std::vector<double> zero_;
    std::vector<double> shared_;
    std::vector<double> values_;
};

/// What the draws add up to: integers only. Draws wait in blocks, so that what belongs to one strain is
/// fetched once a block and not once a draw.
class RankCounts {
  public:
    RankCounts(std::size_t strains, const RankDrawOptions& options)
        : top_(options.top),
          block_(draws_per_block * strains),
          best_count_(strains, 0),
          top_count_(strains, 0),
          rank_sum_(strains, 0),
          lowest_(strains, tail_size(options)),
          highest_(strains, tail_size(options)) {}

    void add(std::span<const Entry> in_order) noexcept {
        std::uint32_t* ranks = block_.data() + waiting_ * in_order.size();
        for (std::uint32_t k = 0; k < in_order.size(); ++k)
            ranks[in_order[k].strain] = k + 1;
        if (++waiting_ == draws_per_block)
            count_block();
    }

    void count_block() noexcept {
        const std::size_t strains = rank_sum_.size();
        for (std::size_t strain = 0; strain < strains; ++strain) {
            std::array<std::uint32_t, draws_per_block> rank;
            for (std::size_t draw = 0; draw < waiting_; ++draw)
                rank[draw] = block_[draw * strains + strain];
            count(strain, std::span(rank).first(waiting_));
        }
        waiting_ = 0;
    }

    /// After the last block: the statement on a strain, written to the element `place` of each column.
    void write(std::size_t strain, std::uint32_t draws, std::size_t place, const RankOut& out) noexcept {
        out.best_probability[place] = static_cast<double>(best_count_[strain]) / draws;
        out.top_probability[place] = static_cast<double>(top_count_[strain]) / draws;
        out.expected_rank[place] = static_cast<double>(rank_sum_[strain]) / draws;
        out.rank_low[place] = lowest_.last_kept(strain);
        out.rank_high[place] = static_cast<std::uint32_t>(rank_sum_.size()) - highest_.last_kept(strain);
    }

  private:
    static constexpr std::size_t draws_per_block = 32;

    std::uint32_t top_;
    std::vector<std::uint32_t> block_;  ///< [draw][strain]
    std::size_t waiting_ = 0;
    std::vector<std::uint32_t> best_count_;
    std::vector<std::uint32_t> top_count_;
    std::vector<std::uint64_t> rank_sum_;
    SmallestOfEach lowest_;
    SmallestOfEach highest_;

    void count(std::size_t strain, std::span<std::uint32_t> ranks) noexcept {
        for (const std::uint32_t rank : ranks) {
            best_count_[strain] += rank == 1;
            top_count_[strain] += rank <= top_;
            rank_sum_[strain] += rank;
        }
        lowest_.add(strain, ranks);
        for (std::uint32_t& rank : ranks)
            rank = static_cast<std::uint32_t>(rank_sum_.size()) - rank;
        highest_.add(strain, ranks);
    }

    static std::size_t tail_size(const RankDrawOptions& options) {
        return static_cast<std::size_t>(0.5 * (1.0 - options.interval) * options.draws) + 1;
    }
};

std::vector<std::uint32_t> ranked_strains(const JointPosterior& posterior) {
    std::vector<std::uint32_t> strains;
    for (std::size_t i = 0; i < posterior.mean.size(); ++i)
        if (!std::isnan(posterior.mean[i]) && !std::isnan(posterior.own_sd[i]))
            strains.push_back(static_cast<std::uint32_t>(i));
    return strains;
}

void fill_missing(const RankOut& out) {
    for (const auto& column :
         {out.best_probability, out.top_probability, out.expected_rank, out.rank_low, out.rank_high})
        std::fill(column.begin(), column.end(), std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

void rank_by_draws(const JointPosterior& posterior, const RankDrawOptions& options, const RankOut& out) {
    assert(posterior.own_sd.size() == posterior.mean.size() &&
           out.expected_rank.size() == posterior.mean.size());
    assert(options.draws > 0 && options.interval > 0.0 && options.interval < 1.0);
    fill_missing(out);
    const std::vector<std::uint32_t> strains = ranked_strains(posterior);
    if (strains.empty())
        return;
    Sampler sampler(posterior);
    RankSorter sorter(strains.size());
    RankCounts counts(strains.size(), options);
    std::vector<Entry> entries(strains.size());
    for (std::uint32_t number = 0; number < options.draws; ++number) {
        const std::span<const double> values = sampler.draw(options.seed, number);
        for (std::uint32_t k = 0; k < strains.size(); ++k)
            entries[k] = {falling_key(values[strains[k]]), k};
        sorter.sort(entries);
        counts.add(entries);
    }
    counts.count_block();
    for (std::size_t k = 0; k < strains.size(); ++k)
        counts.write(k, options.draws, strains[k], out);
}

}  // namespace wellsieve::kernels::stats
