#include "formats/plates/plain_label_internal.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "formats/plates/text.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::formats::plates::plain {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// A run of letters, or a number, of a label.
struct Token {
    std::string_view text;
    double number = missing;
    char before = ' ';  ///< the character before it
};

std::vector<Token> tokens_of(std::string_view text) {
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        if (is_letter(text[at])) {
            while (at < text.size() && is_letter(text[at]))
                ++at;
        } else if (is_digit(text[at])) {
            while (at < text.size() && (is_digit(text[at]) ||
                                        (text[at] == '.' && at + 1 < text.size() && is_digit(text[at + 1]))))
                ++at;
        } else {
            ++at;
            continue;
        }
        const std::string_view token = text.substr(begin, at - begin);
        tokens.push_back({token, parse_number(token).value_or(missing), begin > 0 ? text[begin - 1] : ' '});
    }
    return tokens;
}

bool is_wavelength(const Token& token) {
    return token.number >= 190 && token.number <= 1100;
}

template <std::size_t n>
bool is_one_of(std::string_view word, const std::array<std::string_view, n>& words) {
    return std::any_of(words.begin(), words.end(), [&](auto w) { return equals_ignoring_case(word, w); });
}

constexpr std::array<std::string_view, 6> absorbance_words{"OD", "ODs", "Abs", "A", "absorbance", "density"};
constexpr std::array<std::string_view, 7> fluorescence_words{"fluorescence", "fluorescent", "fluor", "fluo",
                                                             "RFU",          "FI",          "FL"};
constexpr std::array<std::string_view, 4> luminescence_words{"luminescence", "luminescent", "lum", "RLU"};

std::optional<Mode> mode_of(const std::vector<Token>& tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const std::string_view word = tokens[i].text;
        if (is_one_of(word, fluorescence_words))
            return Mode::fluorescence;
        if (is_one_of(word, luminescence_words))
            return Mode::luminescence;
        // "A" alone is a row or a name; "A600" is an absorbance.
        const bool letter_only = word.size() == 1;
        const bool wavelength_follows = i + 1 < tokens.size() && is_wavelength(tokens[i + 1]);
        if (is_one_of(word, absorbance_words) && (!letter_only || (word == "A" && wavelength_follows)))
            return Mode::absorbance;
    }
    return std::nullopt;
}

/// "485/520", "485/20,528/20" (filters with their widths), "Ex 485 Em 520".
bool find_filter_pair(const std::vector<Token>& tokens, Readout& readout) {
    std::vector<double> centres;
    bool slash = false;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const bool after_slash = tokens[i].before == '/';
        if (i > 0 && is_one_of<2>(tokens[i - 1].text, {"ex", "excitation"}) && is_wavelength(tokens[i]))
            readout.excitation_nm = tokens[i].number;
        if (i > 0 && is_one_of<2>(tokens[i - 1].text, {"em", "emission"}) && is_wavelength(tokens[i]))
            readout.emission_nm = tokens[i].number;
        slash = slash || (after_slash && i > 0 && is_wavelength(tokens[i - 1]));
        if (is_wavelength(tokens[i]))
            centres.push_back(tokens[i].number);
    }
    if (!std::isnan(readout.excitation_nm) || !std::isnan(readout.emission_nm))
        return true;
    if (!slash || centres.size() != 2)
        return false;
    readout.excitation_nm = centres[0];
    readout.emission_nm = centres[1];
    return true;
}

void set_wavelengths(const std::vector<Token>& tokens, Readout& readout) {
    std::vector<double> wavelengths;
    for (const Token& token : tokens)
        if (is_wavelength(token))
            wavelengths.push_back(token.number);
    if (readout.mode == Mode::absorbance && wavelengths.size() == 1)
        readout.wavelength_nm = wavelengths[0];
    if (readout.mode == Mode::luminescence && wavelengths.size() == 1)
        readout.emission_nm = wavelengths[0];
    if (readout.mode == Mode::fluorescence && wavelengths.size() == 2) {
        readout.excitation_nm = wavelengths[0];
        readout.emission_nm = wavelengths[1];
    }
}

}  // namespace

std::optional<Readout> optical_readout(std::string_view label) {
    const std::vector<Token> tokens = tokens_of(label);
    Readout readout;
    readout.name = trim(label);
    const auto mode = mode_of(tokens);
    if (find_filter_pair(tokens, readout) && (!mode || mode == Mode::fluorescence)) {
        readout.mode = Mode::fluorescence;
    } else if (mode) {
        readout.mode = *mode;
        readout.excitation_nm = readout.emission_nm = missing;
        set_wavelengths(tokens, readout);
        const bool ratio = readout.mode == Mode::absorbance && std::isnan(readout.wavelength_nm) &&
                           std::count_if(tokens.begin(), tokens.end(), is_wavelength) > 1;  // "A260/A280"
        if (ratio)
            return std::nullopt;
    } else {
        return std::nullopt;
    }
    readout.unit = default_unit(readout.mode);
    return readout;
}

Readout readout_from_label(std::string_view label) {
    label = trim(label);
    if (auto optical = optical_readout(label))
        return *optical;
    Readout readout;
    readout.mode = Mode::analyte;
    readout.name = label.empty() ? "value" : label;
    const std::size_t open = label.find_last_of("([");
    if (open != std::string_view::npos && open > 0 && (label.back() == ')' || label.back() == ']')) {
        readout.name = trim(label.substr(0, open));
        readout.unit = trim(label.substr(open + 1, label.size() - open - 2));
    }
    return readout;
}

bool is_temperature_header(std::string_view text) {
    return starts_with_ignoring_case(text, "temp") || starts_with_ignoring_case(text, "T°") ||
           contains_ignoring_case(text, "°C") || contains_ignoring_case(text, "deg C");
}

double parse_temperature(std::string_view text, char decimal_mark) {
    if (text.empty())
        return missing;
    return parse_number(text.substr(0, text.find_first_not_of("+-.,0123456789")), decimal_mark)
        .value_or(missing);
}

}  // namespace wellsieve::formats::plates::plain
