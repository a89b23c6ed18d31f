#pragma once

#include <cstdint>
#include <span>

namespace wellsieve::kernels::stats {

/// Names one vector of random numbers. Different keys give independent vectors.
struct DrawKey {
    std::uint64_t seed;
    std::uint32_t stream;
    std::uint32_t draw;
};

/// out[i] = mean[i] + sd[i] · z_i with z_i standard normal, a function of (key, i) alone: the same bits for
/// every SIMD target. z is Wichura's quantile of a uniform of 32 bits, so |z| < 6.4 in steps that are coarse
/// only beyond
/// 5. Spans of one length, below 2^32 elements.
void normal_draws(const DrawKey& key, std::span<const double> mean, std::span<const double> sd,
                  std::span<double> out) noexcept;

/// The same one by one, without SIMD; equal bits.
void normal_draws_reference(const DrawKey& key, std::span<const double> mean, std::span<const double> sd,
                            std::span<double> out) noexcept;

}  // namespace wellsieve::kernels::stats
