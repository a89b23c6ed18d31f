#include "formats/plates/measurement.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace wellsieve::formats::plates {
namespace {

bool same_number(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

double sortable(double number) {
    return std::isnan(number) ? -1 : number;
}

}  // namespace

std::string_view mode_name(Mode mode) {
    switch (mode) {
        case Mode::absorbance:
            return "absorbance";
        case Mode::fluorescence:
            return "fluorescence";
        case Mode::luminescence:
            return "luminescence";
        case Mode::online:
            return "online";
        case Mode::analyte:
            return "analyte";
    }
    return {};
}

std::string_view default_unit(Mode mode) {
    switch (mode) {
        case Mode::absorbance:
            return "AU";
        case Mode::fluorescence:
            return "RFU";
        case Mode::luminescence:
            return "RLU";
        case Mode::online:
        case Mode::analyte:
            return {};
    }
    return {};
}

std::string_view flag_name(Flag flag) {
    switch (flag) {
        case Flag::none:
            return {};
        case Flag::not_measured:
            return "not measured";
        case Flag::overflow:
            return "overflow";
        case Flag::underflow:
            return "underflow";
        case Flag::masked:
            return "masked";
        case Flag::missed:
            return "missed";
        case Flag::error:
            return "error";
        case Flag::not_a_number:
            return "not a number";
        case Flag::interpolated:
            return "interpolated";
    }
    return {};
}

bool Readout::same_optics(const Readout& other) const {
    const bool named = mode == Mode::online || mode == Mode::analyte;
    return mode == other.mode && same_number(wavelength_nm, other.wavelength_nm) &&
           same_number(excitation_nm, other.excitation_nm) && same_number(emission_nm, other.emission_nm) &&
           (!named || name == other.name);
}

bool Readout::same_as(const Readout& other) const {
    return same_optics(other) && name == other.name && unit == other.unit;
}

std::uint32_t PlateFile::plate(std::string_view name) {
    const auto found =
        std::find_if(plates.rbegin(), plates.rend(), [&](const PlateInfo& p) { return p.name == name; });
    if (found != plates.rend())
        return static_cast<std::uint32_t>(plates.rend() - found - 1);
    plates.push_back({std::string(name), std::nullopt, Vessels::wells});
    return static_cast<std::uint32_t>(plates.size() - 1);
}

std::uint32_t PlateFile::readout(const Readout& wanted) {
    const auto found =
        std::find_if(readouts.begin(), readouts.end(), [&](const Readout& r) { return r.same_as(wanted); });
    if (found != readouts.end())
        return static_cast<std::uint32_t>(found - readouts.begin());
    return new_readout(wanted);
}

std::uint32_t PlateFile::new_readout(Readout wanted) {
    readouts.push_back(std::move(wanted));
    return static_cast<std::uint32_t>(readouts.size() - 1);
}

PlateShape PlateFile::shape(std::uint32_t plate) const {
    if (plates[plate].shape)
        return *plates[plate].shape;
    Well last;
    for (const Measurement& m : measurements)
        if (m.plate == plate)
            last = {std::max(last.row, m.well.row), std::max(last.column, m.well.column)};
    return smallest_shape_with(last);
}

std::vector<std::uint16_t> number_reads(const PlateFile& file) {
    // Readouts with the same optics are one series of reads.
    std::vector<std::size_t> series(file.readouts.size());
    for (std::size_t i = 0; i < series.size(); ++i) {
        series[i] = i;
        for (std::size_t j = 0; j < i; ++j)
            if (file.readouts[j].same_optics(file.readouts[i])) {
                series[i] = j;
                break;
            }
    }
    const auto key = [&](std::size_t i) {
        const Measurement& m = file.measurements[i];
        return std::tuple(m.plate, m.well, series[m.readout], sortable(m.time_s));
    };
    std::vector<std::size_t> order(file.measurements.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return key(a) < key(b); });

    std::vector<std::uint16_t> reads(order.size(), 1);
    for (std::size_t i = 1; i < order.size(); ++i)
        if (key(order[i]) == key(order[i - 1]))
            reads[order[i]] = static_cast<std::uint16_t>(reads[order[i - 1]] + 1);
    return reads;
}

}  // namespace wellsieve::formats::plates
