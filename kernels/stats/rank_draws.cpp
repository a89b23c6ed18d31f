#include "kernels/stats/rank_draws.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "kernels/stats/normal_draws.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr std::uint32_t own_stream = 0;
constexpr std::uint32_t shared_stream = 1;

struct Entry {
    std::uint32_t key;     ///< rises as the value falls; values close to each other may share one
    std::uint32_t strain;  ///< among those ranked
};

/// Orders strains by falling value, ties by strain: a stable radix sort of keys, then each run of the same
/// key by its values. Linear but for values that crowd within a millionth of the range of the others. `alike`
/// are values such as will come, one a strain: they set the range, which leaves out the few farthest on each
/// side.
class RankSorter {
  public:
    explicit RankSorter(std::span<const double> alike) : entries_(alike.size()), other_(alike.size()) {
        std::vector<double> sorted(alike.begin(), alike.end());
        std::ranges::sort(sorted);
        const std::size_t far = sorted.size() / 100;
        const double low = sorted[far];
        const double high = sorted[sorted.size() - 1 - far];
        most_ = high + 0.5 * (high - low);
        keys_per_unit_ = high > low ? largest_key / (2.0 * (high - low)) : 0.0;
    }

    std::span<const Entry> sort(std::span<const double> values) noexcept {
        make_entries(values);
        pass(0, entries_, other_);
        pass(1, other_, entries_);
        sort_runs(values);
        return entries_;
    }

  private:
    static constexpr std::size_t digits = 2;
    static constexpr std::size_t digit_bits = 11;
    static constexpr std::size_t radix = std::size_t{1} << digit_bits;
    static constexpr double largest_key = radix * radix - 1;

    std::vector<Entry> entries_;
    std::vector<Entry> other_;
    std::array<std::array<std::uint32_t, radix>, digits> counts_{};
    double most_;
    double keys_per_unit_;

    std::uint32_t key_of(double value) const {
        return static_cast<std::uint32_t>(std::clamp((most_ - value) * keys_per_unit_, 0.0, largest_key));
    }

    static std::size_t digit(std::uint32_t key, std::size_t k) {
        return key >> (k * digit_bits) & (radix - 1);
    }

    void make_entries(std::span<const double> values) noexcept {
        for (auto& histogram : counts_)
            histogram.fill(0);
        for (std::uint32_t i = 0; i < values.size(); ++i) {
            const std::uint32_t key = key_of(values[i]);
            for (std::size_t k = 0; k < digits; ++k)
                ++counts_[k][digit(key, k)];
            entries_[i] = {key, i};
        }
    }

    void pass(std::size_t k, std::span<const Entry> from, std::span<Entry> to) noexcept {
        std::uint32_t place = 0;
        for (std::uint32_t& count : counts_[k])
            place += std::exchange(count, place);
        for (const Entry& e : from)
            to[counts_[k][digit(e.key, k)]++] = e;
    }

    void sort_runs(std::span<const double> values) noexcept {
        for (auto first = entries_.begin(); first != entries_.end();) {
            auto last = first + 1;
            while (last != entries_.end() && last->key == first->key)
                ++last;
            if (last - first > 1)
                std::sort(first, last, [values](const Entry& a, const Entry& b) {
                    return std::pair(values[b.strain], a.strain) < std::pair(values[a.strain], b.strain);
                });
            first = last;
        }
    }
};

/// Keeps the `kept` smallest and the `kept` largest of the numbers added for each strain.
class TailsOfEach {
  public:
    TailsOfEach(std::size_t strains, std::uint32_t kept)
        : kept_(kept), values_(strains * 4 * kept), ends_(strains, Ends{0, most, 0, 0}) {}

    void add(std::size_t strain, std::span<const std::uint32_t> values) noexcept {
        std::uint32_t* low = values_.data() + strain * 4 * kept_;
        std::uint32_t* high = low + std::size_t{2} * kept_;
        Ends ends = ends_[strain];
        for (const std::uint32_t value : values) {
            low[ends.low_size] = value;  // without a branch, which nothing could foretell
            high[ends.high_size] = value;
            ends.low_size += value < ends.low_limit;
            ends.high_size += value > ends.high_limit;
            if (ends.low_size == 2 * kept_) {
                std::nth_element(low, low + kept_ - 1, low + std::size_t{2} * kept_);
                ends.low_limit = low[kept_ - 1];
                ends.low_size = kept_;
            }
            if (ends.high_size == 2 * kept_) {
                std::nth_element(high, high + kept_ - 1, high + std::size_t{2} * kept_, std::greater());
                ends.high_limit = high[kept_ - 1];
                ends.high_size = kept_;
            }
        }
        ends_[strain] = ends;
    }

