#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace wellsieve::kernels::stats {

/// How evenly and how deeply one sample covers its library.
struct SampleQuality {
    double reads;       ///< counted ones
    double mean;        ///< coverage: reads a feature
    double median;      ///< reads of the median feature
    double zero_share;  ///< features without a read (dropouts)
    double gini;        ///< of the counts: 0 where all are equal, 1 where one has all
    double log_gini;    ///< of ln(count + 1), as MAGeCK reports it
    double skew_90_10;  ///< 90th over 10th percentile of the counts; infinite where the latter is 0
};

/// Allocates a copy of the counts; n log n. NaN without a feature; log_gini is NaN without a read.
SampleQuality sample_quality(std::span<const double> counts);

/// The number of founders N of a bottleneck between two samples, from how much the shares of neutral features
/// moved beyond what counting explains: 1/N = F − 1/C₀ − 1/C₁, F the mean over features of
/// (x − y)²/((x + y)/2 − x y) (Krimbas & Tsakas 1971; Abel 2015, Nat Methods 12:223). `neutral` empty: all
/// features. Infinite where counting explains everything; NaN without two features seen. Too large, by a
/// fifth and more, where founders are fewer than features.
double bottleneck_size(std::span<const double> before, std::span<const double> after,
                       std::span<const std::uint32_t> neutral);

/// Spiked-in strains of known amount: ln(count) = intercept + slope · ln(amount), by least squares.
struct SpikeInFit {
    double intercept;
    double slope;  ///< near 1 where counts are proportional to amounts
    double r_squared;
    double residual_sd;      ///< of ln(count); NaN with two spike-ins
    std::size_t used;        ///< spike-ins with a read and an amount above 0
    double detection_limit;  ///< the amount that gives 3 reads, which are missed once in 20 times (e⁻³)
};

/// All NaN with fewer than two spike-ins of different amount that have a read.
SpikeInFit fit_spike_ins(std::span<const double> counts, std::span<const double> amounts);

/// The amount that a count stands for; 0 for 0, which means: below the detection limit.
double amount_of(double count, const SpikeInFit& fit) noexcept;

}  // namespace wellsieve::kernels::stats
