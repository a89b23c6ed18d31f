#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wellsieve::formats::plates {

/// What a workbook shows a number as. Everything but a date or a time is `plain`.
enum class NumberStyle : unsigned char { plain, date, time_of_day, duration };

/// Of a format code: "0.00" is plain, "dd/mm/yyyy hh:mm" a date, "h:mm:ss" a time of day, "[h]:mm:ss" a
/// duration.
NumberStyle style_of_format(std::string_view code);

/// Of the formats that have a number and no code (ECMA-376 part 1, 18.8.30).
NumberStyle style_of_builtin(unsigned format_id);

/// A number of days as text: "2026-01-31 13:05:00", or "86:27:31" for times, to the millisecond where there
/// is a fraction of a second. A time of day of more than a day is a duration, one of more than 20,000 days
/// the time of a date. Nothing for a plain style, a negative number, or a date past the year 9999.
std::optional<std::string> format_serial(double days, NumberStyle style, bool from_1904);

}  // namespace wellsieve::formats::plates
