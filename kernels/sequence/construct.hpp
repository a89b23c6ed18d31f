#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wellsieve::kernels::sequence {

enum class Orientation : std::uint8_t { forward, reverse, either };

/// How the place of a barcode is found in a read.
enum class Search : std::uint8_t {
    flanks,   ///< by the constant bases before and behind it
    offsets,  ///< at given places, the first that holds a barcode
    pattern,  ///< where a pattern fits, the first place only
};

/// One barcode within a read. Places count from 0 in the direction in which the barcode is written; for a
/// barcode on the other strand everything is mirrored.
struct Construct {
    Search search = Search::flanks;
    Orientation orientation = Orientation::forward;
    /// Constant bases that touch the barcode; the nearest 16 are used. One may be empty, and N stands for
    /// any.
    std::string left_flank;
    std::string right_flank;
    /// Where the barcode (flanks) or the pattern may begin, from `first` to `last`.
    std::uint32_t first = 0;
    std::uint32_t last = 0xFFFFFFFF;
    /// For `offsets`, in the order in which they are tried. For `flanks`, where a barcode is looked for
    /// exactly in a read that has lost both flanks; empty in a construct with stagger.
    std::vector<std::uint32_t> offsets;
    /// For `pattern`: IUPAC letters; those in upper case are the barcode, in one or more pieces that are
    /// joined.
    std::string pattern;
};

/// The construct of a PoolQ policy, `FIXED@n`, `PREFIX:seq@n-m` or `TEMPLATE:seq@n-m`, for barcodes of that
/// length; empty when the text is none or the template has not as many upper-case letters.
std::optional<Construct> parse_poolq_policy(std::string_view policy, std::uint32_t barcode_length);

}  // namespace wellsieve::kernels::sequence
