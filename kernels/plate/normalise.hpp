#pragma once

#include <cstddef>
#include <span>

#include "kernels/plate/standardise.hpp"
#include "kernels/plate/summary.hpp"

namespace wellsieve::kernels::plate {

/// The normalisations, each as the scale to hand to `standardise`, one a plate, or one for all plates of an
/// experiment. `reference` are the wells taken as neutral: the samples, the negatives or the parent.

enum class Location { mean, median, shorth };

double location(Location kind, const Summary& summary) noexcept;

/// x − location: additive plate scaling; on log2 values, the log2 ratio to the parent.
Scale subtract(Location kind, const Summary& reference) noexcept;

/// x / location: multiplicative plate scaling; the ratio to the parent.
Scale divide_by(Location kind, const Summary& reference) noexcept;

/// 100 x / mean of the control (Malo 2006, Nat Biotechnol 24:167).
Scale percent_of_control(const Summary& control) noexcept;

/// (location_P − x) / (location_P − location_N): 0 at the positives, 1 at the negatives. With one control of
/// each kind this maps the controls onto 0 and 1 exactly: quality must be measured before it.
Scale normalised_percent_inhibition(Location kind, const Summary& positive, const Summary& negative) noexcept;

/// (x − mean) / sd.
Scale z_score(const Summary& reference) noexcept;

/// (x − median) / mad.
Scale robust_z_score(const Summary& reference) noexcept;

/// x / mad: brings plates (or a whole experiment) that are already centred to one spread. Also what turns a
/// polish residual into a B-score, with the residuals of the samples as reference.
Scale adjust_variance(const Summary& reference) noexcept;

/// log2 of each value; NaN for a value of zero or less, and the number of those. `out` may be `values`.
std::size_t log2_values(std::span<const double> values, std::span<double> out) noexcept;

}  // namespace wellsieve::kernels::plate
