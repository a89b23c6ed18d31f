#include "formats/plates/well.hpp"
#include "workflows/simulate/text_internal.hpp"
#include "workflows/simulate/vendors.hpp"

namespace wellsieve::workflows::simulate {
namespace {

constexpr std::string_view word_above_range = "overflow";

/// Rows past Z are small letters, as MARS writes them.
std::string mars_row(std::uint16_t row) {
    constexpr std::uint16_t letters = 26;
    return {static_cast<char>(row < letters ? 'A' + row : 'a' + (row - letters))};
}

void append_matrix(std::string& text, const Plate& plate, const Channel& channel, std::string_view title) {
    fmt::format_to(std::back_inserter(text), "{}\n\n", title);
    append_column_numbers(text, plate, ',');
    text += '\n';
    for (std::uint16_t row = 0; row < plate.shape.rows; ++row) {
        text += mars_row(row);
        for (std::size_t column = 0; column < plate.shape.columns; ++column) {
            text += ',';
            append_value(text, channel.at(plate, 0, std::size_t{row} * plate.shape.columns + column),
                         channel.digits, word_above_range);
        }
        text += '\n';
    }
}

void append_table(std::string& text, const Plate& plate, const Channel& channel, std::string_view title) {
    text += "Well Row,Well Col,Content";
    for (std::size_t time = 0; time < plate.reads(); ++time)
        fmt::format_to(std::back_inserter(text), ",{}", title);
    text += "\n,,Time";
    for (double time_s : plate.times_s) {
        const auto minutes = static_cast<int>(time_s) / 60;
        fmt::format_to(std::back_inserter(text), ",{} h {} min", minutes / 60, minutes % 60);
    }
    for (std::uint32_t index = 0; index < plate.shape.wells(); ++index) {
        const formats::plates::Well well = plate.shape.well(index);
        fmt::format_to(std::back_inserter(text), "\n{},{},Sample X{}", mars_row(well.row), well.column + 1,
                       index + 1);
        for (std::size_t time = 0; time < plate.reads(); ++time) {
            text += ',';
            append_value(text, channel.at(plate, time, index), channel.digits, word_above_range);
        }
    }
    text += '\n';
}

RawFile write_channel(const Plate& plate, const Channel& channel, std::string_view mode,
                      std::string_view title) {
    std::string text = fmt::format(
        "User: USER,Path: C:\\Program Files (x86)\\BMG\\CLARIOstar\\User\\Data,Test run no.: 1,\n"
        "Test name: screen,Date: 02/03/2026,Time: 09:15:00,\n\nID1: {}\n{}\n\n",
        plate.name, mode);
    if (plate.times_s.empty())
        append_matrix(text, plate, channel, title);
    else
        append_table(text, plate, channel, title);
    return {fmt::format("{}{}.csv", plate.name, channel.suffix), std::move(text)};
}

}  // namespace

std::vector<RawFile> write_mars(const Plate& plate) {
    std::vector<RawFile> files{write_channel(plate, od_of(plate), "Absorbance", "Raw Data (600)")};
    if (!plate.gfp.empty())
        files.push_back(write_channel(plate, gfp_of(plate), "Fluorescence (FI)", "Raw Data (485-20/528-20)"));
    return files;
}

}  // namespace wellsieve::workflows::simulate
