#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace wellsieve::formats {

/// An input that cannot be used. `what()` is one line, "FILE: PLACE: MESSAGE", fit to be shown as it is; the
/// place ("line 12, column 3", "sheet 'Plate 1', cell C12") is left out when the whole file is meant.
class FormatError : public std::runtime_error {
  public:
    FormatError(std::string_view file, std::string_view place, std::string_view message);
};

}  // namespace wellsieve::formats
