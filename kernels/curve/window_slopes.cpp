#include "kernels/curve/window_slopes.hpp"

namespace wellsieve::kernels::curve {

void window_slopes(const Curves& curves, const SlopeOptions& options, std::span<GrowthRate> out) noexcept {
    window_slopes_reference(curves, options, out);
}

}  // namespace wellsieve::kernels::curve
