#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/archive_internal.hpp"
#include "formats/plates/number_style_internal.hpp"
#include "formats/plates/table.hpp"
#include "formats/plates/xml_internal.hpp"

namespace wellsieve::formats::plates {

/// What the sheets of one workbook have in common.
struct WorkbookParts {
    std::vector<std::string> strings;      ///< the shared ones
    std::vector<NumberStyle> cell_styles;  ///< by the `s` of a cell
    bool from_1904 = false;
};

/// The text of a string item: its `t`, or the `t` of its runs joined; phonetic hints are left out.
std::string string_item_text(pugi::xml_node item);

/// One sheet. Throws FormatError.
Table read_worksheet(Archive& archive, std::string_view part, std::string_view sheet_name,
                     const WorkbookParts& common);

}  // namespace wellsieve::formats::plates
