#include "kernels/stats/feba.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "kernels/plate/agreement.hpp"
#include "kernels/stats/order_statistics_internal.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double normal_upper_quartile = 0.67448975019608171;  // of the standard normal
constexpr double least_error = 0.1;                            // of any t, log2

/// NaN is not looked at; NaN where there is nothing else.
double median_of_known(std::span<const double> values) {
    std::vector<double> known;
    for (const double v : values)
        if (!std::isnan(v))
            known.push_back(v);
    return median_reordering(known);
}

void centre_on_median(std::span<double> values) {
    const double centre = median_of_known(values);
    for (double& v : values)
        v -= centre;
}

/// Barcodes gene after gene: those of gene g are order[begin[g]] … order[begin[g + 1] − 1].
struct ByGene {
    std::vector<std::uint32_t> order;
    std::vector<std::size_t> begin;

    std::span<const std::uint32_t> of(std::size_t gene) const {
        return std::span(order).subspan(begin[gene], begin[gene + 1] - begin[gene]);
    }
    std::size_t genes() const { return begin.size() - 1; }
};

ByGene group(std::vector<std::uint32_t> barcodes, std::span<const std::uint32_t> gene, std::size_t genes) {
    ByGene out{std::move(barcodes), std::vector<std::size_t>(genes + 1, 0)};
    for (const std::uint32_t i : out.order)
        ++out.begin[gene[i] + 1];
    std::partial_sum(out.begin.begin(), out.begin.end(), out.begin.begin());
    std::stable_sort(out.order.begin(), out.order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return gene[a] < gene[b]; });
    return out;
}

double sum_over(std::span<const double> values, std::span<const std::uint32_t> which) {
    double sum = 0.0;
    for (const std::uint32_t i : which)
        sum += values[i];
    return sum;
}

/// Barcodes with enough reads at the start, of genes with enough of them.
ByGene usable(const BarcodePair& barcodes, const FebaOptions& options, std::size_t genes) {
    std::vector<std::uint32_t> enough;
    for (std::uint32_t i = 0; i < barcodes.start.size(); ++i)
        if (barcodes.start[i] >= options.least_start_of_barcode)
            enough.push_back(i);
    const ByGene all = group(std::move(enough), barcodes.gene, genes);
    std::vector<std::uint32_t> kept;
    for (std::size_t g = 0; g < genes; ++g)
        if (sum_over(barcodes.start, all.of(g)) >= options.least_start_of_gene)
            kept.insert(kept.end(), all.of(g).begin(), all.of(g).end());
    return group(std::move(kept), barcodes.gene, genes);
}

/// Of the genes whose halves both have half as many reads as a gene needs: the barcodes of either half.
std::array<ByGene, 2> usable_halves(const BarcodePair& barcodes, const FebaOptions& options,
                                    const ByGene& whole) {
    std::array<std::vector<std::uint32_t>, 2> kept;
    for (std::size_t g = 0; g < whole.genes() && !barcodes.half.empty(); ++g) {
        std::array<std::vector<std::uint32_t>, 2> half;
        for (const std::uint32_t i : whole.of(g))
            half[barcodes.half[i]].push_back(i);
        const double least = options.least_start_of_gene / 2;
        if (sum_over(barcodes.start, half[0]) < least || sum_over(barcodes.start, half[1]) < least)
            continue;
        for (int h = 0; h < 2; ++h)
            kept[h].insert(kept[h].end(), half[h].begin(), half[h].end());
    }
    return {group(std::move(kept[0]), barcodes.gene, whole.genes()),
            group(std::move(kept[1]), barcodes.gene, whole.genes())};
}

double log2_change(double end, double start, double pseudocount) {
    const double root = std::sqrt(pseudocount);
    return std::log2(end + root) - std::log2(start + 1.0 / root);
}

/// The expected ratio of end to start for each gene: that of all reads, times the change of the gene's median
/// barcode where it has enough of them.
std::vector<double> expected_ratios(const BarcodePair& barcodes, const ByGene& by_gene,
                                    const FebaOptions& options) {
    const double ratio = sum_over(barcodes.end, by_gene.order) / sum_over(barcodes.start, by_gene.order);
    std::vector<double> change(barcodes.start.size(), nan_value);
    for (const std::uint32_t i : by_gene.order)
        change[i] = log2_change(barcodes.end[i], barcodes.start[i], ratio);
    centre_on_median(change);
    std::vector<double> of_gene(by_gene.genes(), nan_value);
    for (std::size_t g = 0; g < of_gene.size(); ++g) {
        std::vector<double> own;
        for (const std::uint32_t i : by_gene.of(g))
            own.push_back(change[i]);
        of_gene[g] = median(std::move(own));
    }
    centre_on_median(of_gene);
    for (std::size_t g = 0; g < of_gene.size(); ++g)
        of_gene[g] = by_gene.of(g).size() >= options.least_barcodes ? std::exp2(of_gene[g]) * ratio : ratio;
    return of_gene;
}

struct GeneMeans {
    std::vector<double> fitness;  ///< the median gene at 0
    std::vector<double> scatter;  ///< weighted mean square of its barcodes around it
};

