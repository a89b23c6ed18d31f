#include "kernels/curve/pseudo_batch.hpp"

#include <cassert>
#include <cmath>
#include <limits>

namespace wellsieve::kernels::curve {

void accumulated_dilution(const VesselVolumes& volumes, std::span<double> factor) noexcept {
    assert(volumes.sampled.size() == volumes.times() && factor.size() == volumes.times());
    double product = 1;
    double after = 0;
    for (std::size_t k = 0; k < volumes.times(); ++k) {
        const double before = volumes.before_sampling[k];
        if (k > 0)
            product *= before / after;
        after = before - volumes.sampled[k];
        if (!(after > 0) || !std::isfinite(before) || !(volumes.sampled[k] >= 0))
            product = std::numeric_limits<double>::quiet_NaN();
        factor[k] = product;
    }
}

void pseudo_batch(std::span<const double> concentration, const VesselVolumes& volumes,
                  std::span<const double> in_feed, std::span<const double> factor,
                  std::span<double> out) noexcept {
    const std::size_t n = volumes.times();
    assert(concentration.size() == n && factor.size() == n && out.size() == n);
    assert(in_feed.size() == volumes.feeds() && volumes.fed.size() == n * in_feed.size());
    double from_feeds = 0;
    for (std::size_t k = 0; k < n; ++k) {
        double added = 0;
        for (std::size_t feed = 0; feed < in_feed.size() && k > 0; ++feed) {
            const double* fed = volumes.fed.data() + feed * n;
            added += (fed[k] - fed[k - 1]) * in_feed[feed];
        }
        from_feeds += factor[k] * added / volumes.before_sampling[k];
        out[k] = concentration[k] * factor[k] - from_feeds;
    }
}

void gas_concentration(std::span<const double> accumulated_amount, const VesselVolumes& volumes,
                       std::span<double> out) noexcept {
    assert(accumulated_amount.size() == volumes.times() && out.size() == volumes.times());
    double carried_away = 0;
    for (std::size_t k = 0; k < volumes.times(); ++k) {
        const double share = volumes.sampled[k] / volumes.before_sampling[k];
        carried_away += (accumulated_amount[k] - carried_away) * share;
        out[k] = (accumulated_amount[k] - carried_away) / (volumes.before_sampling[k] - volumes.sampled[k]);
    }
}

}  // namespace wellsieve::kernels::curve
