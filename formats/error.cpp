#include "formats/error.hpp"

#include <fmt/format.h>

namespace wellsieve::formats {
namespace {

std::string one_line(std::string_view file, std::string_view place, std::string_view message) {
    return place.empty() ? fmt::format("{}: {}", file, message)
                         : fmt::format("{}: {}: {}", file, place, message);
}

}  // namespace

FormatError::FormatError(std::string_view file, std::string_view place, std::string_view message)
    : std::runtime_error(one_line(file, place, message)) {}

}  // namespace wellsieve::formats
