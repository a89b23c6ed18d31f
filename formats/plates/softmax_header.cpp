#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "formats/plates/softmax_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::formats::plates {
namespace {

// Where the fields of a "Plate:" line stand, counted from the cell that says "Raw" or "Reduced": what
// precedes it has one cell more for fluorescence than for the other modes.
constexpr std::size_t points_at = 2;
constexpr std::size_t wavelengths_at = 9;
constexpr std::size_t first_column_at = 10;
constexpr std::size_t columns_at = 11;
constexpr std::size_t wells_at = 12;
constexpr std::size_t rows_at_of_absorbance = 13;
constexpr std::size_t excitations_at = 13;
constexpr std::size_t rows_at = 22;

/// "445 535 780 " → three numbers; 0 stands for no filter.
std::vector<double> number_list(std::string_view text) {
    std::vector<double> numbers;
    while (!(text = trim(text)).empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const auto number = parse_value_any_mark(text.substr(0, end));
        numbers.push_back(number && number->number > 0 ? number->number : missing);
        text.remove_prefix(end);
    }
    return numbers;
}

std::optional<unsigned> count(std::string_view text) {
    constexpr double most = 1e6;
    const auto number = parse_number(text);
    if (!number || *number < 1 || *number > most || *number != std::floor(*number))
        return std::nullopt;
    return static_cast<unsigned>(*number);
}

std::optional<Mode> mode_of(std::string_view text) {
    if (contains_ignoring_case(text, "Absorb"))
        return Mode::absorbance;
    if (contains_ignoring_case(text, "Lumin"))
        return Mode::luminescence;
    for (std::string_view name : {"Fluor", "Time Resolved", "TRF", "FRET", "FP", "Polar", "Alpha"})
        if (contains_ignoring_case(text, name))
            return Mode::fluorescence;
    return std::nullopt;
}

std::optional<SoftmaxRead> read_of(std::string_view text) {
    if (equals_ignoring_case(text, "Endpoint"))
        return SoftmaxRead::endpoint;
    if (equals_ignoring_case(text, "Kinetic"))
        return SoftmaxRead::kinetic;
    if (equals_ignoring_case(text, "Spectrum"))
        return SoftmaxRead::spectrum;
    if (equals_ignoring_case(text, "Well Scan"))
        return SoftmaxRead::well_scan;
    return std::nullopt;
}

/// The cell that says "Raw", "Reduced" or "Both".
std::optional<std::size_t> find_anchor(const Table& table, std::size_t row) {
    constexpr std::size_t earliest = 6;
    for (std::size_t c = earliest; c < table.columns(row); ++c)
        for (std::string_view name : {"Raw", "Reduced", "Both"})
            if (equals_ignoring_case(table.cell(row, c), name))
                return c;
    return std::nullopt;
}

/// First and last of `some` rows or columns from `first`, both from 1, of `all` on the plate.
std::pair<std::uint16_t, std::uint16_t> extent(std::optional<unsigned> first, std::optional<unsigned> some,
                                               std::uint16_t all) {
    const unsigned begin = std::min<unsigned>(first.value_or(1), all);
    const unsigned end = std::min<unsigned>(begin - 1 + some.value_or(all), all);
    return {static_cast<std::uint16_t>(begin - 1), static_cast<std::uint16_t>(end - 1)};
}

}  // namespace

SoftmaxPlate read_softmax_plate_line(const Document& document, const Table& table, std::size_t row) {
    SoftmaxPlate plate;
    plate.row = row;
    plate.name = table.cell(row, 1);
    plate.wells_across = equals_ignoring_case(table.cell(row, 3), "TimeFormat");
    if (!plate.wells_across && !equals_ignoring_case(table.cell(row, 3), "PlateFormat"))
        document.fail(table, row, 3,
                      fmt::format("'{}' is neither PlateFormat nor TimeFormat", table.cell(row, 3)));
    const auto read = read_of(table.cell(row, 4));
    if (!read)
        document.fail(
            table, row, 4,
            fmt::format("'{}' is not Endpoint, Kinetic, Spectrum or Well Scan", table.cell(row, 4)));
    const auto mode = mode_of(table.cell(row, 5));
    if (!mode)
        document.fail(table, row, 5,
                      fmt::format("'{}' is not a reading mode that is known", table.cell(row, 5)));
    const auto anchor = find_anchor(table, row);
    if (!anchor)
        document.fail(table, row, "the line does not say whether Raw or Reduced values follow");
    const auto field = [&](std::size_t offset) { return table.cell(row, *anchor + offset); };
    const auto wells = count(field(wells_at));
    const auto shape = wells ? standard_shape(*wells) : std::nullopt;
    if (!shape)
        document.fail(table, row, *anchor + wells_at,
                      fmt::format("'{}' is not the number of wells of a plate", field(wells_at)));

    plate.reduced = equals_ignoring_case(field(0), "Reduced");
    plate.read = plate.reduced ? SoftmaxRead::endpoint : *read;
    plate.mode = *mode;
    plate.points = plate.reduced ? 1 : count(field(points_at)).value_or(1);
    plate.shape = *shape;
    plate.wavelengths_nm = number_list(field(wavelengths_at));
    if (*mode != Mode::absorbance)
        plate.excitations_nm = number_list(field(excitations_at));
    const std::size_t rows = *mode == Mode::absorbance ? rows_at_of_absorbance : rows_at;
    std::tie(plate.first.column, plate.last.column) =
        extent(count(field(first_column_at)), count(field(columns_at)), shape->columns);
    std::tie(plate.first.row, plate.last.row) =
        extent(count(field(rows)), count(field(rows + 1)), shape->rows);
    return plate;
}

bool scans_emission(const SoftmaxPlate& plate) {
    return plate.mode != Mode::absorbance && (!plate.excitations_nm.empty() || plate.wavelengths_nm.empty());
}

std::vector<Readout> softmax_readouts(const SoftmaxPlate& plate) {
    const bool spectrum = plate.read == SoftmaxRead::spectrum;
    const auto nth = [](const std::vector<double>& list, std::size_t i) {
        return i < list.size() ? list[i] : missing;
    };
    const std::size_t channels =
        spectrum || plate.reduced ? 1 : std::max<std::size_t>(1, plate.wavelengths_nm.size());
    std::vector<Readout> readouts(channels);
    for (std::size_t i = 0; i < channels; ++i) {
        Readout& readout = readouts[i];
        readout.mode = plate.mode;
        readout.unit = plate.reduced ? std::string_view{} : default_unit(plate.mode);
        readout.name = plate.reduced ? "Reduced" : "";
        if (plate.reduced && plate.wavelengths_nm.size() > 1)
            continue;  // made of several
        (plate.mode == Mode::absorbance ? readout.wavelength_nm : readout.emission_nm) =
            nth(plate.wavelengths_nm, i);
        if (plate.mode == Mode::fluorescence)
            readout.excitation_nm = nth(plate.excitations_nm, i);
    }
    const auto repeats = [&](const Readout& one) {
        return std::count_if(readouts.begin(), readouts.end(),
                             [&](const Readout& other) { return one.same_optics(other); }) > 1;
    };
    std::vector<std::string> names;
    for (std::size_t i = 0; i < channels; ++i)
        names.push_back(repeats(readouts[i]) ? fmt::format("read {}", i + 1) : readouts[i].name);
    for (std::size_t i = 0; i < channels; ++i)
        readouts[i].name = names[i];
    return readouts;
}

}  // namespace wellsieve::formats::plates
