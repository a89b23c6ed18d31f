#include "pipeline/pool_feba.hpp"

#include <algorithm>

#include "kernels/stats/competitive_test.hpp"
#include "kernels/stats/feba.hpp"

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

FebaSample score_sample(const PoolCounts& counts, const Barcodes& barcodes, std::size_t genes, std::size_t s,
                        const std::vector<std::size_t>& start, std::vector<QcMetric>& qc) {
    FebaSample out{counts.samples[s].name,     std::vector<double>(genes), std::vector<double>(genes),
                   std::vector<double>(genes), std::vector<double>(genes), std::vector<std::uint32_t>(genes)};
    const std::vector<double> before = barcodes.counts_of(counts, start);
    const std::vector<double> after = barcodes.counts_of(counts, {s});
    const stats::FebaQuality quality =
        stats::feba_fitness({before, after, barcodes.group, barcodes.half}, {},
                            {out.fitness, out.t, out.naive_variance, out.estimated_variance, out.features});
    for (const auto& [metric, value] :
         {std::pair("feba_reads_per_gene", quality.median_end_per_gene),
          std::pair("feba_mad_of_halves", quality.mad_of_halves),
          std::pair("feba_correlation_of_halves", quality.correlation_of_halves)})
        qc.push_back({"", out.sample, metric, value});
    return out;
}

}  // namespace

std::vector<FebaSample> score_feba(const PoolCounts& counts, const PoolScoreOptions& options,
                                   const PoolDesign& design, const PoolGroups& groups,
                                   std::vector<QcMetric>& qc) {
    const Barcodes barcodes(groups);
    std::vector<FebaSample> out;
    for (const PoolComparison& comparison : design.comparisons)
        for (const std::size_t s : design.cells[comparison.cell].samples) {
            std::vector<std::size_t> start = design.cells[comparison.against].samples;
            if (options.paired)
                std::erase_if(start, [&](std::size_t b) {
                    return counts.samples[b].replicate != counts.samples[s].replicate;
                });
            out.push_back(score_sample(counts, barcodes, groups.names.size(), s, start, qc));
        }
    return out;
}

}  // namespace wellsieve::pipeline
