#include "formats/plates/text.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace wellsieve::formats::plates;
using namespace std::string_literals;

TEST_CASE("every encoding that exports come in becomes UTF-8 without a mark") {
    const std::string wanted = "T\u00B0 600";
    CHECK(decode_text("T\xC2\xB0 600") == wanted);
    CHECK(decode_text("\xEF\xBB\xBFT\xC2\xB0 600") == wanted);
    CHECK(decode_text("T\xB0 600") == wanted);
    CHECK(decode_text("\xFF\xFET\0\xB0\0 \0"
                      "6\0"
                      "0\0"
                      "0\0"s) == wanted);
    CHECK(decode_text("\xFE\xFF\0T\0\xB0\0 \0"
                      "6\0"
                      "0\0"
                      "0"s) == wanted);
    CHECK(decode_text("T\0e\0m\0p\0 \0"
                      "6\0"
                      "0\0"
                      "0\0"s) == "Temp 600");
    CHECK(decode_text("\x80") == "\u20AC");
}

TEST_CASE("broken UTF-16 is marked, not lost") {
    CHECK(decode_text("\xFF\xFE\x00\xD8"
                      "a\0"s) == "\uFFFDa");
}

TEST_CASE("trimming takes no-break spaces too") {
    CHECK(trim(" \t\u00A0x y\u00A0\r\n") == "x y");
    CHECK(trim(" ").empty());
}
