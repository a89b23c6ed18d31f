#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace wellsieve::kernels::stats {

/// The median of values without NaN, which are left in another order; NaN of none.
inline double median_reordering(std::vector<double>& values) noexcept {
    if (values.empty())
        return std::numeric_limits<double>::quiet_NaN();
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1)
        return *middle;
    return 0.5 * (*middle + *std::max_element(values.begin(), middle));
}

inline double median(std::vector<double> values) noexcept {
    return median_reordering(values);
}

/// R's quantile of type 7, of at least one ascending value.
inline double quantile_of_sorted(std::span<const double> ascending, double p) noexcept {
    const double place = p * static_cast<double>(ascending.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, ascending.size() - 1);
    return ascending[below] + (place - static_cast<double>(below)) * (ascending[above] - ascending[below]);
}

}  // namespace wellsieve::kernels::stats
