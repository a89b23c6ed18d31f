#include "formats/plates/value.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <random>
#include <regex>
#include <string>
#include <string_view>

using namespace wellsieve::formats::plates;

TEST_CASE("plain numbers of any length are read as the C library reads them") {
    std::mt19937 random(20261124);
    for (int i = 0; i < 20000; ++i) {
        std::string text = random() % 4 == 0 ? "-" : "";
        const std::size_t digits = 1 + random() % 17;
        for (std::size_t d = 0; d < digits; ++d)
            text += static_cast<char>('0' + random() % 10);
        if (random() % 4 != 0)
            text.insert(text.size() - random() % (digits + 1), ".");
        INFO(text);
        const double wanted = std::strtod(text.c_str(), nullptr);
        CHECK(parse_number(text) == wanted);
        std::replace(text.begin(), text.end(), '.', ',');
        CHECK(parse_number(text, ',') == wanted);
    }
}

TEST_CASE("one wrong character makes a text no number, wherever it stands") {
    const std::string_view may_stand_in_numbers = "0123456789.eE+- \t\r\n\v\f";
    for (std::size_t size = 1; size <= 12; ++size)
        for (std::size_t at = 0; at < size; ++at)
            for (int c = 0; c < 256; ++c) {
                std::string text(size, '7');
                text[at] = static_cast<char>(c);
                INFO(text << ", character " << c << " at " << at);
                if (may_stand_in_numbers.find(text[at]) == std::string_view::npos)
                    CHECK_FALSE(parse_number(text));
                CHECK(std::isnan(number_or_nan(text)) == !parse_number(text));
            }
}

TEST_CASE("numbers are read with the stated decimal mark only") {
    CHECK(parse_number("0.981") == 0.981);
    CHECK(parse_number("0,981", ',') == 0.981);
    CHECK(parse_number(".039") == 0.039);
    CHECK(parse_number("-.002") == -0.002);
    CHECK(parse_number("+1.5E-3") == 0.0015);
    CHECK(std::signbit(parse_number("-0.00").value()));
    CHECK_FALSE(parse_number("0,981"));
    CHECK_FALSE(parse_number("1.000,5", ','));
    CHECK_FALSE(parse_number("12 34"));
    CHECK_FALSE(parse_number("nan"));
    CHECK_FALSE(parse_number("1e999"));
    CHECK_FALSE(parse_number(""));
}

TEST_CASE("of all texts of a few characters, the numbers are numbers and nothing else is") {
    const std::regex number("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)(e[-+]?[0-9]+)?");
    constexpr std::string_view letters = "05.-,+e:";
    std::size_t wrong = 0;
    for (std::size_t length = 1, count = letters.size(); length <= 4; ++length, count *= letters.size())
        for (std::size_t i = 0; i < count; ++i) {
            std::string text;
            for (std::size_t rest = i; text.size() < length; rest /= letters.size())
                text += letters[rest % letters.size()];
            const auto read = parse_number(text);
            wrong += read.has_value() != std::regex_match(text, number) ||
                     (read && *read != std::strtod(text.c_str(), nullptr));
        }
    CHECK(wrong == 0);
}

TEST_CASE("short and long numbers are rounded alike, as strtod rounds them") {
    for (const char* text :
         {"0.059", "-0.066", "2.4711", "123456789012345", "0.000000000000001", "9007199254740993",
          "3.41797666666667", "0.0000000000000012345678901234567", "5.", "-0.0003", "1844674407370955.1616"})
        CHECK(parse_number(text) == std::strtod(text, nullptr));
    CHECK_FALSE(parse_number("-"));
    CHECK_FALSE(parse_number("."));
    CHECK_FALSE(parse_number("1.2.3"));
    CHECK_FALSE(parse_number("1,5"));
}

TEST_CASE("what a reader writes in the place of a number becomes a flag, never a number") {
    const auto flag = [](std::string_view cell) {
        const auto value = parse_value(cell);
        REQUIRE(value);
        REQUIRE(std::isnan(value->number));
        return value->flag;
    };
    CHECK(flag("OVRFLW") == Flag::overflow);
    CHECK(flag("OVER") == Flag::overflow);
    CHECK(flag(">209.845") == Flag::overflow);
    CHECK(flag("<0.000") == Flag::underflow);
    CHECK(flag("*******") == Flag::overflow);
    CHECK(flag("*0.356*") == Flag::masked);
    CHECK(flag("Masked") == Flag::masked);
    CHECK(flag("MISSED") == Flag::missed);
    CHECK(flag("?????") == Flag::error);
    CHECK(flag("Path?") == Flag::error);
    CHECK(flag("NaN") == Flag::not_a_number);
    CHECK(flag("  ") == Flag::not_measured);
    CHECK_FALSE(parse_value("abc"));
    CHECK_FALSE(parse_value("0.3 x"));
}

TEST_CASE("times of every shape become seconds") {
    CHECK_FALSE(parse_clock("2E+307:0:08"));
    CHECK(parse_clock("0:30") == 30);
    CHECK(parse_clock("00:01:30") == 90);
    CHECK(parse_clock("86:27:31") == 86 * 3600 + 27 * 60 + 31);
    CHECK(parse_clock("0:00.210").value() == Approx(0.210));
    CHECK(parse_clock("1.02:03:04") == 86400 + 2 * 3600 + 3 * 60 + 4);
    CHECK_FALSE(parse_clock("0:60"));
    CHECK_FALSE(parse_clock("30"));
    CHECK_FALSE(parse_clock("1:2:3:4"));
    CHECK_FALSE(parse_clock("a:30"));
}
