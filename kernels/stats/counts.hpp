#pragma once

#include <cstddef>
#include <span>

namespace wellsieve::kernels::stats {

/// A matrix of counts, values[sample * features + feature]: a block a sample, so that features lie side by
/// side and take the lanes. Counts are whole numbers unless a function says that it takes normalised ones.
struct Counts {
    std::span<const double> values;
    std::size_t samples;

    std::size_t features() const noexcept { return samples == 0 ? 0 : values.size() / samples; }
    std::span<const double> sample(std::size_t s) const noexcept {
        return values.subspan(s * features(), features());
    }
};

}  // namespace wellsieve::kernels::stats