    /// The kept-th smallest; at least so many must have been added.
    std::uint32_t last_kept_low(std::size_t strain) noexcept {
        std::uint32_t* first = values_.data() + strain * 4 * kept_;
        std::nth_element(first, first + kept_ - 1, first + ends_[strain].low_size);
        return first[kept_ - 1];
    }

    /// The kept-th largest.
    std::uint32_t last_kept_high(std::size_t strain) noexcept {
        std::uint32_t* first = values_.data() + strain * 4 * kept_ + std::size_t{2} * kept_;
        std::nth_element(first, first + kept_ - 1, first + ends_[strain].high_size, std::greater());
        return first[kept_ - 1];
    }

  private:
    struct Ends {
        std::uint32_t low_size, low_limit, high_size, high_limit;
    };
    static constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();

    std::uint32_t kept_;
    std::vector<std::uint32_t> values_;  ///< of each strain: low, then high, 2 · kept each
    std::vector<Ends> ends_;
};

/// The joint draw of the values of the strains that are ranked.
class Sampler {
  public:
    Sampler(const JointPosterior& posterior, std::span<const std::uint32_t> ranked)
        : posterior_(posterior),
          ranked_(ranked),
          zero_(posterior.shared_sd.size(), 0.0),
          shared_(posterior.shared_sd.size()),
          values_(posterior.mean.size()),
          ranked_values_(ranked.size()) {}

    std::span<const double> draw(std::uint64_t seed, std::uint32_t number) noexcept {
        normal_draws({seed, own_stream, number}, posterior_.mean, posterior_.own_sd, values_);
        normal_draws({seed, shared_stream, number}, zero_, posterior_.shared_sd, shared_);
        for (const SharedLoading& l : posterior_.loadings)
            values_[l.strain] += l.weight * shared_[l.source];
        for (std::size_t k = 0; k < ranked_.size(); ++k)
            ranked_values_[k] = values_[ranked_[k]];
        return ranked_values_;
    }

  private:
    const JointPosterior& posterior_;
    std::span<const std::uint32_t> ranked_;
    std::vector<double> zero_;
    std::vector<double> shared_;
    std::vector<double> values_;
    std::vector<double> ranked_values_;
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
          tails_(strains, tail_size(options)) {}

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
        out.rank_low[place] = tails_.last_kept_low(strain);
        out.rank_high[place] = tails_.last_kept_high(strain);
    }

  private:
    static constexpr std::size_t draws_per_block = 32;

    std::uint32_t top_;
    std::vector<std::uint32_t> block_;  ///< [draw][strain]
    std::size_t waiting_ = 0;
    std::vector<std::uint32_t> best_count_;
    std::vector<std::uint32_t> top_count_;
    std::vector<std::uint64_t> rank_sum_;
    TailsOfEach tails_;

    void count(std::size_t strain, std::span<const std::uint32_t> ranks) noexcept {
        for (const std::uint32_t rank : ranks) {
            best_count_[strain] += rank == 1;
            top_count_[strain] += rank <= top_;
            rank_sum_[strain] += rank;
        }
        tails_.add(strain, ranks);
    }

    static std::uint32_t tail_size(const RankDrawOptions& options) {
        return static_cast<std::uint32_t>(0.5 * (1.0 - options.interval) * options.draws) + 1;
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
    Sampler sampler(posterior, strains);
    RankSorter sorter(sampler.draw(options.seed, 0));
    RankCounts counts(strains.size(), options);
    for (std::uint32_t number = 0; number < options.draws; ++number)
        counts.add(sorter.sort(sampler.draw(options.seed, number)));
    counts.count_block();
    for (std::size_t k = 0; k < strains.size(); ++k)
        counts.write(k, options.draws, strains[k], out);
}

}  // namespace wellsieve::kernels::stats
