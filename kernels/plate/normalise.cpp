#include "kernels/plate/normalise.hpp"

#include <cassert>
#include <cmath>

namespace wellsieve::kernels::plate {

double location(Location kind, const Summary& summary) noexcept {
    switch (kind) {
        case Location::mean:
            return summary.mean;
        case Location::median:
            return summary.median;
        case Location::shorth:
            return summary.shorth;
    }
    return Summary::undefined;
}

Scale subtract(Location kind, const Summary& reference) noexcept {
    return {location(kind, reference), 1};
}

Scale divide_by(Location kind, const Summary& reference) noexcept {
    return {0, location(kind, reference)};
}

Scale percent_of_control(const Summary& control) noexcept {
    return {0, control.mean / 100};
}

Scale normalised_percent_inhibition(Location kind, const Summary& positive,
                                    const Summary& negative) noexcept {
    const double bottom = location(kind, positive);
    return {bottom, location(kind, negative) - bottom};
}

Scale z_score(const Summary& reference) noexcept {
    return {reference.mean, reference.sd};
}

Scale robust_z_score(const Summary& reference) noexcept {
    return {reference.median, reference.mad};
}

Scale adjust_variance(const Summary& reference) noexcept {
    return {0, reference.mad};
}

std::size_t log2_values(std::span<const double> values, std::span<double> out) noexcept {
    assert(out.size() == values.size());
    std::size_t refused = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        refused += values[i] <= 0;
        out[i] = values[i] > 0 ? std::log2(values[i]) : Summary::undefined;
    }
    return refused;
}

}  // namespace wellsieve::kernels::plate
