#include <fmt/format.h>

#include <array>
#include <cmath>

#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/tecan_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates::tecan {
namespace {

struct ModeWord {
    std::string_view word;
    Mode mode;
};

constexpr std::array mode_words{
    ModeWord{"Absorb", Mode::absorbance},       ModeWord{"Absorption", Mode::absorbance},
    ModeWord{"Extinktion", Mode::absorbance},   ModeWord{"Fluores", Mode::fluorescence},
    ModeWord{"Polari", Mode::fluorescence},     ModeWord{"TR-FRET", Mode::fluorescence},
    ModeWord{"HTRF", Mode::fluorescence},       ModeWord{"Luminesc", Mode::luminescence},
    ModeWord{"Lumineszen", Mode::luminescence}, ModeWord{"AlphaScreen", Mode::luminescence},
    ModeWord{"AlphaLISA", Mode::luminescence},
};

}  // namespace

std::optional<Mode> mode_named(std::string_view text) {
    for (const ModeWord& word : mode_words)
        if (contains_ignoring_case(text, word.word))
            return word.mode;
    return std::nullopt;
}

double first_number(std::string_view text) {
    const std::size_t begin = text.find_first_of("0123456789");
    if (begin == std::string_view::npos)
        return missing;
    const std::size_t end = std::min(text.find_first_not_of("0123456789.,", begin), text.size());
    const bool negative = begin > 0 && text[begin - 1] == '-';
    const double number = number_or_missing(text.substr(begin, end - begin));
    return negative ? -number : number;
}

std::string_view right_of(const Table& table, std::size_t row, std::size_t column) {
    for (std::size_t c = column + 1; c < table.columns(row); ++c)
        if (!table.cell(row, c).empty())
            return table.cell(row, c);
    return {};
}

Readout Settings::readout(std::string_view name, double scanned_nm) const {
    Readout readout{.name = std::string(name), .mode = mode, .unit = std::string(default_unit(mode))};
    if (mode == Mode::absorbance) {
        readout.wavelength_nm = std::isnan(scanned_nm) ? wavelength_nm : scanned_nm;
        return readout;
    }
    readout.excitation_nm = excitation_nm;
    readout.emission_nm = emission_nm;
    if (!std::isnan(scanned_nm))
        (scans_excitation ? readout.excitation_nm : readout.emission_nm) = scanned_nm;
    return readout;
}

std::uint32_t ReadoutList::next(const Readout& readout) {
    const std::string key =
        fmt::format("{}\n{}\n{}\n{}\n{}\n{}", readout.name, static_cast<int>(readout.mode),
                    readout.wavelength_nm, readout.excitation_nm, readout.emission_nm, readout.unit);
    auto& known = known_[key];
    const std::size_t n = used_[key]++;
    if (n == known.size())
        known.push_back(file_.new_readout(readout));
    return known[n];
}

}  // namespace wellsieve::formats::plates::tecan
