// Lists without a header, as the plate readers of RNAi screens wrote them: "FT01-G01<tab>A01<tab>887763".

#include <fmt/format.h>

#include "formats/plates/plain_internal.hpp"
#include "formats/plates/readers_internal.hpp"

namespace wellsieve::formats::plates {

Match sniff_list(const Document& document) {
    for (const Table& table : document.tables())
        if (plain::well_column_of_list(table))
            return Match::weak;
    return Match::no;
}

PlateFile read_list(const Document& document) {
    const char mark = plain::decimal_mark(document);
    PlateFile file;
    for (const Table& table : document.tables()) {
        const auto well_column = plain::well_column_of_list(table);
        if (!well_column)
            continue;
        file.measurements.reserve(file.measurements.size() + table.rows());
        std::vector<std::uint32_t> readouts;
        std::uint32_t plate = 0;
        for (std::size_t row = 0; row < table.rows(); ++row) {
            if (table.is_blank(row))
                continue;
            const std::string_view name = *well_column > 0 ? table.cell(row, *well_column - 1) : table.name();
            if (file.plates.empty() || file.plates[plate].name != name)
                plate = file.plate(name.empty() ? "1" : name);
            const auto well = parse_well(table.cell(row, *well_column));
            if (!well)
                document.fail(table, row, *well_column,
                              fmt::format("'{}' is not a well; each line holds a plate, a well and a value",
                                          table.cell(row, *well_column)));
            for (std::size_t column = *well_column + 1; column < table.columns(row); ++column) {
                const std::size_t n = column - *well_column - 1;
                if (n > 0 && table.cell(row, column).empty())
                    continue;
                while (readouts.size() <= n)
                    readouts.push_back(file.readout(
                        {.name = readouts.empty() ? "value" : fmt::format("value {}", readouts.size() + 1),
                         .mode = Mode::analyte,
                         .unit = {}}));
                plain::add_reading(document, table, row, column, mark,
                                   {.readout = readouts[n], .plate = plate, .well = *well}, file);
            }
        }
    }
    if (file.measurements.empty())
        document.fail("holds no lines of a well and a value, or of a plate, a well and a value");
    return file;
}

}  // namespace wellsieve::formats::plates
