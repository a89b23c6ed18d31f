#include "formats/plates/number_style_internal.hpp"

#include <catch2/catch.hpp>

using namespace wellsieve::formats::plates;

TEST_CASE("a format code is a date or a time by its letters, not by what it quotes") {
    for (std::string_view code :
         {"General", "0.00", "#,##0.00", "0.00E+00", "[Red]0.00;[Blue]-0.00", "0.00\" days\"", "0\\d",
          "_-* #,##0.00_-", "0.00\"h\";General", "@", "0%", "[$-809]0.0", ""})
        CHECK((style_of_format(code) == NumberStyle::plain));
    for (std::string_view code : {"dd/mm/yyyy", "yyyy-mm-dd hh:mm:ss", "[$-409]m/d/yy h:mm AM/PM;@", "mmm",
                                  "d-mmm-yy", "\"at \"dd.mm.yyyy"})
        CHECK((style_of_format(code) == NumberStyle::date));
    for (std::string_view code : {"h:mm:ss", "mm:ss.0", "h:mm AM/PM", "[$-F400]h:mm:ss AM/PM", "s.000"})
        CHECK((style_of_format(code) == NumberStyle::time_of_day));
    for (std::string_view code : {"[h]:mm:ss", "[mm]:ss", "[ss].000", "[Red][hh]:mm"})
        CHECK((style_of_format(code) == NumberStyle::duration));
    CHECK((style_of_format("\"never closed") == NumberStyle::plain));
    CHECK((style_of_format("[never closed") == NumberStyle::plain));
}

TEST_CASE("formats without a code have their meaning by number") {
    CHECK((style_of_builtin(0) == NumberStyle::plain));
    CHECK((style_of_builtin(11) == NumberStyle::plain));
    CHECK((style_of_builtin(14) == NumberStyle::date));
    CHECK((style_of_builtin(22) == NumberStyle::date));
    CHECK((style_of_builtin(21) == NumberStyle::time_of_day));
    CHECK((style_of_builtin(46) == NumberStyle::duration));
    CHECK((style_of_builtin(49) == NumberStyle::plain));
}

TEST_CASE("days become dates and times, to the millisecond") {
    const auto date = [](double days, bool from_1904 = false) {
        return format_serial(days, NumberStyle::date, from_1904).value();
    };
    // Serial numbers as a spreadsheet program shows them.
    CHECK(date(46053.5451388889) == "2026-01-31 13:05:00");
    CHECK(date(1) == "1900-01-01 00:00:00");
    CHECK(date(59) == "1900-02-28 00:00:00");
    CHECK(date(61) == "1900-03-01 00:00:00");
    CHECK(date(36526.25) == "2000-01-01 06:00:00");
    CHECK(date(0.25) == "6:00:00");
    CHECK(date(0 + 36526 - 1462, true) == "2000-01-01 00:00:00");
    CHECK_FALSE(format_serial(3e6, NumberStyle::date, false));
    CHECK_FALSE(format_serial(-1, NumberStyle::duration, false));

    const auto duration = [](double days) {
        return format_serial(days, NumberStyle::duration, false).value();
    };
    CHECK(duration(0) == "0:00:00");
    CHECK(duration(3.6024421296296298) == "86:27:31");
    CHECK(duration(0.210 / 86400) == "0:00:00.210");
    CHECK(duration(59.9999 / 86400) == "0:01:00");
    CHECK(format_serial(1.5, NumberStyle::time_of_day, false) == "36:00:00");
    CHECK(format_serial(36526.25, NumberStyle::time_of_day, false) == "2000-01-01 06:00:00");
}
