#include "kernels/stats/mageck_rra.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "kernels/stats/multiple_testing.hpp"
#include "kernels/stats/special_functions.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double tie = 0.000000001;
constexpr std::size_t largest_permuted_class = 100;

/// Park and Miller's generator with the multiplier of Leemis & Park's library.
class LehmerUniform {
  public:
    double next() {
        state_ = state_ * 48'271u % modulus;
        return static_cast<double>(state_) / static_cast<double>(modulus);
    }

  private:
    static constexpr std::uint64_t modulus = 2'147'483'647;
    std::uint64_t state_ = 123'456;
};

/// P(k-th smallest of n uniform values ≤ x) for all k at one n.
class OrderStatistics {
  public:
    explicit OrderStatistics(std::size_t n) : n_(n), choose_(n + 1, 1.0), powers_(n + 1) {
        for (std::size_t j = 1; j <= n; ++j)
            choose_[j] = choose_[j - 1] * static_cast<double>(n - j + 1) / static_cast<double>(j);
    }

    double cdf(std::size_t k, double x) {
        constexpr std::size_t few = 32;
        if (n_ > few)
            return incomplete_beta(static_cast<double>(k), static_cast<double>(n_ - k + 1), x);
        powers_[n_] = 1.0;
        for (std::size_t j = n_; j > k; --j)
            powers_[j - 1] = powers_[j] * (1.0 - x);
        double sum = 0.0;
        double power = std::pow(x, static_cast<double>(k));
        for (std::size_t j = k; j <= n_; ++j, power *= x)
            sum += choose_[j] * power * powers_[j];
        return sum;
    }

    /// ρ of ascending percentiles, and how many are at most alpha.
    double rho(std::span<const double> ascending, double alpha, std::uint32_t& good) {
        double least = 1.0;
        good = 0;
        for (std::size_t i = 0; i < n_; ++i) {
            if (ascending[i] <= alpha)
                ++good;
            else if (i > 0)
                break;
            least = std::min(least, cdf(i + 1, ascending[i]));
        }
        return least;
    }

  private:
    std::size_t n_;
    std::vector<double> choose_;
    std::vector<double> powers_;
};

/// The index of the nearest of n ascending values, from how many are at most as large as `value` and the two
/// around it.
std::size_t nearest(double value, std::size_t at_most, double below, double above, std::size_t n) {
    if (at_most == 0 || at_most == n)
        return at_most == 0 ? 0 : n - 1;
    return value - below <= above - value ? at_most - 1 : at_most;
}

std::vector<double> percentiles(const RraGuides& guides) {
    std::vector<double> sorted;
    for (std::size_t i = 0; i < guides.score.size(); ++i)
        if (guides.gene[i] != no_gene)
            sorted.push_back(guides.score[i]);
    std::sort(sorted.begin(), sorted.end());
    const auto place_of = [&](double value) {
        const auto above = std::upper_bound(sorted.begin(), sorted.end(), value);
        const auto at_most = static_cast<std::size_t>(above - sorted.begin());
        return nearest(value, at_most, at_most == 0 ? value : *(above - 1),
                       above == sorted.end() ? value : *above, sorted.size());
    };
    std::vector<double> out(guides.score.size(), nan_value);
    for (std::size_t i = 0; i < out.size(); ++i)
        if (guides.gene[i] != no_gene)
            out[i] =
                static_cast<double>(place_of(guides.score[i] - tie) + place_of(guides.score[i] + tie) + 1) /
                static_cast<double>(sorted.size() * 2);
    return out;
}

/// The genes in the order of their best guides, and each one's percentiles.
struct Genes {
    std::vector<std::uint32_t> order;
    std::vector<std::vector<double>> percentile;
};

Genes collect_genes(const RraGuides& guides, std::span<const double> percentile, std::size_t genes) {
    std::vector<std::uint32_t> by_score;
    for (std::size_t i = 0; i < percentile.size(); ++i)
        if (guides.gene[i] != no_gene)
            by_score.push_back(static_cast<std::uint32_t>(i));
    std::stable_sort(by_score.begin(), by_score.end(),
                     [&](auto a, auto b) { return guides.score[a] < guides.score[b]; });
    Genes out{{}, std::vector<std::vector<double>>(genes)};
    for (const std::uint32_t i : by_score) {
        std::vector<double>& own = out.percentile[guides.gene[i]];
        if (own.empty())
            out.order.push_back(guides.gene[i]);
        own.push_back(percentile[i]);
    }
    for (std::vector<double>& own : out.percentile)
        std::sort(own.begin(), own.end());
    return out;
}

