#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "formats/plates/gen5_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::formats::plates {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Takes a number off the front of `text`.
std::optional<double> take_number(std::string_view& text) {
    std::size_t end = 0;
    while (end < text.size() && is_digit(text[end]))
        ++end;
    if (end > 0 && end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1]))
        for (++end; end < text.size() && is_digit(text[end]);)
            ++end;
    const auto number = parse_number(text.substr(0, end));
    text.remove_prefix(number ? end : 0);
    return number;
}

/// Takes a bandwidth, "/20", "/9.0" or "/9,0", off the front of `text`. A comma is a decimal mark here when
/// one digit follows it and then no other: "480/9,0,520/20,0".
bool take_bandwidth(std::string_view& text) {
    if (text.empty() || text.front() != '/')
        return false;
    text.remove_prefix(1);
    if (!take_number(text))
        return false;
    if (text.size() >= 2 && text[0] == ',' && is_digit(text[1]) && (text.size() == 2 || !is_digit(text[2])))
        text.remove_prefix(2);
    return true;
}

/// "600", "460/40", "485/20,528/20", "Lum", "Alpha", "Spectrum", "EM Spectrum", "EX Spectrum".
struct Optics {
    enum Kind { one, pair, lum, alpha, spectrum } kind = one;
    double first_nm = missing;
    double second_nm = missing;
    bool banded = false;
    Gen5Scan scan = Gen5Scan::none;
};

std::optional<Optics> parse_optics(std::string_view text) {
    if (text == "Lum")
        return Optics{Optics::lum};
    if (text == "Alpha")
        return Optics{Optics::alpha};
    if (text == "Spectrum")
        return Optics{.kind = Optics::spectrum, .scan = Gen5Scan::wavelength};
    if (text == "EM Spectrum")
        return Optics{.kind = Optics::spectrum, .scan = Gen5Scan::emission};
    if (text == "EX Spectrum")
        return Optics{.kind = Optics::spectrum, .scan = Gen5Scan::excitation};
    Optics optics;
    const auto first = take_number(text);
    if (!first)
        return std::nullopt;
    optics.first_nm = *first;
    optics.banded = take_bandwidth(text);
    if (!text.empty() && text.front() == ',') {
        text.remove_prefix(1);
        text = trim(text);
        const auto second = take_number(text);
        if (!second)
            return std::nullopt;
        optics.kind = Optics::pair;
        optics.second_nm = *second;
        optics.banded |= take_bandwidth(text);
    }
    return text.empty() ? std::optional(optics) : std::nullopt;
}

/// Cuts "[Test]", "[Ref]", "[Parallel]", "[Perpendicular]" or "[2]" off the end. False for another bracket,
/// as in "Max V [600]": the label of a calculated value.
bool cut_suffix(std::string_view& label) {
    if (label.empty() || label.back() != ']')
        return true;
    const std::size_t open = label.rfind('[');
    if (open == std::string_view::npos || open == 0)
        return false;
    const std::string_view inside = label.substr(open + 1, label.size() - open - 2);
    const bool known = inside == "Test" || inside == "Ref" || inside == "Parallel" ||
                       inside == "Perpendicular" ||
                       (!inside.empty() && std::all_of(inside.begin(), inside.end(), is_digit));
    label = trim(label.substr(0, open));
    return known;
}

bool fits(const Optics& optics, Mode mode) {
    switch (optics.kind) {
        case Optics::one:
            return mode == Mode::luminescence || (mode == Mode::absorbance && !optics.banded);
        case Optics::pair:
        case Optics::alpha:
            return mode == Mode::fluorescence;
        case Optics::lum:
            return mode == Mode::luminescence;
        case Optics::spectrum:
            return optics.scan == Gen5Scan::wavelength || mode != Mode::absorbance;
    }
    return false;
}

