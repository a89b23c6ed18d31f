#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "formats/plates/document.hpp"
#include "formats/plates/measurement.hpp"

// What readers of offline analysers share: a row a sample, a column a quantity.
namespace wellsieve::formats::plates {

/// What a column means: its header in the file, and the quantity's name and unit as the Allotrope models call
/// them.
struct AnalyserQuantity {
    std::string_view header;
    std::string_view name;
    std::string_view unit;
};

/// A table of samples: where it begins and which columns are what.
struct AnalyserTable {
    std::size_t first_row = 0;
    std::size_t sample = 0;                                   ///< column
    std::optional<std::size_t> batch;                         ///< column; a batch is a plate
    std::vector<std::size_t> taken;                           ///< columns of date and time, the best first
    std::optional<std::size_t> vessel;                        ///< column
    std::vector<std::pair<std::size_t, Readout>> quantities;  ///< by column
};

/// Adds the columns whose headers, in any case and with any blanks, are known; `header_of(column)` is the
/// text above.
template <typename HeaderOf>
void find_quantities(std::span<const AnalyserQuantity> known, std::size_t columns, HeaderOf header_of,
                     AnalyserTable& table);

Readout analyte(std::string_view name, std::string_view unit);

/// Whether two headers are the same but for case, blanks and points.
bool same_header(std::string_view a, std::string_view b);

/// Reads every row with a sample's name. A sample is a well; its second row is a second reading.
PlateFile read_samples(const Document& document, const Table& table, const AnalyserTable& layout);

template <typename HeaderOf>
void find_quantities(std::span<const AnalyserQuantity> known, std::size_t columns, HeaderOf header_of,
                     AnalyserTable& table) {
    for (std::size_t column = 0; column < columns; ++column)
        for (const AnalyserQuantity& quantity : known)
            if (same_header(header_of(column), quantity.header)) {
                table.quantities.emplace_back(column, analyte(quantity.name, quantity.unit));
                break;
            }
}

}  // namespace wellsieve::formats::plates