std::vector<std::uint8_t> skipped_genes(const RraGuides& guides, std::span<const std::uint32_t> guides_of) {
    std::vector<std::uint8_t> skipped(guides_of.size(), 0);
    std::copy(guides.skipped.begin(), guides.skipped.end(), skipped.begin());
    std::vector<std::uint32_t> controls(guides_of.size(), 0);
    for (const std::uint32_t guide : guides.control)
        if (guides.gene[guide] != no_gene)
            ++controls[guides.gene[guide]];
    for (std::size_t g = 0; g < skipped.size(); ++g)
        if (controls[g] > 0 && controls[g] == guides_of[g])
            skipped[g] = 1;
    return skipped;
}

/// Where thresholds stand among the permuted ρ, of which only the counts and extremes between thresholds are
/// kept.
class PermutedRho {
  public:
    explicit PermutedRho(std::vector<double> thresholds) : threshold_(std::move(thresholds)) {
        std::sort(threshold_.begin(), threshold_.end());
        between_.resize(threshold_.size() + 1);
    }

    void add(double rho) {
        const auto at = std::lower_bound(threshold_.begin(), threshold_.end(), rho);
        Between& own = between_[static_cast<std::size_t>(at - threshold_.begin())];
        ++own.at_most;
        own.largest = std::max(own.largest, rho);
        own.smallest = std::min(own.smallest, rho);
        ++count_;
    }

    void finish() {
        for (std::size_t b = 1; b < between_.size(); ++b) {
            between_[b].at_most += between_[b - 1].at_most;
            between_[b].largest = std::max(between_[b].largest, between_[b - 1].largest);
        }
        for (std::size_t b = between_.size() - 1; b > 0; --b)
            between_[b - 1].smallest = std::min(between_[b - 1].smallest, between_[b].smallest);
    }

    std::size_t place_of(double threshold) const {
        const auto at =
            std::lower_bound(threshold_.begin(), threshold_.end(), threshold) - threshold_.begin();
        const Between& below = between_[static_cast<std::size_t>(at)];
        return nearest(threshold, below.at_most, below.largest,
                       between_[static_cast<std::size_t>(at) + 1].smallest, count_);
    }
    std::size_t count() const { return count_; }

  private:
    /// The ρ above one threshold and at most the next; once finished, all at most the next, and the smallest
    /// above.
    struct Between {
        std::size_t at_most = 0;
        double largest = -std::numeric_limits<double>::infinity();
        double smallest = std::numeric_limits<double>::infinity();
    };
    std::vector<double> threshold_;
    std::vector<Between> between_;
    std::size_t count_ = 0;
};

class Permutations {
  public:
    Permutations(std::vector<double> controls, double alpha, std::size_t genes)
        : controls_(std::move(controls)), alpha_(alpha) {
        constexpr std::size_t permutations_per_gene = 100;
        constexpr std::size_t least_permutations = 100'000;
        std::size_t passes = permutations_per_gene;
        if (passes * genes < least_permutations)
            passes = least_permutations / genes + 1;
        draws_ = genes * (passes + 1);
    }

    /// Draws the null of genes of `size` guides; classes must come in ascending order.
    void run(std::size_t size, PermutedRho& null) {
        OrderStatistics order(size);
        std::vector<double> percentile(size);
        for (std::size_t draw = 0; draw < draws_; ++draw) {
            for (std::size_t k = 0; k < size; ++k)
                insert(percentile, k, draw_percentile());
            std::uint32_t good = 0;
            null.add(order.rho(percentile, alpha_, good));
        }
        null.finish();
    }

  private:
    std::vector<double> controls_;
    double alpha_;
    std::size_t draws_;
    LehmerUniform random_;

    double draw_percentile() {
        const double u = random_.next();
        if (controls_.empty())
            return u;
        const auto index = static_cast<std::size_t>(static_cast<double>(controls_.size()) * u);
        return controls_[std::min(index, controls_.size() - 1)];
    }

    static void insert(std::vector<double>& ascending, std::size_t filled, double value) {
        for (; filled > 0 && ascending[filled - 1] > value; --filled)
            ascending[filled] = ascending[filled - 1];
        ascending[filled] = value;
    }
};

