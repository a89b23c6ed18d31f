#include "pipeline/readout_correction.hpp"

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

}  // namespace

std::vector<double> corrected_values(const PlateData& plate, const ReadoutSeries& series,
                                     const TraitOptions& trait, const ReadoutCorrection& correction) {
    std::vector<double> values = blanks_of(plate, series, trait);
    for (std::size_t cell = 0; cell < values.size(); ++cell)
        values[cell] =
            series.flags[cell] == formats::plates::Flag::none
                ? in_proportion(correction, series.values[cell] - values[cell]) / correction.path_length_cm
                : formats::plates::missing;
    return values;
}

}  // namespace wellsieve::pipeline
