#pragma once

#include <span>
#include <string>
#include <string_view>

#include "formats/plates/document.hpp"
#include "formats/plates/measurement.hpp"

namespace wellsieve::formats::plates {

/// How sure a reader is that a document is its own. Content decides; a file name alone never does.
enum class Match : int { no = 0, weak = 1, likely = 2, certain = 3 };

/// One family of exports.
struct Reader {
    std::string_view name;        ///< for `reader = "…"` and messages: "gen5"
    std::string_view vendor;      ///< "Agilent/BioTek Gen5"
    std::string_view file_types;  ///< "txt csv xlsx"
    std::string_view looked_for;  ///< what `sniff` looks for, told when no reader takes a file
    Match (*sniff)(const Document&);
    PlateFile (*read)(const Document&);  ///< throws FormatError
    Match at_most = Match::certain;      ///< what `sniff` can be; not asked once another is surer
    /// Rows may stand in any order (tidy tables, documents): a time before the last is no clock set back.
    bool rows_in_any_order = false;
};

/// Every reader of this build, in the order in which they are listed.
std::span<const Reader> readers();

/// The reader for a document: `name`, or by content when it is "auto". Throws FormatError: unknown name, no
/// reader takes it (lists what was looked for), or two are equally sure (names both).
const Reader& choose_reader(const Document& document, std::string_view name = "auto");

/// Chooses, reads, and checks what was read: no well off its plate, no number under a flag.
PlateFile read_plate_file(const Document& document, std::string_view reader_name = "auto");

}  // namespace wellsieve::formats::plates
