#include "kernels/curve/curve_traits.hpp"

namespace wellsieve::kernels::curve {

void curve_traits(const Curves& curves, std::span<const double> detection_limits,
                  const CurveTraitOptions& options, std::span<GrowthRate> rates,
                  std::span<CurveTraits> out) noexcept {
    curve_traits_reference(curves, detection_limits, options, rates, out);
}

}  // namespace wellsieve::kernels::curve
