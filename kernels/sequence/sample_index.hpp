#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/sequence/packing.hpp"

namespace wellsieve::kernels::sequence {

inline constexpr std::uint32_t no_sample = 0xFFFFFFFF;

struct SampleIndexOptions {
    std::uint32_t mismatches = 1;  ///< unknown bases included
    std::uint32_t margin = 2;      ///< by which the second best must be worse
};

/// The index sequences of samples, inline or of index reads, all of one length up to 64. A read belongs to
/// an equal one, else to the best one within the mismatches when the second best is worse by the margin.
class SampleIndex {
  public:
    /// Throws std::invalid_argument for indices of different lengths, equal ones, or other letters than
    /// A, C, G, T.
    SampleIndex(std::span<const std::string_view> indices, const SampleIndexOptions& options);

    std::size_t size() const noexcept { return indices_.size(); }
    std::uint32_t length() const noexcept { return length_; }
    std::uint32_t least_distance() const noexcept { return least_distance_; }  ///< between two indices

    /// Number of the index, or no_sample.
    std::uint32_t assign(const PackedBases& bases) const noexcept;

  private:
    SampleIndexOptions options_;
    std::uint32_t length_ = 0;
    std::uint32_t least_distance_ = 0;
    std::vector<PackedBases> indices_;
    std::vector<std::uint32_t> exact_;  ///< in the order of their bases
};

/// out[i] = sample of the bases from begin[i], which may be no_place.
void assign_samples(const SampleIndex& index, std::string_view text, std::span<const std::uint32_t> begin,
                    std::span<std::uint32_t> out) noexcept;

}  // namespace wellsieve::kernels::sequence
