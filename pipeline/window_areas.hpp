#pragma once

#include <string_view>
#include <vector>

#include "pipeline/plate_data.hpp"
#include "pipeline/screen_options.hpp"

namespace wellsieve::pipeline {

/// Why a well has no area over the window that all share.
inline constexpr std::string_view window_not_covered = "window_not_covered";

/// The area of each well's readings between the trait's from_h and to_h; NaN where a well was not read at or
/// beyond either of them. Where the trait leaves one open it is the time by which nine wells in ten were
/// read, or until which they are, so that a last round that was not finished takes no well's area. `values`:
/// [time][well], those of the series as read or corrected.
std::vector<double> window_areas(const ReadoutSeries& series, const std::vector<double>& values,
                                 std::size_t wells, const TraitOptions& trait);

}  // namespace wellsieve::pipeline
