#include "formats/plates/value.hpp"

#include <fast_float/fast_float.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

struct Token {
    std::string_view text;  ///< compared without case
    Flag flag;
};

constexpr std::array tokens{
    Token{"-", Flag::not_measured},
    Token{"--", Flag::not_measured},
    Token{"---", Flag::not_measured},
    Token{"N/A", Flag::not_measured},
    Token{"NA", Flag::not_measured},
    Token{"n.a.", Flag::not_measured},
    Token{"empty", Flag::not_measured},
    Token{"Inj.", Flag::not_measured},  // BMG: the cycle only injected
    Token{"not measured", Flag::not_measured},
    Token{"OVRFLW", Flag::overflow},
    Token{"OVERFLOW", Flag::overflow},
    Token{"OVER", Flag::overflow},
    Token{"#SAT", Flag::overflow},
    Token{"SAT", Flag::overflow},
    Token{"saturated", Flag::overflow},
    Token{"inf", Flag::overflow},
    Token{"+inf", Flag::overflow},
    Token{"infinity", Flag::overflow},
    Token{"-inf", Flag::underflow},
    Token{"UNDER", Flag::underflow},
    Token{"UNDRFLW", Flag::underflow},
    Token{"underflow", Flag::underflow},
    Token{"LOW", Flag::underflow},
    Token{"<LOD", Flag::underflow},
    Token{"<LOQ", Flag::underflow},
    Token{"Masked", Flag::masked},
    Token{"excluded", Flag::masked},
    Token{"MISSED", Flag::missed},
    Token{"skipped", Flag::missed},
    Token{"Path?", Flag::error},
    Token{"Range?", Flag::error},
    Token{"Invalid", Flag::error},
    Token{"error", Flag::error},
    Token{"ERR", Flag::error},
    Token{"failed", Flag::error},
    Token{"NaN", Flag::not_a_number},
    Token{"-NaN", Flag::not_a_number},
    Token{"#N/A", Flag::not_a_number},
    Token{"#NUM!", Flag::not_a_number},
    Token{"#DIV/0!", Flag::not_a_number},
    Token{"#VALUE!", Flag::not_a_number},
};

bool consists_of(std::string_view text, char c) {
    return text.find_first_not_of(c) == std::string_view::npos;
}

std::optional<Value> parse_token(std::string_view text, char decimal_mark) noexcept {
    if (text.empty())
        return Value{};
    for (const Token& token : tokens)
        if (equals_ignoring_case(text, token.text))
            return Value{missing, token.flag};
    if (consists_of(text, '?'))
        return Value{missing, Flag::error};
    if (consists_of(text, '*') || consists_of(text, '#'))  // the number did not fit its column
        return Value{missing, Flag::overflow};
    if (text.front() == '>' && parse_number(text.substr(1), decimal_mark))
        return Value{missing, Flag::overflow};
    if (text.front() == '<' && parse_number(text.substr(1), decimal_mark))
        return Value{missing, Flag::underflow};
    if (text.size() > 2 && text.front() == '*' && text.back() == '*' &&
        parse_number(text.substr(1, text.size() - 2), decimal_mark))
        return Value{missing, Flag::masked};
    return std::nullopt;
}

constexpr std::array powers_of_ten{1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

constexpr std::uint64_t every_byte = 0x0101010101010101;
constexpr std::uint64_t high_bits = every_byte * 0x80;

/// One to eight bytes, the first of them lowest, then zeros.
std::uint64_t load_bytes(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) {
        return std::uint64_t{static_cast<unsigned char>(text[i])} << 8 * i;
    };
    const std::size_t size = text.size();
    if (size < 4)
        return byte(0) | byte(size / 2) | byte(size - 1);
    std::uint32_t first = 0;
    std::uint32_t last = 0;  // overlaps `first`, with the same bytes
    std::memcpy(&first, text.data(), 4);
    std::memcpy(&last, text.data() + size - 4, 4);
    return first | std::uint64_t{last} << 8 * (size - 4);
}

/// 0x80 in each byte of `word` that is `c`.
std::uint64_t bytes_equal_to(std::uint64_t word, char c) noexcept {
    const std::uint64_t differs = word ^ every_byte * static_cast<unsigned char>(c);
    return ~(((differs & ~high_bits) + ~high_bits) | differs | ~high_bits);
}

bool are_digits(std::uint64_t word) noexcept {
    return (((word + every_byte * 0x46) | (word - every_byte * '0')) & high_bits) == 0;
}

/// The number that eight digits say, the first of them in the lowest byte.
std::uint32_t number_of_digits(std::uint64_t word) noexcept {
    constexpr std::uint64_t pairs = 0x000000FF000000FF;
    word -= every_byte * '0';
    word = word * 10 + (word >> 8);
    return static_cast<std::uint32_t>(
        ((word & pairs) * 0x000F424000000064 + (word >> 16 & pairs) * 0x0000271000000001) >> 32);
}

