#pragma once

#include <string_view>
#include <vector>

#include "formats/plates/table.hpp"

namespace wellsieve::formats::plates {

/// The worksheets of an .xlsx workbook (ECMA-376), in the order of its tabs. Shared, inline and formula
/// strings become text; numbers keep the digits of the file; numbers whose style is a date become "2026-01-31
/// 13:05:00", a time of day or duration "86:27:31" (seconds with up to three decimals where there are any).
/// Merged cells: the text stands in the first. Throws FormatError: not a zip, truncated, no workbook in it,
/// or sizes that no export has (a part over 1 GiB, more than 64 million cells with their padding).
std::vector<Table> read_workbook(std::string_view path, std::string_view bytes);

}  // namespace wellsieve::formats::plates