Mode mode_without_procedure(const Optics& optics) {
    switch (optics.kind) {
        case Optics::one:
            return optics.banded ? Mode::luminescence : Mode::absorbance;
        case Optics::pair:
        case Optics::alpha:
            return Mode::fluorescence;
        case Optics::lum:
            return Mode::luminescence;
        case Optics::spectrum:
            return optics.scan == Gen5Scan::wavelength ? Mode::absorbance : Mode::fluorescence;
    }
    return Mode::absorbance;
}

/// "Read 2" → 2; 0 for other text.
std::size_t numbered_step(std::string_view prefix) {
    if (!prefix.starts_with("Read "))
        return 0;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(prefix.data() + 5, prefix.data() + prefix.size(), number);
    return error == std::errc{} && end == prefix.data() + prefix.size() ? number : 0;
}

/// The step that a label's prefix names; for a label without one, the first step whose mode fits the optics,
/// unnamed steps before named ones.
const Gen5Step* find_step(std::string_view prefix, const Optics& optics, const std::vector<Gen5Step>& steps) {
    const auto suits = [&](const Gen5Step& step) { return step.mode && fits(optics, *step.mode); };
    for (const Gen5Step& step : steps)
        if (step.label == prefix && suits(step))
            return &step;
    if (!prefix.empty()) {
        const std::size_t number = numbered_step(prefix);
        return number >= 1 && number <= steps.size() && suits(steps[number - 1]) ? &steps[number - 1]
                                                                                 : nullptr;
    }
    const auto found = std::find_if(steps.begin(), steps.end(), suits);
    return found != steps.end() ? &*found : nullptr;
}

std::optional<Mode> mode_of_read(std::string_view text) {
    constexpr std::array kinds{"Endpoint", "Spectrum", "Area Scan", "Kinetic"};
    if (std::none_of(kinds.begin(), kinds.end(), [&](std::string_view kind) { return text.ends_with(kind); }))
        return std::nullopt;
    if (text.starts_with("Absorbance"))
        return Mode::absorbance;
    if (text.starts_with("Luminescence"))
        return Mode::luminescence;
    constexpr std::array fluorescent{"Fluorescence",  "Alpha", "TRF", "Time Resolved",
                                     "Time-Resolved", "FP",    "HTRF"};
    for (std::string_view name : fluorescent)
        if (text.starts_with(name))
            return Mode::fluorescence;
    return std::nullopt;
}

double number_after(std::string_view text, std::string_view key) {
    if (!text.starts_with(key))
        return missing;
    text = trim(text.substr(key.size()));
    return take_number(text).value_or(missing);
}

void add_numbers(std::vector<double>& numbers, std::string_view text) {
    while (!text.empty())
        if (const auto number = take_number(text))
            numbers.push_back(*number);
        else
            text.remove_prefix(1);
}

void take_detail(Gen5Step& step, std::string_view detail) {
    if (!step.mode)
        step.mode = mode_of_read(detail);
    constexpr std::array optics{"Wavelengths:", "Pathlength Correction:", "Excitation:", "Emission:"};
    if (std::any_of(optics.begin(), optics.end(),
                    [&](std::string_view key) { return detail.starts_with(key); }))
        add_numbers(step.stated_nm, detail);
    if (const double nm = number_after(detail, "Fixed Excitation:"); !std::isnan(nm))
        step.fixed_excitation_nm = nm;
    if (const double nm = number_after(detail, "Fixed Emission:"); !std::isnan(nm))
        step.fixed_emission_nm = nm;
}

}  // namespace

std::vector<Gen5Step> read_gen5_procedure(const Table& table, std::size_t& row) {
    std::vector<Gen5Step> steps;
    while (row < table.rows() && table.is_blank(row))
        ++row;
    bool in_read = false;
    for (; row < table.rows() && !table.is_blank(row); ++row) {
        const std::string_view step = table.cell(row, 0);
        const std::string_view detail = table.cell(row, 1);
        if (!step.empty())
            in_read = step == "Read";
        if (step == "Read") {
            steps.emplace_back();
            steps.back().mode = mode_of_read(detail);
            if (!steps.back().mode)
                steps.back().label = detail;
        } else if (in_read && step.empty()) {
            take_detail(steps.back(), detail);
        }
    }
    return steps;
}

