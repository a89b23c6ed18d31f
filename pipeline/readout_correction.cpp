#include "pipeline/readout_correction.hpp"

#include <fmt/format.h>

#include <cmath>

#include "formats/error.hpp"
#include "kernels/curve/reader_response.hpp"
#include "pipeline/blank_correction.hpp"

namespace wellsieve::pipeline {
namespace {

namespace curve = kernels::curve;

double in_proportion(const ReadoutCorrection& correction, double net) {
    if (!correction.polynomial.empty())
        return curve::polynomial_response(correction.polynomial, net);
    if (!correction.measured.empty())
        return curve::tabulated_response(correction.measured, correction.truth, net);
    return net;
}

struct LargestReading {
    double net = 0;
    std::uint32_t well = 0;
};

LargestReading largest_reading(const PlateData& plate, const ReadoutSeries& series,
                               const std::vector<double>& blanks) {
    LargestReading largest;
    for (std::size_t cell = 0; cell < blanks.size(); ++cell) {
        const auto well = static_cast<std::uint32_t>(cell % plate.wells.size());
        const double net = series.values[cell] - blanks[cell];
        if (series.flags[cell] == formats::plates::Flag::none && plate.wells[well].mask_reason.empty() &&
            std::isfinite(net) && net > largest.net)
            largest = {net, well};
    }
    return largest;
}

/// Beyond its turn a polynomial takes large readings for small ones.
void check_polynomial(const PlateData& plate, const ReadoutSeries& series, const std::vector<double>& blanks,
                      const ReadoutCorrection& correction) {
    if (correction.polynomial.empty())
        return;
    const LargestReading largest = largest_reading(plate, series, blanks);
    const double turn = curve::polynomial_turn(correction.polynomial, largest.net);
    if (std::isnan(turn))
        return;
    throw formats::FormatError(
        series.source, fmt::format("[readouts.{}] polynomial", correction.readout),
        fmt::format("it turns down at {:.4g}, and well {} of plate '{}' reads {:.4g} (less its blank): give "
                    "coefficients that hold for all readings, or mask the well",
                    turn, formats::plates::well_name(plate.shape.well(largest.well)), plate.name,
                    largest.net));
}

}  // namespace

std::vector<double> corrected_values(const PlateData& plate, const ReadoutSeries& series,
                                     const TraitOptions& trait, const ReadoutCorrection& correction) {
    std::vector<double> values = blanks_of(plate, series, trait);
    check_polynomial(plate, series, values, correction);
    for (std::size_t cell = 0; cell < values.size(); ++cell)
        values[cell] =
            series.flags[cell] == formats::plates::Flag::none
                ? in_proportion(correction, series.values[cell] - values[cell]) / correction.path_length_cm
                : formats::plates::missing;
    return values;
}

}  // namespace wellsieve::pipeline
