#include "formats/plates/workbook.hpp"

#include "formats/error.hpp"

namespace wellsieve::formats::plates {

std::vector<Table> read_workbook(std::string_view path, std::string_view) {
    throw FormatError(path, "", "workbooks cannot be read yet");
}

}  // namespace wellsieve::formats::plates
