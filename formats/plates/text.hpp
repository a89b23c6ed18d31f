#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wellsieve::formats::plates {

/// Bytes of a text export → UTF-8 without byte order mark. Knows UTF-8, UTF-16 (either order, with or without
/// mark) and, where the bytes are not UTF-8, Windows-1252. Never fails: an undecodable unit becomes U+FFFD.
std::string decode_text(std::string_view bytes);

/// The bytes themselves, without byte order mark, where they are UTF-8 and so need no decoding.
std::optional<std::string_view> utf8_text(std::string_view bytes);

/// Without blanks, tabs, no-break spaces and carriage returns at either end.
std::string_view trim(std::string_view text);

/// ASCII only.
bool equals_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
bool contains_ignoring_case(std::string_view text, std::string_view part);

}  // namespace wellsieve::formats::plates
