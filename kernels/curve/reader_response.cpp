#include "kernels/curve/reader_response.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace wellsieve::kernels::curve {

double polynomial_response(std::span<const double> coefficients, double measured) noexcept {
    double value = 0;
    for (std::size_t i = coefficients.size(); i-- > 0;)
        value = (value + coefficients[i]) * measured;
    return value;
}

double tabulated_response(std::span<const double> measured, std::span<const double> truth,
                          double value) noexcept {
    assert(measured.size() >= 2 && truth.size() == measured.size());
    if (value > measured.back())
        return std::numeric_limits<double>::infinity();
    const auto above = std::lower_bound(measured.begin() + 1, measured.end() - 1, value);
    const auto i = static_cast<std::size_t>(above - measured.begin());
    const double share = (value - measured[i - 1]) / (measured[i] - measured[i - 1]);
    return truth[i - 1] + share * (truth[i] - truth[i - 1]);
}

}  // namespace wellsieve::kernels::curve
