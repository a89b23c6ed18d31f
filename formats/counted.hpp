#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wellsieve::formats {

/// "1 sample", "2 samples": for words whose plural ends in s.
inline std::string counted(std::uint64_t count, std::string_view one) {
    return std::to_string(count) + " " + std::string(one) + (count == 1 ? "" : "s");
}

}  // namespace wellsieve::formats
