#include <algorithm>
#include <cmath>

#include "formats/plates/plain_label_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::formats::plates::plain {
namespace {

constexpr std::string_view digits = "0123456789";

/// The text before the first digit, its colon or equals sign taken off, and the rest.
std::pair<std::string_view, std::string_view> split_before_number(std::string_view text) {
    std::size_t at = std::min(text.find_first_of(digits), text.size());
    if (at > 0 && at < text.size() && (text[at - 1] == '-' || text[at - 1] == '.'))
        --at;
    std::string_view before = trim(text.substr(0, at));
    while (!before.empty() && (before.back() == ':' || before.back() == '='))
        before = trim(before.substr(0, before.size() - 1));
    return {before, trim(text.substr(at))};
}

/// Takes "Plate 7", "Plate: P7", "Plate ID: P7", "Barcode P7" from the front of a title; the rest stays in
/// `text`.
bool take_plate(std::string_view& text, std::string& plate) {
    std::string_view rest = text;
    bool found = false;
    for (std::string_view word : {"plate", "barcode", "id", "name", "number", "no.", "nr."}) {
        if (!starts_with_ignoring_case(rest, word) || (!found && word != "plate" && word != "barcode"))
            continue;
        found = true;
        rest = trim(rest.substr(word.size()));
    }
    const auto is_letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
    if (!found)
        return false;
    if (!rest.empty() && is_letter(rest.front()) && is_letter(*(rest.data() - 1)))
        return false;  // "plates", "plateau"
    const bool colon = !rest.empty() && (rest.front() == ':' || rest.front() == '=');
    while (!rest.empty() && std::string_view(":=#_-. ").find(rest.front()) != std::string_view::npos)
        rest.remove_prefix(1);
    const std::string_view name = colon ? rest : rest.substr(0, rest.find_first_of(" ,;"));
    // "plate reader" names no plate; "plate A" and "plate 7" do.
    if (name.empty() || (!colon && name.size() > 1 && name.find_first_of(digits) == std::string_view::npos))
        return false;
    plate = name;
    text = trim(rest.substr(name.size()));
    return true;
}

bool take_temperature(std::string_view text, double& temperature_c, char mark) {
    if (!is_temperature_header(text))
        return false;
    const std::string_view number = split_before_number(text).second;
    temperature_c = parse_temperature(number, mark);
    return !std::isnan(temperature_c);
}

bool take_time(std::string_view text, std::optional<WrittenTime>& time, char mark) {
    const auto [header, number] = split_before_number(text);
    const auto named = parse_time_header(header);
    auto written = parse_written_time(number, mark);
    if (!written || (!header.empty() && !named))
        return false;
    if (!written->seconds_per_unit && named)
        written->seconds_per_unit = named->seconds_per_unit;
    if (!named && !written->seconds_per_unit)
        return false;
    time = written;
    return true;
}

void read_piece(std::string_view piece, char mark, Label& label) {
    piece = trim(piece);
    while (take_plate(piece, label.plate))
        if (piece.empty())
            return;
    while (!piece.empty() && std::string_view(":,;|-").find(piece.front()) != std::string_view::npos)
        piece = trim(piece.substr(1));
    if (piece.empty() || take_time(piece, label.time, mark) ||
        take_temperature(piece, label.temperature_c, mark))
        return;
    label.title.append(label.title.empty() ? "" : " ").append(piece);
}

void read_title(std::string_view title, char mark, Label& label) {
    for (;;) {
        const std::size_t cut =
            std::min({title.find(';'), title.find('|'), title.find(", "), title.find(" - ")});
        read_piece(title.substr(0, cut), mark, label);
        if (cut == std::string_view::npos)
            return;
        title.remove_prefix(cut + (title[cut] == ' ' ? 3 : 1));
    }
}

}  // namespace

Label parse_label(const std::vector<std::string_view>& cells, char decimal_mark) {
    Label label;
    if (cells.size() == 1) {
        read_title(cells.front(), decimal_mark, label);
        return label;
    }
    std::string line;
    for (std::size_t i = 1; i < cells.size(); ++i)
        line.append(i == 1 ? "" : " ").append(cells[i]);
    std::string_view key = cells.front();
    while (!key.empty() && (key.back() == ':' || key.back() == '='))
        key = trim(key.substr(0, key.size() - 1));
    for (std::string_view title : {"readout", "label", "measurement", "signal"})
        if (equals_ignoring_case(key, title)) {
            label.title = line;
            return label;
        }
    Label read;
    read_piece(std::string(key) + ": " + line, decimal_mark, read);
    if (read.title.empty())
        return read;
    label.fact = {std::string(key), line};
    return label;
}

void Heading::take(const Label& label, PlateFile& file) {
    if (!label.plate.empty())
        plate = label.plate;
    if (label.time)
        time = label.time;
    if (!std::isnan(label.temperature_c))
        temperature_c = label.temperature_c;
    if (!label.fact.first.empty())
        file.metadata.insert(label.fact);
    if (label.title.empty())
        return;
    if (titled && readout.mode != Mode::analyte && !optical_readout(label.title)) {
        file.metadata.emplace("title", label.title);
        return;
    }
    readout = readout_from_label(label.title);
    titled = true;
}

void Heading::take_sheet_name(std::string_view name, char decimal_mark, PlateFile& file) {
    Label label = parse_label({name}, decimal_mark);
    if (label.plate.empty() && !label.time && !optical_readout(label.title)) {
        label.plate = name;
        label.title.clear();
    }
    take(label, file);
    titled = false;
}

}  // namespace wellsieve::formats::plates::plain
