#include "formats/plates/number_style_internal.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr double longest_duration_days = 20000;
constexpr double end_of_dates = 2958466;  // 10000-01-01
constexpr std::int64_t ms_per_day = 86'400'000;
constexpr int days_from_1900_to_1904 = 1462;

/// "[h]", "[mm]", "[ss]": the unit that is not carried over. Other brackets are colours, conditions, locales.
bool is_elapsed_unit(std::string_view inside) {
    return !inside.empty() && (inside.find_first_not_of("hH") == std::string_view::npos ||
                               inside.find_first_not_of("mM") == std::string_view::npos ||
                               inside.find_first_not_of("sS") == std::string_view::npos);
}

struct Letters {
    bool date = false;
    bool month_or_minute = false;
    bool time = false;
    bool elapsed = false;
};

/// The letters of the first section that stand for parts of a date or time.
Letters find_letters(std::string_view code) {
    Letters found;
    for (std::size_t i = 0; i < code.size() && code[i] != ';'; ++i) {
        const char c = code[i];
        if (c == '"') {
            i = std::min(code.find('"', i + 1), code.size());
        } else if (c == '\\' || c == '_' || c == '*') {
            ++i;
        } else if (c == '[') {
            const std::size_t end = std::min(code.find(']', i), code.size());
            found.elapsed |= is_elapsed_unit(code.substr(i + 1, end - i - 1));
            i = end;
        } else if (starts_with_ignoring_case(code.substr(i), "AM/PM")) {
            i += 4;
        } else if (starts_with_ignoring_case(code.substr(i), "General")) {
            i += 6;
        } else {
            found.date |= c == 'y' || c == 'Y' || c == 'd' || c == 'D';
            found.time |= c == 'h' || c == 'H' || c == 's' || c == 'S';
            found.month_or_minute |= c == 'm' || c == 'M';
        }
    }
    return found;
}

std::string clock(std::int64_t ms) {
    const std::int64_t s = ms / 1000;
    std::string text = fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
    return ms % 1000 == 0 ? text : fmt::format("{}.{:03}", text, ms % 1000);
}

std::string date_and_clock(std::int64_t ms, bool from_1904) {
    std::int64_t day = ms / ms_per_day + (from_1904 ? days_from_1900_to_1904 : 0);
    if (day < 60)  // the calendar of 1900 has a 29 February, which was no day
        ++day;
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::year{1899} / 12 / 30} +
                                           std::chrono::days{day}};
    const std::string time = clock(ms % ms_per_day);
    return fmt::format("{:04}-{:02}-{:02} {}{}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.find(':') == 1 ? "0" : "", time);
}

}  // namespace

NumberStyle style_of_format(std::string_view code) {
    const Letters found = find_letters(code);
    if (found.elapsed)
        return NumberStyle::duration;
    if (found.date || (found.month_or_minute && !found.time))
        return NumberStyle::date;
    return found.time ? NumberStyle::time_of_day : NumberStyle::plain;
}

NumberStyle style_of_builtin(unsigned id) {
    if (id == 46)
        return NumberStyle::duration;
    if ((id >= 18 && id <= 21) || id == 45 || id == 47 || (id >= 32 && id <= 35) || id == 55 || id == 56)
        return NumberStyle::time_of_day;
    const bool is_date = (id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36 ||
                         (id >= 50 && id <= 54) || id == 57 || id == 58;
    return is_date ? NumberStyle::date : NumberStyle::plain;
}

std::optional<std::string> format_serial(double days, NumberStyle style, bool from_1904) {
    if (style == NumberStyle::plain || !(days >= 0) || days >= end_of_dates)
        return std::nullopt;
    const auto ms = static_cast<std::int64_t>(std::llround(days * static_cast<double>(ms_per_day)));
    const bool is_date = (style == NumberStyle::date && ms >= ms_per_day) ||
                         (style == NumberStyle::time_of_day && days > longest_duration_days);
    return is_date ? date_and_clock(ms, from_1904) : clock(ms);
}

}  // namespace wellsieve::formats::plates
