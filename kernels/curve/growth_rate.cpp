#include "kernels/curve/growth_rate.hpp"

namespace wellsieve::kernels::curve {

void growth_rates(const Curves& curves, std::span<const double> detection_limits,
                  const GrowthRateOptions& options, std::span<GrowthRate> out) noexcept {
    growth_rates_reference(curves, detection_limits, options, out);
}

}  // namespace wellsieve::kernels::curve
