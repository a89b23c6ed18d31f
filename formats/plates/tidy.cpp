#include "formats/plates/tidy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace wellsieve::formats::plates {
namespace {

constexpr std::array<std::string_view, 14> tidy_columns{
    "plate", "well",  "mode", "wavelength_nm", "excitation_nm", "emission_nm", "time_s",
    "read",  "value", "unit", "flag",          "temperature_C", "sample",      "kind"};

std::string number_text(double number) {
    return std::isnan(number) ? std::string() : fmt::format("{}", number);
}

std::string one_cell(std::string_view text) {
    std::string cell(text);
    std::replace_if(
        cell.begin(), cell.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
    return cell;
}

std::string_view quantity(const Readout& readout) {
    const bool named = readout.mode == Mode::online || readout.mode == Mode::analyte;
    return named ? std::string_view(readout.name) : mode_name(readout.mode);
}

}  // namespace

std::string to_tidy(const PlateFile& file, bool with_derived) {
    std::string out = fmt::format("{}\n", fmt::join(tidy_columns, "\t"));
    const auto reads = number_reads(file);
    for (std::size_t i = 0; i < file.measurements.size(); ++i) {
        const Measurement& m = file.measurements[i];
        const Readout& readout = file.readouts[m.readout];
        if (readout.derived && !with_derived)
            continue;
        const auto text = file.flag_texts.find(i);
        const auto found = file.samples.find({m.plate, m.well});
        const std::string sample = found == file.samples.end() ? std::string() : one_cell(found->second);
        const PlateInfo& plate = file.plates[m.plate];
        fmt::format_to(std::back_inserter(out), "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n",
                       plate.vessels == Vessels::reactors ? sample : one_cell(plate.name),
                       plate.vessels == Vessels::wells ? well_name(m.well) : sample,
                       one_cell(quantity(readout)), number_text(readout.wavelength_nm),
                       number_text(readout.excitation_nm), number_text(readout.emission_nm),
                       number_text(m.time_s), m.cycle != 0 ? m.cycle : reads[i], number_text(m.value),
                       readout.unit,
                       one_cell(text != file.flag_texts.end() ? text->second : flag_name(m.flag)),
                       number_text(m.temperature_c), sample,
                       readout.derived ? fmt::format("calc:{}", one_cell(quantity(readout))) : "raw");
    }
    return out;
}

}  // namespace wellsieve::formats::plates
