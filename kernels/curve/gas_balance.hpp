#pragma once

#include <cstdint>
#include <span>

#include "kernels/curve/curves.hpp"

namespace wellsieve::kernels::curve {

/// Litres of one mole at 0 °C and 1 atm: for flows in standard litres (sL/h).
inline constexpr double molar_volume_l_per_mol = 22.414;

/// Gas into and out of one vessel at one time. Mole fractions, not percent; the inlet is dry.
struct GasStreams {
    double inlet_l_per_h = undefined;  ///< standard litres
    double inlet_oxygen = 0.2095;
    double inlet_carbon_dioxide = 0.0004;
    double outlet_oxygen = undefined;
    double outlet_carbon_dioxide = undefined;
    double outlet_water = 0;  ///< in the gas as it was analysed; 0: it was dried
    double broth_l = undefined;
};

/// In mmol per litre of broth and hour.
struct GasRates {
    double oxygen_uptake = undefined;             ///< OUR
    double carbon_dioxide_evolution = undefined;  ///< CER
    double respiratory_quotient = undefined;      ///< CER / OUR; NaN where OUR is not above 0
    double outlet_l_per_h = undefined;
};

/// What the cells take up and give off, by the balance of the inert gas: what is neither O2 nor CO2 leaves as
/// it came, so F_out = F_in (1 − O2_in − CO2_in) / (1 − O2_out − CO2_out) of dry gas; humid gas at the
/// analyser has dry fractions x / (1 − H2O). NaN for fractions outside 0 to 1, without inert gas, and for
/// flow or volume not above 0. Standing gas and what dissolves are not counted: slow changes only.
GasRates gas_balance(const GasStreams& streams, double molar_volume = molar_volume_l_per_mol) noexcept;

/// OTR = kLa (C* − C), mmol/(L h) with concentrations in mmol/L.
double oxygen_transfer(double kla_per_h, double saturated_mmol_per_l, double dissolved_mmol_per_l) noexcept;

/// kLa [1/h] of a vessel in which the cells take up as much as is transferred: OUR / (C* − C). NaN where
/// C* − C or OUR is not above 0.
double static_kla(double oxygen_uptake, double saturated_mmol_per_l, double dissolved_mmol_per_l) noexcept;

struct DynamicKla {
    double kla_per_h = undefined;
    double standard_error_per_h = undefined;
    double start = undefined;  ///< dissolved oxygen at the first reading used, by the line
    std::uint32_t points = 0;
};

/// kLa by gassing out: after nitrogen, air comes back and ln((C* − C) / (C* − C0)) = −kLa t. `dissolved` in
/// any unit, e.g. % of saturation, and `saturated` in the same. Behind the smallest reading, from the first
/// at or above `from` to the first one above `to` (shares of saturation), at least three. Without cells; the
/// probe must be much faster than 1/kLa.
DynamicKla dynamic_kla(std::span<const double> times_h, std::span<const double> dissolved, double saturated,
                       double from = 0.2, double to = 0.8) noexcept;

/// The same with cells that respire: C* is not reached, but C* − OUR/kLa, and dC/dt = kLa (C_end − C). The
/// line of ln(C_end − C), with C_end the level that is reached. `dissolved` and `uptake` in one unit of
/// concentration; saturated = C_end + uptake / kLa is given back.
struct RespiringKla {
    DynamicKla kla;
    double saturated = undefined;
};
RespiringKla respiring_kla(std::span<const double> times_h, std::span<const double> dissolved, double reached,
                           double uptake_per_h, double from = 0.2, double to = 0.8) noexcept;

}  // namespace wellsieve::kernels::curve
