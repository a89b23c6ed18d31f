#pragma once

#include <cstddef>
#include <span>

namespace wellsieve::kernels::stats {

/// Weighted means of the `share` of all points nearest in x, tricube weights, at the ends of cells that are
/// halved until none is wider than 0.8 of the smaller bandwidth at its ends; linear between (Loader's
/// locfit 1.5, degree 0, default evaluation). values[column * n + point], so also out; few points (share × n
/// < 2) are given back as they are. Costs about 20 windows of share × n points a column, however many points;
/// allocates an order and the cells.
void local_means(std::span<const double> x, std::span<const double> values, double share,
                 std::span<double> out);

/// The share that edgeR takes for n features.
double local_share(std::size_t n) noexcept;

}  // namespace wellsieve::kernels::stats