/// Sizes of the classes that are permuted, ascending, and the class each other size is compared with (0:
/// none).
std::vector<std::size_t> compared_class(const std::vector<std::uint32_t>& order,
                                        std::span<const std::uint32_t> guides,
                                        std::span<const std::uint8_t> skipped) {
    std::vector<std::size_t> used;
    for (const std::uint32_t g : order)
        if (skipped[g] == 0) {
            used.resize(std::max<std::size_t>(used.size(), guides[g] + 1), 0);
            used[guides[g]] = 1;
        }
    std::size_t last = 0;
    for (std::size_t size = 1; size < used.size(); ++size) {
        if (used[size] != 0 && size <= largest_permuted_class)
            last = size;
        used[size] = used[size] != 0 ? last : 0;
    }
    return used;
}

void permuted_p(const Genes& genes, Permutations permutations, std::span<const std::uint8_t> skipped,
                const RraOut& out) {
    const std::vector<std::size_t> compared = compared_class(genes.order, out.guides, skipped);
    for (std::size_t size = 1; size < compared.size(); ++size) {
        if (compared[size] != size)
            continue;
        std::vector<std::uint32_t> members;
        std::vector<double> thresholds;
        for (const std::uint32_t g : genes.order)
            if (skipped[g] == 0 && compared[out.guides[g]] == size) {
                members.push_back(g);
                thresholds.push_back(out.score[g] - tie);
                thresholds.push_back(out.score[g] + tie);
            }
        PermutedRho null(std::move(thresholds));
        permutations.run(size, null);
        for (const std::uint32_t g : members)
            out.p[g] = static_cast<double>(null.place_of(out.score[g] - tie) +
                                           null.place_of(out.score[g] + tie) + 1) /
                       2.0 / static_cast<double>(null.count());
    }
}

/// The program's own quicksort: its order of ties is part of its ranks.
void sort_by_score(std::vector<std::uint32_t>& order, std::ptrdiff_t low, std::ptrdiff_t high,
                   std::span<const double> score) {
    if (high < low)
        return;
    std::ptrdiff_t i = low;
    std::ptrdiff_t j = high;
    const double pivot = score[order[static_cast<std::size_t>((low + high) / 2)]];
    const auto at = [&](std::ptrdiff_t k) -> std::uint32_t& { return order[static_cast<std::size_t>(k)]; };
    while (i <= j) {
        while (i <= j && score[at(i)] < pivot)
            ++i;
        while (i <= j && score[at(j)] > pivot)
            --j;
        if (i <= j)
            std::swap(at(i++), at(j--));
    }
    if (low < j)
        sort_by_score(order, low, j, score);
    if (i < high)
        sort_by_score(order, i, high, score);
}

}  // namespace

void mageck_rra(const RraGuides& guides, double alpha, const RraOut& out) {
    assert(guides.gene.size() == guides.score.size() && out.p.size() == out.score.size());
    std::fill(out.score.begin(), out.score.end(), nan_value);
    std::fill(out.p.begin(), out.p.end(), nan_value);
    std::fill(out.rank.begin(), out.rank.end(), 0u);
    std::fill(out.good.begin(), out.good.end(), 0u);
    const std::vector<double> percentile = percentiles(guides);
    Genes genes = collect_genes(guides, percentile, out.score.size());
    for (std::size_t g = 0; g < out.score.size(); ++g) {
        const std::vector<double>& own = genes.percentile[g];
        out.guides[g] = static_cast<std::uint32_t>(own.size());
        if (own.empty())
            continue;
        out.score[g] = OrderStatistics(own.size()).rho(own, alpha, out.good[g]);
        out.p[g] = 1.0;
    }
    std::vector<double> controls;
    for (const std::uint32_t guide : guides.control)
        if (guides.gene[guide] != no_gene)
            controls.push_back(percentile[guide]);
    const std::vector<std::uint8_t> skipped = skipped_genes(guides, out.guides);
    if (!genes.order.empty())
        permuted_p(genes, Permutations(std::move(controls), alpha, genes.order.size()), skipped, out);
    benjamini_hochberg(out.p, out.fdr);
    sort_by_score(genes.order, 0, static_cast<std::ptrdiff_t>(genes.order.size()) - 1, out.score);
    std::uint32_t rank = 0;
    for (const std::uint32_t g : genes.order)
        if (skipped[g] == 0)
            out.rank[g] = ++rank;
}

}  // namespace wellsieve::kernels::stats
