#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "formats/plates/measurement.hpp"

namespace wellsieve::tests {

/// What the suite has to know about one reader and one of its layouts.
///
///     TEST_CASE("gen5: endpoint matrix") {
///         tests::check_reader({.reader = "gen5", .sample = endpoint_text, .measurements = 96,
///                              .cell = "0.4711", .well = "C7"});
///     }
struct ReaderCase {
    std::string reader;  ///< its name in the registry
    /// A good export with invented values: UTF-8, lines ended by "\n". For a workbook, whatever `to_bytes`
    /// takes.
    std::string sample;
    std::size_t measurements = 0;  ///< in the sample
    std::string cell;              ///< text of one reading that occurs exactly once in the sample
    std::string well;              ///< "C7": where it was read

    /// Sample → bytes of a file, for a workbook. Without it the sample is the file.
    std::function<std::string(std::string_view)> to_bytes = {};
    char delimiter = '\t';            ///< for the variant with trailing delimiters
    bool trailing_delimiters = true;  ///< whether lines may end in more delimiters than they need
    bool lone_cr = true;              ///< whether lines may end in "\r" alone
    std::string decimal_comma =
        {};  ///< the sample as a locale with a decimal comma writes it: reads the same
    std::string bad_token = "0.3x7";       ///< in the place of `cell`: refused, named in the message
    std::string bad_token_in_file = {};    ///< as the file spells it, where that differs
    std::string bad_token_place = {};      ///< in the message; without it the line, or the sheet
    std::string known_token = "OVRFLW";    ///< in the place of `cell`: a flag. Empty where a format has none
    std::string known_token_in_file = {};  ///< as the file spells it, quotes and all, where that differs
    formats::plates::Flag flag = formats::plates::Flag::overflow;  ///< of `known_token`
    bool may_be_empty = true;  ///< whether `cell` may be empty, which is "not measured"
    /// Plate names, wavelengths or units stand below the readings, so that a truncated file has lost them.
    bool header_stands_last = false;
};

/// Proves what every reader promises: found by content and by no other reader; the same result whatever the
/// line ends, byte order mark and encoding; unknown text refused with file, place, well and token; known
/// tokens and empty cells flagged; nothing invented from a truncated file; empty and blank files refused. For
/// use inside a TEST_CASE, once in each. Where the environment holds WELLSIEVE_SEEDS, writes the sample there
/// as a seed of the fuzzers instead.
void check_reader(const ReaderCase& reader_case);

/// Empty when the two say the same; otherwise the first difference in words.
std::string difference(const formats::plates::PlateFile& a, const formats::plates::PlateFile& b);

/// `text` with the one occurrence of `part` replaced.
std::string with_replaced(std::string_view text, std::string_view part, std::string_view replacement);

}  // namespace wellsieve::tests
