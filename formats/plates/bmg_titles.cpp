#include <algorithm>
#include <cmath>

#include "formats/plates/bmg_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates::bmg {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Without the "4. " that numbers the tables of a sheet.
std::string_view without_number(std::string_view text) {
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits]))
        ++digits;
    const bool numbered = digits > 0 && digits < text.size() && text[digits] == '.';
    return numbered ? trim(text.substr(digits + 1)) : text;
}

std::string with_single_blanks(std::string_view text) {
    std::string out;
    for (char c : text)
        if (c != ' ' || (!out.empty() && out.back() != ' '))
            out += c;
    return out;
}

std::string_view in_brackets(std::string_view text) {
    const std::size_t open = text.find('(');
    const std::size_t close = text.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open)
        return {};
    return text.substr(open + 1, close - open - 1);
}

Scan scan_of(std::string_view filters) {
    if (!contains_ignoring_case(filters, "spectrum"))
        return Scan::none;
    if (starts_with_ignoring_case(filters, "ex"))
        return Scan::excitation;
    return starts_with_ignoring_case(filters, "em") ? Scan::emission : Scan::absorbance;
}

/// "485-12/520-30 1", or "485 520 A": excitation, then emission; a single number is the emission.
void set_filter_pair(std::string_view filters, Readout& readout) {
    std::size_t cut = filters.find('/');
    if (cut == std::string_view::npos)
        cut = filters.find(' ');
    if (cut != std::string_view::npos) {
        readout.excitation_nm = wavelength_in(filters.substr(0, cut));
        readout.emission_nm = wavelength_in(filters.substr(cut));
    }
    if (std::isnan(readout.emission_nm)) {
        readout.emission_nm = wavelength_in(filters);
        readout.excitation_nm = missing;
    }
}

}  // namespace

Title parse_title(std::string_view text, Mode mode) {
    Title title;
    text = without_number(text);
    title.raw =
        starts_with_ignoring_case(text, "Raw Data") || starts_with_ignoring_case(text, "Well Scan: Average");
    title.readout.name = with_single_blanks(text);
    title.readout.mode = mode;
    title.readout.unit = mode == Mode::online ? "RNU" : default_unit(mode);
    const std::string_view filters = in_brackets(text);
    title.scan = scan_of(filters);
    if (title.scan != Scan::none)
        return title;
    if (mode == Mode::absorbance)
        title.readout.wavelength_nm = wavelength_in(filters);
    else if (mode == Mode::fluorescence)
        set_filter_pair(filters, title.readout);
    else if (mode == Mode::luminescence)
        title.readout.emission_nm = wavelength_in(filters);
    return title;
}

std::optional<Mode> mode_named(std::string_view line) {
    const auto says = [&](std::string_view word) { return contains_ignoring_case(line, word); };
    if (says("fluorescence") || says("polarization") || says("alpha") || says("HTRF"))
        return Mode::fluorescence;
    if (says("luminescence") || says("BRET"))
        return Mode::luminescence;
    if (says("absorbance"))
        return Mode::absorbance;
    if (says("nephelometry"))
        return Mode::online;
    return std::nullopt;
}

std::optional<double> parse_time(std::string_view text, double unit_s) {
    text = trim(text.substr(0, text.find(" - ")));
    if (const auto clock = parse_clock(text))
        return clock;
    if (const double number = number_or_missing(text); !std::isnan(number))
        return std::isnan(unit_s) ? std::nullopt : std::optional(number * unit_s);
    double seconds = 0;
    bool any = false;
    while (!text.empty()) {
        const std::size_t end = text.find(' ');
        const double number = number_or_missing(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view() : trim(text.substr(end));
        const std::string_view unit = text.substr(0, text.find(' '));
        const double factor = unit == "h" ? 3600 : unit == "min" ? 60 : unit == "s" ? 1 : missing;
        if (std::isnan(number * factor))
            return std::nullopt;
        seconds += number * factor;
        any = true;
        text = trim(text.substr(unit.size()));
    }
    return any ? std::optional(seconds) : std::nullopt;
}

bool is_well_row(std::string_view heading) {
    return starts_with_ignoring_case(heading, "Well") && heading.size() == 8 &&
           equals_ignoring_case(heading.substr(5), "Row");
}

TimedHeading parse_heading(std::string_view text) {
    constexpr std::string_view between = " \n";
    const std::size_t close = text.rfind(')');
    if (close == std::string_view::npos)
        return {text, std::nullopt};
    std::string_view behind = text.substr(close + 1);
    behind.remove_prefix(std::min(behind.find_first_not_of(between), behind.size()));
    const std::size_t digits = std::min(behind.find_first_not_of("0123456789"), behind.size());
    if (digits > 0 && behind.substr(digits).starts_with(" - "))
        behind.remove_prefix(digits + 3);
    const auto time_s = parse_time(behind, missing);
    return {time_s ? text.substr(0, close + 1) : text, time_s};
}

double unit_of(std::string_view axis_label) {
    const std::size_t open = axis_label.find_first_of("[(");
    if (open == std::string_view::npos)
        return missing;
    const std::string_view unit = axis_label.substr(open + 1);
    return unit.starts_with('h') ? 3600 : unit.starts_with("min") ? 60 : unit.starts_with('s') ? 1 : missing;
}

std::optional<Well> parse_bmg_well(std::string_view text) {
    auto well = parse_well(text);
    if (well && text.size() > 1 && text[0] >= 'a' && text[0] <= 'f' && is_digit(text[1]))
        well->row = *grid_row_label(text.substr(0, 1), 48);
    return well;
}

std::string_view Run::fact(std::string_view key) const {
    for (const auto& [name, value] : facts)
        if (equals_ignoring_case(name, key))
            return value;
    return {};
}

std::string Run::key() const {
    std::string key;
    for (std::string_view name : {"Test ID", "Test run no.", "Date", "Time", "ID1", "ID2", "ID3"})
        key.append(fact(name)).push_back('\n');
    return facts.empty() ? std::string(table->name()) : key;
}

}  // namespace wellsieve::formats::plates::bmg
