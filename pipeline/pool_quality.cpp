#include <algorithm>
#include <cmath>

#include "kernels/plate/agreement.hpp"
#include "kernels/stats/pool_quality.hpp"
#include "pipeline/pool_design.hpp"
#include "pipeline/score_pools.hpp"

namespace wellsieve::pipeline {
namespace {

std::vector<double> logarithms(const std::vector<double>& counts) {
    std::vector<double> out;
    for (const double count : counts)
        out.push_back(std::log2(count + 1.0));
    return out;
}

/// Whether samples are of one condition and time; both may lack a time.
bool are_replicates(const PoolCounts& counts, const std::vector<double>& times, std::size_t a,
                    std::size_t b) {
    return counts.samples[a].condition == counts.samples[b].condition &&
           (times[a] == times[b] || (std::isnan(times[a]) && std::isnan(times[b])));
}

/// By the column that the options name, or else the hours of the sample sheet.
std::vector<double> times_of_samples(const PoolCounts& counts, const PoolScoreOptions& options) {
    if (!options.time.empty())
        return sample_times(counts, options);
    std::vector<double> hours;
    for (const PoolSample& sample : counts.samples)
        hours.push_back(sample.time_h);
    return hours;
}

/// The mean correlation of a sample with its replicates, of log2(count + 1); NaN without any.
double replicate_correlation(const PoolCounts& counts, const std::vector<double>& times,
                             const std::vector<std::vector<double>>& logs, std::size_t s) {
    double sum = 0.0;
    double others = 0.0;
    for (std::size_t other = 0; other < logs.size(); ++other)
        if (other != s && are_replicates(counts, times, other, s)) {
            sum += kernels::plate::pearson(logs[s], logs[other]);
            others += 1.0;
        }
    return others > 0.0 ? sum / others : not_set;
}

}  // namespace

std::vector<QcMetric> pool_quality(const PoolCounts& counts, const PoolScoreOptions& options) {
    const std::vector<double> times = times_of_samples(counts, options);
    const std::size_t features = counts.features.size();
    std::vector<std::vector<double>> logs;
    std::vector<QcMetric> out;
    for (std::size_t s = 0; s < counts.samples.size(); ++s) {
        const auto first = counts.counts.begin() + static_cast<std::ptrdiff_t>(s * features);
        const std::vector<double> values(first, first + static_cast<std::ptrdiff_t>(features));
        const kernels::stats::SampleQuality quality = kernels::stats::sample_quality(values);
        const std::string& name = counts.samples[s].name;
        for (const auto& [metric, value] :
             {std::pair("coverage", quality.mean), std::pair("median_count", quality.median),
              std::pair("dropout_share", quality.zero_share), std::pair("gini", quality.gini),
              std::pair("log_gini", quality.log_gini), std::pair("skew_90_10", quality.skew_90_10)})
            out.push_back({"", name, metric, value});
        if (!counts.tallies.empty()) {
            const ReadTally& tally = counts.tallies[s];
            const auto mapped = tally.counted() + tally.of[static_cast<std::size_t>(ReadFate::duplicate)];
            out.push_back(
                {"", name, "mapped_share", static_cast<double>(mapped) / static_cast<double>(tally.total())});
        }
        logs.push_back(logarithms(values));
    }
    for (std::size_t s = 0; s < logs.size(); ++s)
        out.push_back({"", counts.samples[s].name, "replicate_correlation",
                       replicate_correlation(counts, times, logs, s)});
    return out;
}

}  // namespace wellsieve::pipeline
