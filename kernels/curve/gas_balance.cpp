#include "kernels/curve/gas_balance.hpp"

#include <cassert>
#include <cmath>
#include <cstddef>

#include "kernels/curve/exp_log.hpp"
#include "kernels/curve/line_sums_internal.hpp"

namespace wellsieve::kernels::curve {
namespace {

bool are_fractions(double oxygen, double carbon_dioxide, double water) noexcept {
    return oxygen >= 0 && carbon_dioxide >= 0 && water >= 0 && oxygen + carbon_dioxide + water < 1;
}

/// The first of the smallest readings; 0 where there are none.
std::size_t lowest(std::span<const double> values) noexcept {
    std::size_t found = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] < values[found] || std::isnan(values[found]))
            found = i;
    return found;
}

}  // namespace

GasRates gas_balance(const GasStreams& streams, double molar_volume) noexcept {
    const auto& s = streams;
    GasRates out;
    if (!are_fractions(s.inlet_oxygen, s.inlet_carbon_dioxide, 0) ||
        !are_fractions(s.outlet_oxygen, s.outlet_carbon_dioxide, s.outlet_water) || !(s.inlet_l_per_h > 0) ||
        !(s.broth_l > 0))
        return out;
    const double outlet_oxygen = s.outlet_oxygen / (1 - s.outlet_water);
    const double outlet_carbon_dioxide = s.outlet_carbon_dioxide / (1 - s.outlet_water);
    const double inert_in = 1 - s.inlet_oxygen - s.inlet_carbon_dioxide;
    const double inert_out = 1 - outlet_oxygen - outlet_carbon_dioxide;
    out.outlet_l_per_h = s.inlet_l_per_h * inert_in / inert_out;
    const double mmol_per_l = 1000 / (s.broth_l * molar_volume);
    out.oxygen_uptake = (s.inlet_l_per_h * s.inlet_oxygen - out.outlet_l_per_h * outlet_oxygen) * mmol_per_l;
    out.carbon_dioxide_evolution =
        (out.outlet_l_per_h * outlet_carbon_dioxide - s.inlet_l_per_h * s.inlet_carbon_dioxide) * mmol_per_l;
    if (out.oxygen_uptake > 0)
        out.respiratory_quotient = out.carbon_dioxide_evolution / out.oxygen_uptake;
    return out;
}

double oxygen_transfer(double kla_per_h, double saturated_mmol_per_l, double dissolved_mmol_per_l) noexcept {
    return kla_per_h * (saturated_mmol_per_l - dissolved_mmol_per_l);
}

double static_kla(double oxygen_uptake, double saturated_mmol_per_l, double dissolved_mmol_per_l) noexcept {
    const double driving_force = saturated_mmol_per_l - dissolved_mmol_per_l;
    return driving_force > 0 && oxygen_uptake > 0 ? oxygen_uptake / driving_force : undefined;
}

DynamicKla dynamic_kla(std::span<const double> times_h, std::span<const double> dissolved, double saturated,
                       double from, double to) noexcept {
    assert(times_h.size() == dissolved.size());
    std::size_t first = lowest(dissolved);
    while (first < dissolved.size() && !(dissolved[first] >= from * saturated))
        ++first;
    std::size_t end = first;
    while (end < dissolved.size() && !(dissolved[end] > to * saturated))
        ++end;
    LineSums sums;
    for (std::size_t i = first; i < end; ++i)
        sums.add(times_h[i], natural_log(saturated - dissolved[i]));
    const StraightLine line = sums.line();
    DynamicKla out;
    out.points = line.points;
    if (line.points < 3 || !(line.slope < 0))
        return out;
    out.kla_per_h = -line.slope;
    out.standard_error_per_h = line.standard_error;
    out.start = saturated - exponential(line.intercept + line.slope * times_h[first]);
    return out;
}

RespiringKla respiring_kla(std::span<const double> times_h, std::span<const double> dissolved, double reached,
                           double uptake_per_h, double from, double to) noexcept {
    RespiringKla out;
    out.kla = dynamic_kla(times_h, dissolved, reached, from, to);
    out.saturated = reached + uptake_per_h / out.kla.kla_per_h;
    return out;
}

}  // namespace wellsieve::kernels::curve