std::optional<Gen5Channel> gen5_channel(std::string_view label, const std::vector<Gen5Step>& steps) {
    std::string_view text = trim(label);
    if (!cut_suffix(text))
        return std::nullopt;
    const std::size_t colon = text.rfind(':');
    const std::string_view prefix =
        colon == std::string_view::npos ? std::string_view{} : text.substr(0, colon);
    const auto optics = parse_optics(colon == std::string_view::npos ? text : text.substr(colon + 1));
    if (!optics)
        return std::nullopt;
    const Gen5Step* step = find_step(prefix, *optics, steps);
    if (step == nullptr &&
        (!steps.empty() || prefix.starts_with("Blank ") || prefix.starts_with("Corrected ")))
        return std::nullopt;

    Gen5Channel channel;
    Readout& readout = channel.readout;
    readout.name = trim(label);
    readout.mode = step != nullptr ? *step->mode : mode_without_procedure(*optics);
    readout.unit = default_unit(readout.mode);
    channel.scan = optics->scan;
    if (channel.scan == Gen5Scan::wavelength && readout.mode != Mode::absorbance)
        channel.scan = step != nullptr && !std::isnan(step->fixed_emission_nm) ? Gen5Scan::excitation
                                                                               : Gen5Scan::emission;
    if (channel.scan == Gen5Scan::emission && step != nullptr)
        readout.excitation_nm = step->fixed_excitation_nm;
    if (channel.scan == Gen5Scan::excitation && step != nullptr)
        readout.emission_nm = step->fixed_emission_nm;
    if (optics->kind == Optics::pair) {
        readout.excitation_nm = optics->first_nm;
        readout.emission_nm = optics->second_nm;
    } else if (optics->kind == Optics::one) {
        (readout.mode == Mode::absorbance ? readout.wavelength_nm : readout.emission_nm) = optics->first_nm;
    }
    return channel;
}

bool procedure_states(const Gen5Channel& channel, const std::vector<Gen5Step>& steps) {
    std::vector<double> stated;
    for (const Gen5Step& step : steps)
        stated.insert(stated.end(), step.stated_nm.begin(), step.stated_nm.end());
    const auto known = [&](double nm) {
        return std::isnan(nm) || std::find(stated.begin(), stated.end(), nm) != stated.end();
    };
    const Readout& readout = channel.readout;
    return stated.empty() ||
           (known(readout.wavelength_nm) && known(readout.excitation_nm) && known(readout.emission_nm));
}

double gen5_runtime(std::string_view start_kinetic) {
    constexpr std::string_view key = "Runtime ";
    if (!start_kinetic.starts_with(key))
        return 0;
    start_kinetic.remove_prefix(key.size());
    return parse_clock(start_kinetic.substr(0, start_kinetic.find(' '))).value_or(0);
}

std::optional<PlateShape> gen5_plate_shape(std::string_view plate_type) {
    for (std::size_t at = 0; at < plate_type.size();) {
        std::size_t end = at;
        while (end < plate_type.size() && is_digit(plate_type[end]))
            ++end;
        if (end == at) {
            ++at;
            continue;
        }
        unsigned wells = 0;
        std::from_chars(plate_type.data() + at, plate_type.data() + end, wells);
        const bool alone = (at == 0 || plate_type[at - 1] == ' ') &&
                           (end == plate_type.size() || plate_type[end] == ' ' || plate_type[end] == '-');
        if (alone && standard_shape(wells))
            return standard_shape(wells);
        at = end;
    }
    return std::nullopt;
}

}  // namespace wellsieve::formats::plates
