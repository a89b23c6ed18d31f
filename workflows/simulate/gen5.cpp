#include "formats/plates/well.hpp"
#include "workflows/simulate/text_internal.hpp"
#include "workflows/simulate/vendors.hpp"

namespace wellsieve::workflows::simulate {
namespace {

constexpr std::string_view od_label = "od:600";
constexpr std::string_view gfp_label = "gfp:485/20,528/20";
constexpr std::string_view word_above_range = "OVRFLW";

std::string header(const Plate& plate) {
    const std::string_view kind = plate.times_s.empty() ? "Endpoint" : "Kinetic";
    const std::string fluorescence =
        plate.gfp.empty() ? ""
                          : fmt::format(
                                "Read\tgfp\n\tFluorescence {}\n\tFull Plate\n\tFilter Set 1\n\t    "
                                "Excitation: 485/20,  Emission: 528/20\n",
                                kind);
    return fmt::format(
        "Software Version\t3.11.19\n\nExperiment File Path:\tC:\\Screens\\screen.xpt\nProtocol File "
        "Path:\tC:\\Screens\\screen.prt\n\nPlate Number\t{}\nDate\t3/2/2026\nTime\t9:15:00 AM\nReader "
        "Type:\tSynergy H1\nReader Serial Number:\t0000000\nReading Type\tReader\n\n"
        "Procedure Details\n\nPlate Type\t{} WELL PLATE (Use plate lid)\n"
        "Read\tod\n\tAbsorbance {}\n\tFull Plate\n\tWavelengths:  600\n{}\n",
        plate.name, plate.shape.wells(), kind, fluorescence);
}

void append_row(std::string& text, const Plate& plate, const Channel& channel, std::size_t row,
                std::string_view label) {
    const std::size_t columns = plate.shape.columns;
    for (std::size_t column = 0; column < columns; ++column) {
        text += '\t';
        append_value(text, channel.at(plate, 0, row * columns + column), channel.digits, word_above_range);
    }
    fmt::format_to(std::back_inserter(text), "\t{}\n", label);
}

void append_matrix(std::string& text, const Plate& plate) {
    text += "Actual Temperature:\t30.0\n\nResults\n";
    append_column_numbers(text, plate, '\t');
    text += '\n';
    for (std::uint16_t row = 0; row < plate.shape.rows; ++row) {
        text += formats::plates::row_label(row);
        append_row(text, plate, od_of(plate), row, od_label);
        if (!plate.gfp.empty())
            append_row(text, plate, gfp_of(plate), row, gfp_label);
    }
}

void append_curves(std::string& text, const Plate& plate, const Channel& channel, std::string_view label) {
    fmt::format_to(std::back_inserter(text), "{}\n\nTime\tT\xC2\xB0 {}", label, label);
    for (std::uint32_t well = 0; well < plate.shape.wells(); ++well)
        text += '\t' + formats::plates::well_name(plate.shape.well(well));
    for (std::size_t time = 0; time < plate.reads(); ++time) {
        fmt::format_to(std::back_inserter(text), "\n{}\t30.0", clock_text(plate.times_s[time]));
        for (std::size_t well = 0; well < plate.wells.size(); ++well) {
            text += '\t';
            append_value(text, channel.at(plate, time, well), channel.digits, word_above_range);
        }
    }
    text += "\n\n";
}

}  // namespace

std::vector<RawFile> write_gen5(const Plate& plate) {
    std::string text = header(plate);
    if (plate.times_s.empty()) {
        append_matrix(text, plate);
    } else {
        append_curves(text, plate, od_of(plate), od_label);
        if (!plate.gfp.empty())
            append_curves(text, plate, gfp_of(plate), gfp_label);
    }
    return {{plate.name + ".txt", std::move(text)}};
}

}  // namespace wellsieve::workflows::simulate
