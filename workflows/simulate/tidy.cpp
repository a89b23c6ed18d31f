#include "formats/plates/well.hpp"
#include "workflows/simulate/text_internal.hpp"
#include "workflows/simulate/vendors.hpp"

namespace wellsieve::workflows::simulate {
namespace {

void append_rows(std::string& text, const Plate& plate, const Channel& channel, std::string_view optics) {
    for (std::size_t time = 0; time < plate.reads(); ++time)
        for (std::uint32_t well = 0; well < plate.shape.wells(); ++well) {
            fmt::format_to(std::back_inserter(text), "{},{},{},", plate.name,
                           formats::plates::well_name(plate.shape.well(well)), optics);
            if (!plate.times_s.empty())
                fmt::format_to(std::back_inserter(text), "{}", plate.times_s[time]);
            text += ',';
            const double value = channel.at(plate, time, well);
            append_value(text, value, channel.digits, "");
            text += std::isnan(value) ? ",overflow\n" : ",\n";
        }
}

}  // namespace

std::vector<RawFile> write_tidy(const Plate& plate) {
    std::string text = "plate,well,mode,wavelength_nm,excitation_nm,emission_nm,time_s,value,flag\n";
    append_rows(text, plate, od_of(plate), "absorbance,600,,");
    if (!plate.gfp.empty())
        append_rows(text, plate, gfp_of(plate), "fluorescence,,485,528");
    return {{plate.name + ".csv", std::move(text)}};
}

}  // namespace wellsieve::workflows::simulate
