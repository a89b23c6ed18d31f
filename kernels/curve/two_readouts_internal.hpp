#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace wellsieve::kernels::curve {

/// A reading at the very end of a slope window belongs to it, whatever the last bit of its time.
inline constexpr double just_beyond_window = 1 + 1e-9;

/// For each row, the rows [first, end) that its slope window holds.
using SlopeWindows = std::vector<std::pair<std::size_t, std::size_t>>;

}  // namespace wellsieve::kernels::curve