/// "-12.345" of up to eight characters, all at once. The digits and the power of ten are both exact as
/// doubles, so their quotient is correctly rounded. NaN for any other text: an optional would travel through
/// memory.
double parse_short_number(std::string_view text, char decimal_mark) noexcept {
    const bool negative = text.front() == '-';
    text.remove_prefix(negative);
    if (text.empty())
        return missing;
    std::uint64_t word = load_bytes(text)
                         << 8 * (8 - text.size());  // the last character is in the highest byte
    std::size_t digits = text.size();
    std::size_t decimals = 0;
    if (const std::uint64_t mark = bytes_equal_to(word, decimal_mark)) {
        if ((mark & (mark - 1)) != 0 || --digits == 0)
            return missing;
        decimals = 7 - static_cast<std::size_t>(std::countr_zero(mark)) / 8;
        const std::uint64_t before = (mark >> 7) - 1;
        const std::uint64_t behind = ~((mark << 1) - 1);
        word = (word & behind) | (word & before) << 8;
    }
    word |= (every_byte * '0') >> 1 >> (8 * digits - 1);  // leading zeros
    if (!are_digits(word))
        return missing;
    const double number = number_of_digits(word) / powers_of_ten[decimals];
    return negative ? -number : number;
}

/// The same of up to fifteen digits, one by one.
double parse_plain_number(std::string_view text, char decimal_mark) noexcept {
    const bool negative = text.starts_with('-');
    std::uint64_t digits = 0;
    std::size_t count = 0;
    std::size_t decimals = 0;
    std::size_t marks = 0;
    for (std::size_t i = negative; i < text.size(); ++i) {
        if (text[i] >= '0' && text[i] <= '9') {
            digits = digits * 10 + static_cast<std::uint64_t>(text[i] - '0');
            ++count;
            decimals += marks;
        } else if (text[i] == decimal_mark && marks == 0) {
            marks = 1;
        } else {
            return missing;
        }
    }
    if (count == 0 || count >= powers_of_ten.size())
        return missing;
    const double number = static_cast<double>(digits) / powers_of_ten[decimals];
    return negative ? -number : number;
}

/// Blanks, signs and exponents, too.
[[gnu::noinline]] double parse_any_number(std::string_view text, char decimal_mark) noexcept {
    text = trim(text);
    const bool plus = text.starts_with('+');
    text.remove_prefix(plus);
    // fast_float takes "nan" and "inf" for numbers; no reading is one.
    const std::size_t first = !plus && text.starts_with('-');
    if (first >= text.size() || ((text[first] < '0' || text[first] > '9') && text[first] != decimal_mark))
        return missing;
    double number = 0;
    const fast_float::parse_options options{fast_float::chars_format::general, decimal_mark};
    const auto result =
        fast_float::from_chars_advanced(text.data(), text.data() + text.size(), number, options);
    if (result.ec != std::errc{} || result.ptr != text.data() + text.size() || !std::isfinite(number))
        return missing;
    return number;
}

}  // namespace

double number_or_nan(std::string_view text, char decimal_mark) noexcept {
    constexpr bool first_byte_is_lowest = std::endian::native == std::endian::little;
    const bool short_text = first_byte_is_lowest && !text.empty() && text.size() <= 8;
    const double plain =
        short_text ? parse_short_number(text, decimal_mark) : parse_plain_number(text, decimal_mark);
    return std::isnan(plain) ? parse_any_number(text, decimal_mark) : plain;
}

std::optional<double> parse_number(std::string_view text, char decimal_mark) noexcept {
    const double number = number_or_nan(text, decimal_mark);
    return std::isnan(number) ? std::nullopt : std::optional(number);
}

std::optional<Value> parse_value(std::string_view cell, char decimal_mark) noexcept {
    if (const auto number = parse_number(cell, decimal_mark))
        return Value{*number, Flag::none};
    return parse_token(trim(cell), decimal_mark);
}

std::optional<Value> parse_value_any_mark(std::string_view cell) noexcept {
    const auto value = parse_value(cell, '.');
    return value ? value : parse_value(cell, ',');
}

std::optional<double> parse_clock(std::string_view text, char decimal_mark) noexcept {
    text = trim(text);
    double days = 0;
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    if (const std::size_t dot = text.find('.'); dot < colon) {  // "1.02:03:04"
        const auto number = parse_number(text.substr(0, dot));
        if (!number)
            return std::nullopt;
        days = *number;
        text.remove_prefix(dot + 1);
    }
    double seconds = 0;
    int parts = 0;
    for (std::string_view rest = text;; ++parts) {
        const std::size_t end = rest.find(':');
        const std::string_view part = rest.substr(0, end);
        const auto number = parse_number(part, decimal_mark);
        if (!number || *number < 0 || part.front() == '-' || (parts > 0 && *number >= 60))
            return std::nullopt;
        seconds = seconds * 60 + *number;
        if (end == std::string_view::npos)
            break;
        rest.remove_prefix(end + 1);
    }
    seconds += days * 86400;
    // Minutes and seconds, or hours too; a number may have been too large for them.
    return (parts == 1 || parts == 2) && std::isfinite(seconds) ? std::optional(seconds) : std::nullopt;
}

}  // namespace wellsieve::formats::plates
