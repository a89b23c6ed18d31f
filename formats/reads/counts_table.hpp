#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wellsieve::formats::reads {

/// Counts that another program made.
struct CountsTable {
    std::string path;
    std::vector<std::string> ids;       ///< of the features, unique
    std::vector<std::string> genes;     ///< [feature], empty where the table has none
    std::vector<std::string> barcodes;  ///< [feature], empty where the table has none
    std::vector<std::string> strains;   ///< [feature], empty where the table has none
    std::vector<std::string>
        scaffolds;                  ///< [feature], empty where the table has none; none without positions
    std::vector<double> positions;  ///< [feature], NaN where there is none; none without such a column
    std::vector<std::string> samples;
    std::vector<std::uint32_t> counts;  ///< [sample][feature]
    std::vector<std::string> notes;     ///< columns that were left out, features without gene
};

/// A table of text (tab, comma or ';', any line ends, gzip or not): one line a feature, titles first. The
/// columns called sgRNA, guide, id, barcode, strain, gene, scaffold, position … are what they say, as MAGeCK,
/// PoolQ and others write them; all other columns of numbers are samples. Throws FormatError, naming line and
/// column, for a cell that is no whole number ("12.0" is one), an id that stands there twice or is empty, a
/// missing cell, and a table without samples.
/// Where the titles are one fewer than the cells of the first row, as R writes a table with names of rows,
/// that column has none. With `wanted`, the columns of these titles alone are samples.
CountsTable read_counts_table(const std::string& path, const std::vector<std::string>& wanted = {});
CountsTable parse_counts_table(const std::string& path, std::string_view text,
                               const std::vector<std::string>& wanted = {});

}  // namespace wellsieve::formats::reads
