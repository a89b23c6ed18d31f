#pragma once

#include <string>
#include <string_view>

namespace wellsieve::formats::results {

/// SHA-256 (FIPS 180-4) as 64 hexadecimal digits in lower case.
std::string sha256_hex(std::string_view bytes);

}  // namespace wellsieve::formats::results
