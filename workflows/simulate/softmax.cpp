#include "workflows/simulate/text_internal.hpp"
#include "workflows/simulate/vendors.hpp"

namespace wellsieve::workflows::simulate {
namespace {

/// The line that says what was read: with filters, fluorescence has more fields than absorbance.
std::string plate_line(const Plate& plate, bool fluorescence) {
    const bool kinetic = !plate.times_s.empty();
    const double interval = kinetic && plate.times_s.size() > 1 ? plate.times_s[1] : 0;
    std::string text = fmt::format("Plate:\t{}\t1.3\tPlateFormat\t{}\t{}\tRaw\tFALSE\t{}\t", plate.name,
                                   kinetic ? "Kinetic" : "Endpoint",
                                   fluorescence ? "Fluorescence\tFALSE" : "Absorbance", plate.reads());
    text += kinetic ? fmt::format("{}\t{}", plate.times_s.back(), interval) : "\t";
    text += fmt::format("\t\t\t\t1\t{} \t1\t{}\t{}\t", fluorescence ? gfp_emission_nm : od_wavelength_nm,
                        plate.shape.columns, plate.shape.wells());
    if (fluorescence)
        text += fmt::format("{} \tAutomatic\t515 \t\t\t6\tMedium\t\t\t", gfp_excitation_nm);
    text += fmt::format(
        "1\t{}\t\t\r\n\tTemperature(\xC2\xB0"
        "C)",
        plate.shape.rows);
    append_column_numbers(text, plate, '\t');
    return text + "\r\n";
}

void append_read(std::string& text, const Plate& plate, const Channel& channel, std::size_t time) {
    const std::size_t columns = plate.shape.columns;
    if (!plate.times_s.empty())
        text += clock_text(plate.times_s[time]);
    for (std::size_t row = 0; row < plate.shape.rows; ++row) {
        text += row == 0 ? "\t30.0" : "\t";
        for (std::size_t column = 0; column < columns; ++column) {
            text += '\t';
            append_value(text, channel.at(plate, time, row * columns + column), channel.digits, "#Sat");
        }
        text += "\r\n";
    }
    text += "\r\n";
}

RawFile write_channel(const Plate& plate, const Channel& channel, bool fluorescence) {
    std::string text = "##BLOCKS= 1\r\n" + plate_line(plate, fluorescence);
    for (std::size_t time = 0; time < plate.reads(); ++time)
        append_read(text, plate, channel, time);
    text += "~End\r\nOriginal Filename: screen; Date Last Saved: 3/2/2026 9:15:00 AM\r\n";
    return {fmt::format("{}{}.txt", plate.name, channel.suffix), std::move(text)};
}

}  // namespace

std::vector<RawFile> write_softmax(const Plate& plate) {
    std::vector<RawFile> files{write_channel(plate, od_of(plate), false)};
    if (!plate.gfp.empty())
        files.push_back(write_channel(plate, gfp_of(plate), true));
    return files;
}

}  // namespace wellsieve::workflows::simulate
