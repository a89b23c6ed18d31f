#include "kernels/stats/rank_draws.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/stats/normal_draws.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr std::uint32_t own_stream = 0;
constexpr std::uint32_t shared_stream = 1;

struct Entry {
    std::uint64_t key;  ///< rises as the value falls
    std::uint32_t strain;
};

/// An unsigned integer in the reverse order of the doubles.
std::uint64_t falling_key(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);  // −0 becomes 0
    const std::uint64_t sign = std::uint64_t{1} << 63;
    return (bits & sign) != 0 ? bits : ~(bits | sign);
}

/// Stable radix sort by key, a byte a pass; linear, and the same work whatever the values.
class RadixSorter {
  public:
    explicit RadixSorter(std::size_t size) : other_(size) {}

    void sort(std::vector<Entry>& entries) noexcept {
        for (auto& histogram : counts_)
            histogram.fill(0);
        for (const Entry& e : entries)
            for (std::size_t byte = 0; byte < counts_.size(); ++byte)
                ++counts_[byte][digit(e, byte)];
        for (std::size_t byte = 0; byte < counts_.size(); ++byte)
            if (counts_[byte][digit(entries.front(), byte)] != entries.size())
                pass(entries, byte);
    }

  private:
    std::vector<Entry> other_;
    std::array<std::array<std::uint32_t, 256>, 8> counts_{};

    static std::size_t digit(const Entry& e, std::size_t byte) { return e.key >> (8 * byte) & 255; }

    void pass(std::vector<Entry>& entries, std::size_t byte) noexcept {
        std::array<std::uint32_t, 256> place;
        std::uint32_t sum = 0;
        for (std::size_t b = 0; b < place.size(); ++b) {
            place[b] = sum;
            sum += counts_[byte][b];
        }
        for (const Entry& e : entries)
            other_[place[digit(e, byte)]++] = e;
        entries.swap(other_);
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

    void add(std::size_t strain, std::uint32_t value) noexcept {
        if (value >= limit_[strain])
            return;
        std::uint32_t* first = values_.data() + strain * 2 * kept_;
        first[size_[strain]++] = value;
        if (size_[strain] == 2 * kept_) {
            std::nth_element(first, first + kept_ - 1, first + 2 * kept_);
            limit_[strain] = first[kept_ - 1];
            size_[strain] = static_cast<std::uint32_t>(kept_);
        }
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

/// What the draws add up to: integers only.
class RankCounts {
  public:
    RankCounts(std::size_t strains, std::size_t ranked, const RankDrawOptions& options)
        : top_(options.top),
          ranked_(static_cast<std::uint32_t>(ranked)),
          best_count_(strains, 0),
          top_count_(strains, 0),
          rank_sum_(strains, 0),
          lowest_(strains, tail_size(options)),
          highest_(strains, tail_size(options)) {}

    void add(std::span<const Entry> in_order) noexcept {
        std::uint32_t rank = 0;
        for (const Entry& e : in_order) {
            ++rank;
            top_count_[e.strain] += rank <= top_;
            rank_sum_[e.strain] += rank;
            lowest_.add(e.strain, rank);
            highest_.add(e.strain, ranked_ - rank);
        }
        ++best_count_[in_order.front().strain];
    }

    void write(std::size_t strain, std::uint32_t draws, const RankOut& out) noexcept {
        out.best_probability[strain] = static_cast<double>(best_count_[strain]) / draws;
        out.top_probability[strain] = static_cast<double>(top_count_[strain]) / draws;
        out.expected_rank[strain] = static_cast<double>(rank_sum_[strain]) / draws;
        out.rank_low[strain] = lowest_.last_kept(strain);
        out.rank_high[strain] = ranked_ - highest_.last_kept(strain);
    }

  private:
    std::uint32_t top_;
    std::uint32_t ranked_;
    std::vector<std::uint32_t> best_count_;
    std::vector<std::uint32_t> top_count_;
    std::vector<std::uint64_t> rank_sum_;
    SmallestOfEach lowest_;
    SmallestOfEach highest_;

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
    RadixSorter sorter(strains.size());
    RankCounts counts(posterior.mean.size(), strains.size(), options);
    std::vector<Entry> entries(strains.size());
    for (std::uint32_t number = 0; number < options.draws; ++number) {
        const std::span<const double> values = sampler.draw(options.seed, number);
        for (std::size_t k = 0; k < strains.size(); ++k)
            entries[k] = {falling_key(values[strains[k]]), strains[k]};
        sorter.sort(entries);
        counts.add(entries);
    }
    for (const std::uint32_t strain : strains)
        counts.write(strain, options.draws, out);
}

}  // namespace wellsieve::kernels::stats
