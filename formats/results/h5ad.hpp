#pragma once

#include <filesystem>
#include <string_view>

#include "formats/results/result_reader.hpp"

namespace wellsieve::formats::results {

/// An AnnData file (.h5ad): obs are the wells, named "PLATE:WELL", with all columns of `wells`; var are the
/// traits in order of appearance; X holds the normalised values (wells × traits, NaN where there is none) and
/// the layers "raw" and "corrected" the two steps before. uns holds `config`, `writer`, `schema_version`, the
/// tables `scores` and `ranking` where the result has them, and `flags`: the rows of `traits` without a plain
/// number. Throws FormatError where the result lacks `wells` or `traits`, or they do not fit each other, and
/// OutputError.
void export_h5ad(const ResultReader& result, const std::filesystem::path& out);

/// The same of a pool: obs are its samples, var its barcodes, X their counts, which `counts` names as
/// ResultReader::counts does. uns holds besides, as there are, the pool's tables `feature_scores`,
/// `group_scores`, `outlying_counts`, `amounts`, `feba`, `feature_fitness` and `group_fitness`. Throws
/// FormatError where the result has no such counts, and OutputError.
void export_counts_h5ad(const ResultReader& result, std::string_view counts,
                        const std::filesystem::path& out);

}  // namespace wellsieve::formats::results
