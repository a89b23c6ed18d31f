#include "formats/plates/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace wellsieve::formats::plates {
namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";
constexpr std::string_view little_endian_mark = "\xFF\xFE";
constexpr std::string_view big_endian_mark = "\xFE\xFF";

// Windows-1252 bytes 0x80 … 0x9F; 0 where the code page has no character.
constexpr std::array<char16_t, 32> windows_1252{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

void append_utf8(std::string& out, char32_t c) {
    const auto push = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (c < 0x80) {
        push(c);
    } else if (c < 0x800) {
        push(0xC0 | (c >> 6));
        push(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        push(0xE0 | (c >> 12));
        push(0x80 | ((c >> 6) & 0x3F));
        push(0x80 | (c & 0x3F));
    } else {
        push(0xF0 | (c >> 18));
        push(0x80 | ((c >> 12) & 0x3F));
        push(0x80 | ((c >> 6) & 0x3F));
        push(0x80 | (c & 0x3F));
    }
}

std::string from_utf16(std::string_view bytes, bool little_endian) {
    std::string out;
    out.reserve(bytes.size() / 2);
    const auto unit = [&](std::size_t i) {
        const auto a = static_cast<unsigned char>(bytes[i]);
        const auto b = static_cast<unsigned char>(bytes[i + 1]);
        return static_cast<char32_t>(little_endian ? a | b << 8 : a << 8 | b);
    };
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        char32_t c = unit(i);
        if (c >= 0xD800 && c < 0xE000) {
            const char32_t low = i + 3 < bytes.size() ? unit(i + 2) : 0;
            if (c < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
                c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                i += 2;
            } else {
                c = 0xFFFD;
            }
        }
        append_utf8(out, c);
    }
    return out;
}

std::string from_windows_1252(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 8);
    for (char byte : bytes) {
        const auto c = static_cast<unsigned char>(byte);
        const char32_t decoded = c >= 0x80 && c < 0xA0 ? windows_1252[c - 0x80u] : c;
        append_utf8(out, decoded == 0 && c != 0 ? 0xFFFD : decoded);
    }
    return out;
}

std::size_t utf8_sequence_length(unsigned char lead) {
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead < 0xE0)
        return 2;
    if (lead >= 0xE0 && lead < 0xF0)
        return 3;
    return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

bool is_utf8(std::string_view bytes) {
    constexpr std::uint64_t high_bits = 0x8080808080808080;
    for (std::size_t i = 0; i < bytes.size();) {
        if (std::uint64_t word = high_bits; bytes.size() - i >= sizeof word) {  // mostly ASCII
            std::memcpy(&word, bytes.data() + i, sizeof word);
            if ((word & high_bits) == 0) {
                i += sizeof word;
                continue;
            }
        }
        const std::size_t length = utf8_sequence_length(static_cast<unsigned char>(bytes[i]));
        if (length == 0 || i + length > bytes.size())
            return false;
        for (std::size_t k = 1; k < length; ++k)
            if ((static_cast<unsigned char>(bytes[i + k]) & 0xC0) != 0x80)
                return false;
        i += length;
    }
    return true;
}

/// Text in a Latin script, written as UTF-16 without a mark, has a zero in every other byte.
bool looks_like_utf16(std::string_view bytes, bool little_endian) {
    const std::size_t probe = std::min<std::size_t>(bytes.size() / 2 * 2, 256);
    if (probe < 8)
        return false;
    std::size_t zeros = 0;
    for (std::size_t i = little_endian ? 1 : 0; i < probe; i += 2)
        zeros += bytes[i] == '\0';
    return zeros * 10 > probe / 2 * 8;
}

enum class Utf16 { no, little_endian, big_endian };

/// Whether the bytes are UTF-16, with a mark or without.
Utf16 utf16_of(std::string_view bytes) {
    if (bytes.starts_with(little_endian_mark) || bytes.starts_with(big_endian_mark))
        return bytes.starts_with(little_endian_mark) ? Utf16::little_endian : Utf16::big_endian;
    if (looks_like_utf16(bytes, true))
        return Utf16::little_endian;
    return looks_like_utf16(bytes, false) ? Utf16::big_endian : Utf16::no;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

constexpr std::string_view no_break_space = "\xC2\xA0";

}  // namespace

std::optional<std::string_view> utf8_text(std::string_view bytes) {
    if (bytes.starts_with(utf8_mark))
        bytes.remove_prefix(utf8_mark.size());
    else if (utf16_of(bytes) != Utf16::no)
        return std::nullopt;
    return is_utf8(bytes) ? std::optional(bytes) : std::nullopt;
}

std::string decode_text(std::string_view bytes) {
    if (const auto text = utf8_text(bytes))
        return std::string(*text);
    const bool marked = bytes.starts_with(little_endian_mark) || bytes.starts_with(big_endian_mark);
    switch (utf16_of(bytes)) {
        case Utf16::little_endian:
            return from_utf16(bytes.substr(marked ? 2 : 0), true);
        case Utf16::big_endian:
            return from_utf16(bytes.substr(marked ? 2 : 0), false);
        case Utf16::no:
            break;
    }
    return from_windows_1252(bytes.starts_with(utf8_mark) ? bytes.substr(utf8_mark.size()) : bytes);
}

std::string_view trim(std::string_view text) {
    for (;;) {
        if (!text.empty() && is_blank(text.front()))
            text.remove_prefix(1);
        else if (!text.empty() && is_blank(text.back()))
            text.remove_suffix(1);
        else if (text.starts_with(no_break_space))
            text.remove_prefix(2);
        else if (text.ends_with(no_break_space))
            text.remove_suffix(2);
        else
            return text;
    }
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(),
                       [](char x, char y) { return lower(x) == lower(y); }) != text.end();
}

}  // namespace wellsieve::formats::plates
