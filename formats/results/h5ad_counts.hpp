#pragma once

#include <string>

#include "formats/reads/counts_table.hpp"

namespace wellsieve::formats::results {

/// Whether the file is HDF5 at all, from its first bytes.
bool is_hdf5(const std::string& path);

/// The counts of an AnnData file (.h5ad): X is samples × features, dense or CSR, of whole numbers; names come
/// from obs and var, genes from the column gene (or Gene, gene_symbol, target) of var. Throws FormatError for
/// a file that is none, and for values that are no counts.
reads::CountsTable read_h5ad_counts(const std::string& path);

}  // namespace wellsieve::formats::results
