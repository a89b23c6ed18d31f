#pragma once

#include <span>

#include "kernels/plate/summary.hpp"

namespace wellsieve::pipeline {

/// Of the finite values; NaN where there is none.
inline double median_of(std::span<const double> values) {
    kernels::plate::Summary summary;
    kernels::plate::summarise(values, {}, {1, 1, values.size()}, std::span(&summary, 1));
    return summary.median;
}

}  // namespace wellsieve::pipeline
