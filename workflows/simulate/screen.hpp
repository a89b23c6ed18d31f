#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "formats/plates/layout.hpp"
#include "formats/plates/well.hpp"
#include "workflows/simulate/culture.hpp"
#include "workflows/simulate/spec.hpp"

namespace wellsieve::workflows::simulate {

inline constexpr double od_wavelength_nm = 600;
inline constexpr double gfp_excitation_nm = 485;
inline constexpr double gfp_emission_nm = 528;
inline constexpr int od_digits = 3;  ///< after the point
inline constexpr int gfp_digits = 0;

struct Strain {
    std::string name;
    double effect = 0;  ///< log2 against the parent
    double growth = 0;  ///< growth rate, log2 against the parent
    double yield = 0;   ///< log2 against the parent
    double lag_h = 0;   ///< longer than the parent's, or shorter
    bool hit = false;
};

enum class Fault : std::uint8_t { none, dead, saturated, swapped, late, dropped };

/// A reading above the reader's range, and one that the reader left out.
inline constexpr double above_range = std::numeric_limits<double>::quiet_NaN();
inline constexpr double left_out = -std::numeric_limits<double>::infinity();

std::string_view fault_name(Fault fault);

/// What a well should hold, and what went wrong with it.
struct WellPlan {
    formats::plates::Role role = formats::plates::Role::empty;
    std::uint32_t strain = 0;  ///< index into Screen::strains; of samples and parents
    std::uint32_t actual = 0;  ///< the strain that is really there
    Fault fault = Fault::none;
    double position = 0;  ///< effect of plate, row, column, edge and drift together, log2
};

struct Plate {
    std::string name;
    std::uint32_t replicate = 0;  ///< from 1
    formats::plates::PlateShape shape;
    std::vector<WellPlan> wells;  ///< row-major
    std::vector<double> times_s;  ///< empty: an endpoint
    std::vector<double> od;       ///< [time][well], as written; or above_range, left_out
    /// [time][well], the same; empty where no fluorescence is read
    std::vector<double> gfp;

    std::size_t reads() const { return times_s.empty() ? 1 : times_s.size(); }
};

struct Screen {
    std::vector<Strain> strains;  ///< the parent first
    std::vector<Plate> plates;
};

/// Strains, and which well of which plate each stands in; no readings yet.
Screen plan_screen(const SimulateSpec& spec);

/// How the culture in a well of a plate grows; one that does not grow where there is none.
Culture culture_of(const SimulateSpec& spec, const Screen& screen, std::size_t number, std::size_t well);

/// Fills in one plate's readings. Plates do not depend on each other.
void read_plate(const SimulateSpec& spec, const Screen& screen, std::size_t number, Plate& plate);

}  // namespace wellsieve::workflows::simulate
