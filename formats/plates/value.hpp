#pragma once

#include <optional>
#include <string_view>

#include "formats/plates/measurement.hpp"

namespace wellsieve::formats::plates {

struct Value {
    double number = missing;
    Flag flag = Flag::not_measured;
};

/// A plain decimal number, sign and exponent allowed, blanks around it ignored; `decimal_mark` is '.' or ','.
/// Nothing for other text, for "nan" and "inf", and for a number beyond the range of double.
std::optional<double> parse_number(std::string_view text, char decimal_mark = '.') noexcept;

/// The same, NaN for what is no number: for the cells of a table, of which there are millions.
double number_or_nan(std::string_view text, char decimal_mark = '.') noexcept;

/// One cell of a reading: a number; a token that some instrument writes in the place of one ("OVRFLW",
/// "OVER",
/// "<0.000", "*0.356*", "Masked", "Path?", "NaN", …) as its flag; empty as not measured. Nothing for unknown
/// text, which the caller turns into an error with its place. The one list of tokens for all readers.
std::optional<Value> parse_value(std::string_view cell, char decimal_mark = '.') noexcept;

/// "0:30", "00:01:30", "86:27:31", "0:00.210", "1.02:03:04" (days) → seconds. Nothing for other text.
std::optional<double> parse_clock(std::string_view text, char decimal_mark = '.') noexcept;

/// Like parse_number, accepts either mark: for a file with "0,02" in one column and "0.03" in the next.
std::optional<Value> parse_value_any_mark(std::string_view cell) noexcept;

}  // namespace wellsieve::formats::plates