/// Weighted mean of the barcodes' changes and their mean square around it.
std::pair<double, double> weighted_mean(const BarcodePair& barcodes, std::span<const std::uint32_t> own,
                                        double pseudocount, double largest_weight) {
    const auto weight = [&](std::uint32_t i) {
        const double information = 2.0 / (1.0 / (1.0 + barcodes.start[i]) + 1.0 / (1.0 + barcodes.end[i]));
        return 0.5 + std::min(largest_weight, information);
    };
    double weights = 0.0;
    double sum = 0.0;
    for (const std::uint32_t i : own) {
        weights += weight(i);
        sum += weight(i) * log2_change(barcodes.end[i], barcodes.start[i], pseudocount);
    }
    const double mean = sum / weights;
    double squares = 0.0;
    for (const std::uint32_t i : own) {
        const double off = log2_change(barcodes.end[i], barcodes.start[i], pseudocount) - mean;
        squares += weight(i) * off * off;
    }
    return {mean, squares / weights};
}

GeneMeans gene_means(const BarcodePair& barcodes, const ByGene& by_gene, const FebaOptions& options) {
    const std::vector<double> expected = expected_ratios(barcodes, by_gene, options);
    GeneMeans out{std::vector(by_gene.genes(), nan_value), std::vector(by_gene.genes(), nan_value)};
    for (std::size_t g = 0; g < by_gene.genes(); ++g)
        if (const auto own = by_gene.of(g); !own.empty())
            std::tie(out.fitness[g], out.scatter[g]) =
                weighted_mean(barcodes, own, expected[g], options.largest_weight);
    centre_on_median(out.fitness);
    return out;
}

/// One a gene: (1/(1 + all ends) + 1/(1 + all starts))/ln² 2.
void naive_variances(const BarcodePair& barcodes, const ByGene& by_gene, std::span<double> out) {
    for (std::size_t g = 0; g < by_gene.genes(); ++g) {
        const double end = sum_over(barcodes.end, by_gene.of(g));
        const double start = sum_over(barcodes.start, by_gene.of(g));
        out[g] = by_gene.of(g).empty()
                     ? nan_value
                     : (1.0 / (1.0 + end) + 1.0 / (1.0 + start)) / (std::numbers::ln2 * std::numbers::ln2);
    }
}

/// What a gene's variance has beyond its barcodes' scatter, per unit of its naive variance: from the typical
/// difference of halves, since Var((a + b)/2) = Var(a − b)/4.
double variance_of_halves(std::span<const double> difference, std::span<const double> naive_variance) {
    std::vector<double> naive_sd;
    for (std::size_t g = 0; g < difference.size(); ++g)
        naive_sd.push_back(std::isnan(difference[g]) ? nan_value : std::sqrt(naive_variance[g]));
    const double sd = median_of_known(difference) / (2.0 * normal_upper_quartile);
    const double typical = median_of_known(naive_sd);
    return sd * sd / (typical * typical);
}

}  // namespace

FebaQuality feba_fitness(const BarcodePair& barcodes, const GenePlaces& places, const FebaOptions& options,
                         const FebaOut& out) {
    const std::size_t genes = out.fitness.size();
    assert(barcodes.end.size() == barcodes.start.size() && barcodes.gene.size() == barcodes.start.size());
    const ByGene whole = usable(barcodes, options, genes);
    const GeneMeans means = gene_means(barcodes, whole, options);
    std::copy(means.fitness.begin(), means.fitness.end(), out.fitness.begin());
    centre_along_genome(out.fitness, places, options.centring);
    naive_variances(barcodes, whole, out.naive_variance);

    const std::array<ByGene, 2> halves = usable_halves(barcodes, options, whole);
    std::array<GeneMeans, 2> half{gene_means(barcodes, halves[0], options),
                                  gene_means(barcodes, halves[1], options)};
    for (GeneMeans& own : half)
        for (std::size_t g = 0; g < genes; ++g)
            own.fitness[g] -= means.fitness[g] - out.fitness[g];
    std::vector<double> difference(genes), ends;
    for (std::size_t g = 0; g < genes; ++g)
        difference[g] = std::abs(half[0].fitness[g] - half[1].fitness[g]);
    const double per_naive = variance_of_halves(difference, out.naive_variance);
    for (std::size_t g = 0; g < genes; ++g) {
        out.barcodes[g] = static_cast<std::uint32_t>(whole.of(g).size());
        out.estimated_variance[g] = (means.scatter[g] + per_naive * out.naive_variance[g]) / out.barcodes[g];
        const double larger = std::isnan(out.estimated_variance[g])
                                  ? nan_value
                                  : std::max(out.naive_variance[g], out.estimated_variance[g]);
        out.t[g] = out.fitness[g] / std::sqrt(least_error * least_error + larger);
        if (out.barcodes[g] > 0)
            ends.push_back(sum_over(barcodes.end, whole.of(g)));
    }
    const std::size_t used = ends.size();
    return {median_of_known(ends), median_of_known(difference),
            plate::spearman(half[0].fitness, half[1].fitness), used, whole.order.size()};
}

}  // namespace wellsieve::kernels::stats
