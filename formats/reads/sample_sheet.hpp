#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace wellsieve::formats::reads {

/// One row of a sample sheet: a file, or an index, of a sample. A sample may have several.
struct SampleRow {
    std::string sample;
    std::string file;          ///< empty where the index, or the column of a count table, tells the sample
    std::string index;         ///< A, C, G, T; empty where the file tells it
    std::string second_index;  ///< of a pair of indices (i5); empty where there is one
    std::string condition;
    double time_h = std::numeric_limits<double>::quiet_NaN();
    std::string replicate;
    std::vector<std::string> other;  ///< one a SampleSheet::other_columns
    std::size_t line = 0;
};

struct SampleSheet {
    std::string path;
    std::vector<SampleRow> rows;
    std::vector<std::string> other_columns;  ///< the user's own
};

/// What the samples are of: reads, which a file or an index gives to a sample, or columns of a count table,
/// which are called as the samples are.
enum class SampleSource { reads, counts };

/// A table (CSV, TSV, `;`) with a title line: `sample` with `file` or `index` or both (of counts it may have
/// neither), `index2` where indices are pairs (or both in `index`, parted by '+'), and condition, time_h,
/// replicate; all other columns are the user's. Two columns without titles, one of bases, are index and
/// sample, as PoolQ has its conditions. Throws FormatError, naming the line, for a row without sample, a row
/// of reads without file and index, an index of other letters, a time that is no number, a file or index that
/// two samples have, the same row twice, and rows of one sample that differ in condition, time or replicate.
SampleSheet read_sample_sheet(const std::string& path, SampleSource source = SampleSource::reads);
SampleSheet parse_sample_sheet(const std::string& path, std::string_view text,
                               SampleSource source = SampleSource::reads);

}  // namespace wellsieve::formats::reads
