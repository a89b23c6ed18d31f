#include "pipeline/pool_feba.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "kernels/stats/competitive_test.hpp"
#include "kernels/stats/feba.hpp"
#include "pipeline/median.hpp"

namespace wellsieve::pipeline {
namespace {

namespace stats = kernels::stats;

/// The barcodes of groups, which alone take part.
struct Barcodes {
    std::vector<std::size_t> feature;
    std::vector<std::uint32_t> group;
    std::vector<std::uint8_t> half;

    explicit Barcodes(const PoolGroups& groups) {
        std::vector<std::uint8_t> next(groups.names.size(), 0);
        for (std::size_t i = 0; i < groups.of.size(); ++i)
            if (const std::uint32_t g = groups.of[i]; g != stats::no_group) {
                feature.push_back(i);
                group.push_back(g);
                half.push_back(next[g]);
                next[g] ^= 1;
            }
    }

    std::vector<double> counts_of(const PoolCounts& counts, const std::vector<std::size_t>& samples) const {
        std::vector<double> out;
        for (const std::size_t i : feature) {
            double sum = 0.0;
            for (const std::size_t s : samples)
                sum += counts.counts[counts.at(s, i)];
            out.push_back(sum);
        }
        return out;
    }
};

/// Where genes lie; nothing where no positions are told.
struct Genome {
    std::vector<std::uint32_t> scaffold;
    std::vector<double> position;

    Genome(const PoolCounts& counts, const Barcodes& barcodes, std::size_t genes) {
        if (counts.places.empty())
            return;
        std::vector<std::string> name(genes);
        std::vector<std::vector<double>> positions(genes);
        for (std::size_t k = 0; k < barcodes.feature.size(); ++k) {
            const PoolPlace& place = counts.places[barcodes.feature[k]];
            const std::uint32_t gene = barcodes.group[k];
            if (name[gene].empty())
                name[gene] = place.scaffold;
            if (!std::isnan(place.position))
                positions[gene].push_back(place.position);
        }
        std::map<std::string, std::uint32_t> known;
        for (std::size_t g = 0; g < genes; ++g) {
            scaffold.push_back(
                known.try_emplace(name[g], static_cast<std::uint32_t>(known.size())).first->second);
            position.push_back(median_of(positions[g]));
        }
    }

    stats::GenePlaces places() const { return {scaffold, position}; }
};

FebaSample score_sample(const PoolCounts& counts, const Barcodes& barcodes, const Genome& genome,
                        std::size_t genes, std::size_t s, const std::vector<std::size_t>& start,
                        std::vector<QcMetric>& qc) {
    FebaSample out{counts.samples[s].name,     std::vector<double>(genes), std::vector<double>(genes),
                   std::vector<double>(genes), std::vector<double>(genes), std::vector<std::uint32_t>(genes)};
    const std::vector<double> before = barcodes.counts_of(counts, start);
    const std::vector<double> after = barcodes.counts_of(counts, {s});
    const stats::FebaQuality quality =
        stats::feba_fitness({before, after, barcodes.group, barcodes.half}, genome.places(), {},
                            {out.fitness, out.t, out.naive_variance, out.estimated_variance, out.features});
    for (const auto& [metric, value] :
         {std::pair("feba_reads_per_gene", quality.median_end_per_gene),
          std::pair("feba_mad_of_halves", quality.mad_of_halves),
          std::pair("feba_correlation_of_halves", quality.correlation_of_halves)})
        qc.push_back({"", out.sample, metric, value});
    return out;
}

/// Of a sample's genes whose barcodes were used: how many have no fitness, which they owe to their scaffold.
std::size_t most_without_centre(const std::vector<FebaSample>& samples) {
    std::size_t most = 0;
    for (const FebaSample& sample : samples) {
        std::size_t lost = 0;
        for (std::size_t g = 0; g < sample.fitness.size(); ++g)
            lost += sample.features[g] > 0 && std::isnan(sample.fitness[g]);
        most = std::max(most, lost);
    }
    return most;
}

}  // namespace

std::vector<FebaSample> score_feba(const PoolCounts& counts, const PoolScoreOptions& options,
                                   const PoolDesign& design, const PoolGroups& groups,
                                   std::vector<QcMetric>& qc, std::vector<std::string>& warnings) {
    const Barcodes barcodes(groups);
    const Genome genome(counts, barcodes, groups.names.size());
    std::vector<FebaSample> out;
    for (const PoolComparison& comparison : design.comparisons)
        for (const std::size_t s : design.cells[comparison.cell].samples) {
            std::vector<std::size_t> start = design.cells[comparison.against].samples;
            if (options.paired)
                std::erase_if(start, [&](std::size_t b) {
                    return counts.samples[b].replicate != counts.samples[s].replicate;
                });
            out.push_back(score_sample(counts, barcodes, genome, groups.names.size(), s, start, qc));
        }
    if (const std::size_t lost = most_without_centre(out); lost > 0)
        warnings.push_back(
            fmt::format("{} {} on a chromosome or plasmid of fewer than {} genes with reads enough: FEBA's "
                        "fitness has no centre there and is not given",
                        lost, lost == 1 ? "gene stands" : "genes stand",
                        stats::GenomeCentring{}.least_genes_of_scaffold));
    return out;
}

}  // namespace wellsieve::pipeline
