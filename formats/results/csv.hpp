#pragma once

#include <iosfwd>
#include <string_view>

#include "formats/results/result_reader.hpp"
#include "formats/results/table.hpp"

namespace wellsieve::formats::results {

/// Comma-separated UTF-8 with a header line, quoted as RFC 4180 has it; lines end in LF. Numbers are the
/// shortest text that reads back as the same value; a missing number or text is empty; truth values are true
/// and false. The index column comes first, row numbers are left out. The stream's state tells of failures.
void write_csv(const ResultTable& table, std::ostream& out);

/// Throws FormatError where there is no such table.
void export_csv(const ResultReader& result, std::string_view table, std::ostream& out);

}  // namespace wellsieve::formats::results
