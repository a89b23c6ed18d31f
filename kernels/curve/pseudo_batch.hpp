#pragma once

#include <cstddef>
#include <span>

namespace wellsieve::kernels::curve {

/// The volumes of one vessel at the times of its readings. Readings between samples have sample volume 0.
/// Volumes and concentrations in any units that agree.
struct VesselVolumes {
    std::span<const double> before_sampling;  ///< of the broth, just before the sample is taken
    std::span<const double> sampled;          ///< taken out at that time
    /// Fed since the start, feed after feed: [feed][time]. May be empty.
    std::span<const double> fed;

    std::size_t times() const noexcept { return before_sampling.size(); }
    std::size_t feeds() const noexcept { return times() == 0 ? 0 : fed.size() / times(); }
};

/// By how much feeds have diluted the broth since the first time:
/// factor[k] = Π V_before[i] / (V_before[i−1] − V_sampled[i−1]), factor[0] = 1. A volume that is not finite,
/// or not above 0 after its sample, makes everything from there on NaN.
void accumulated_dilution(const VesselVolumes& volumes, std::span<double> factor) noexcept;

/// The concentration that a species would have in a batch without feeds and samples, so that slopes and their
/// ratios are growth rate, yields and rates whatever was fed and taken (Hesselberg-Thomsen 2024,
/// pseudobatch): c* = c · factor − Σ factor · Δfed · c_in_feed / V_before. `in_feed`: concentration in each
/// feed, 0 for what is not fed. Times without a concentration (NaN) stay NaN; volumes must be there always.
/// `factor` as accumulated_dilution gives it. Linear in times and feeds; `out` may be `concentration`.
void pseudo_batch(std::span<const double> concentration, const VesselVolumes& volumes,
                  std::span<const double> in_feed, std::span<const double> factor,
                  std::span<double> out) noexcept;

/// What the concentration of a gas would be, had it not left: amount made since the start (of O2 negative, or
/// positive as taken up), less what samples carried away, per volume after sampling. To go through
/// pseudo_batch next.
void gas_concentration(std::span<const double> accumulated_amount, const VesselVolumes& volumes,
                       std::span<double> out) noexcept;

}  // namespace wellsieve::kernels::curve
