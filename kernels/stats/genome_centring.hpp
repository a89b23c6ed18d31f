#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace wellsieve::kernels::stats {

// What a gene's fitness owes to its place in the genome. Cells that grow fast hold more copies of genes near
// the origin of replication, and plasmids have a number of copies of their own (Wetmore 2015).

/// Where genes lie. One element a gene; both empty: nowhere is told, and all are of one scaffold.
struct GenePlaces {
    std::span<const std::uint32_t> scaffold;  ///< chromosome or plasmid
    std::span<const double> position;         ///< along it; NaN: not told
};

struct GenomeCentring {
    std::size_t window = 251;                  ///< genes, odd, of the running median
    std::size_t least_genes_of_scaffold = 10;  ///< where places are told
};

/// Medians of the `window` values around each, which is odd and at most as many as there are; those near the
/// ends get the median of the first or last window. O(n · window).
std::vector<double> running_medians(std::span<const double> values, std::size_t window);

/// Where the density of the values is highest: normal kernels of Silverman's width, 0.9 · min(sd, IQR/1.34) ·
/// n^(-1/5). NaN without values, the median where they do not scatter. O(n · neighbours).
double density_mode(std::span<const double> values);

/// Scaffold by scaffold: minus the median; with at least `window` genes of known position, minus the running
/// median in the order of positions, then minus the mode. NaN is passed over; values of scaffolds with too
/// few genes become NaN.
void centre_along_genome(std::span<double> values, const GenePlaces& places, const GenomeCentring& options);

}  // namespace wellsieve::kernels::stats
