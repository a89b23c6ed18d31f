#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "formats/results/text_check_internal.hpp"

namespace wellsieve::formats::results {
namespace {

bool is_continuation(unsigned char byte) {
    return (byte & 0xC0) == 0x80;
}

/// Bytes of the well-formed UTF-8 character at the start of `text`; 0 where there is none (Unicode, table
/// 3-7).
std::size_t character_bytes(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto lead = byte(0);
    if (lead < 0x80)
        return lead == 0 ? 0 : 1;
    const auto n = static_cast<std::size_t>(std::countl_one(lead));
    if (n < 2 || n > 4 || text.size() < n || lead < 0xC2 || lead > 0xF4)
        return 0;
    for (std::size_t i = 1; i < n; ++i)
        if (!is_continuation(byte(i)))
            return 0;
    const auto second = byte(1);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool surrogate = lead == 0xED && second > 0x9F;
    const bool too_large = lead == 0xF4 && second > 0x8F;
    return overlong || surrogate || too_large ? 0 : n;
}

}  // namespace

bool is_storable(std::string_view text) {
    while (!text.empty()) {
        const auto n = character_bytes(text);
        if (n == 0)
            return false;
        text.remove_prefix(n);
    }
    return true;
}

void check_texts(std::string_view column, const std::vector<std::string>& texts) {
    const auto bad = std::ranges::find_if_not(texts, is_storable);
    if (bad != texts.end())
        throw std::invalid_argument(fmt::format("column '{}': text {} is not UTF-8, or holds a NUL byte",
                                                column, bad - texts.begin() + 1));
}

}  // namespace wellsieve::formats::results
