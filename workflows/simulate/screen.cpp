#include "workflows/simulate/screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "workflows/simulate/random.hpp"

namespace wellsieve::workflows::simulate {
namespace {

using formats::plates::PlateShape;
using formats::plates::Role;
using formats::plates::Well;

// A yeast or E. coli culture in a plate reader, roughly.
constexpr double blank_od = 0.09;
constexpr double air_od = 0.045;
constexpr double od_noise = 0.002;
constexpr double yield_od = 1.2;
constexpr double inoculum_od = 0.01;
constexpr double growth_rate_per_h = 0.6;
constexpr double growth_noise = 0.05;
constexpr double medium_gfp = 120;
constexpr double air_gfp = 30;
constexpr double gfp_noise = 4;
constexpr double gfp_per_od = 4000;
constexpr double largest_gfp = 99'999;

bool has_strain(const WellPlan& well) {
    return well.role == Role::sample || well.role == Role::parent;
}

std::vector<Strain> draw_strains(const SimulateSpec& spec) {
    std::vector<Strain> strains{{"parent", 0, 0, false}};
    const int width = static_cast<int>(std::to_string(spec.strains).size());
    for (std::uint32_t i = 1; i <= spec.strains; ++i) {
        Random random(spec.seed, "strain", i);
        Strain strain{fmt::format("S{:0{}}", i, width)};
        strain.hit = random.uniform() < spec.hit_share;
        strain.effect = spec.strain_sd * random.normal();
        if (strain.hit)
            strain.effect += spec.hit_effect * (0.5 + random.uniform());
        strain.growth = spec.growth_sd * random.normal();
        strains.push_back(std::move(strain));
    }
    return strains;
}

/// Puts parents, blanks and the strains [first, end) into places that are drawn anew for each plate.
void fill_wells(const SimulateSpec& spec, std::uint32_t first, std::uint32_t end, std::size_t number,
                Plate& plate) {
    std::vector<std::uint32_t> places(plate.shape.wells());
    std::iota(places.begin(), places.end(), 0u);
    Random(spec.seed, "places", number).shuffle(places);
    plate.wells.resize(places.size());
    std::size_t next = 0;
    for (std::uint32_t i = 0; i < spec.parents_per_plate; ++i)
        plate.wells[places[next++]].role = Role::parent;
    for (std::uint32_t i = 0; i < spec.blanks_per_plate; ++i)
        plate.wells[places[next++]].role = Role::blank;
    for (std::uint32_t strain = first; strain < end; ++strain) {
        WellPlan& well = plate.wells[places[next++]];
        well.role = Role::sample;
        well.strain = well.actual = strain;
    }
}

void swap_with_another(Plate& plate, std::size_t well, Random& random) {
    const std::size_t other = random.below(static_cast<std::uint32_t>(plate.wells.size()));
    WellPlan& here = plate.wells[well];
    WellPlan& there = plate.wells[other];
    if (!has_strain(there) || there.fault != Fault::none || here.actual == there.actual)
        return;
    std::swap(here.actual, there.actual);
    here.fault = there.fault = Fault::swapped;
}

void draw_faults(const SimulateSpec& spec, std::size_t number, Plate& plate) {
    Random random(spec.seed, "faults", number);
    for (std::size_t i = 0; i < plate.wells.size(); ++i) {
        const double draw = random.uniform();
        WellPlan& well = plate.wells[i];
        if (!has_strain(well) || well.fault != Fault::none)
            continue;
        if (draw < spec.dead)
            well.fault = Fault::dead;
        else if (draw < spec.dead + spec.saturated)
            well.fault = Fault::saturated;
        else if (draw < spec.dead + spec.saturated + spec.swapped / 2)  // each swap spoils two wells
            swap_with_another(plate, i, random);
    }
}

void draw_positions(const SimulateSpec& spec, std::size_t number, std::size_t plates, Plate& plate) {
    Random random(spec.seed, "positions", number);
    const double offset = spec.plate_sd * random.normal();
    std::vector<double> rows(plate.shape.rows);
    std::vector<double> columns(plate.shape.columns);
    for (double& effect : rows)
        effect = spec.row_sd * random.normal();
    for (double& effect : columns)
        effect = spec.column_sd * random.normal();
    for (std::uint32_t i = 0; i < plate.shape.wells(); ++i) {
        const Well well = plate.shape.well(i);
        const bool border = well.row == 0 || well.column == 0 || well.row + 1 == plate.shape.rows ||
                            well.column + 1 == plate.shape.columns;
        const double read_at = (static_cast<double>(number) + static_cast<double>(i) / plate.shape.wells()) /
                               static_cast<double>(plates);
        plate.wells[i].position = offset + rows[well.row] + columns[well.column] + (border ? spec.edge : 0) +
                                  spec.drift * (read_at - 0.5);
    }
}

std::vector<double> read_times(const SimulateSpec& spec) {
    std::vector<double> times;
    const double interval_s = spec.interval_min * 60;
    for (std::size_t i = 0; spec.kinetic && static_cast<double>(i) * interval_s <= spec.hours * 3600; ++i)
        times.push_back(static_cast<double>(i) * interval_s);
    return times;
}

/// One culture's own draws.
struct Culture {
    bool grows = false;
    double yield = 0;
    double rate_per_h = 0;
    double gfp_per_od = 0;

    double net_od(double time_h) const {
        if (!grows)
            return 0;
        return yield / (1 + (yield / inoculum_od - 1) * std::exp(-rate_per_h * time_h));
    }
};

Culture draw_culture(const SimulateSpec& spec, const Screen& screen, const WellPlan& well, Random& random) {
    const double growth = growth_noise * random.normal();
    const double noise = spec.noise_sd * random.normal();
    Culture culture;
    culture.grows = has_strain(well) && well.fault != Fault::dead;
    if (!has_strain(well))
        return culture;
    const Strain& strain = screen.strains[well.actual];
    culture.yield = yield_od * std::exp2(strain.growth + growth);
    culture.rate_per_h = growth_rate_per_h * std::exp2(strain.growth + growth);
    culture.gfp_per_od = gfp_per_od * std::exp2(strain.effect + well.position + noise);
    return culture;
}

double rounded(double value, int digits) {
    const double scale = std::pow(10, digits);
    return std::round(value * scale) / scale;
}

}  // namespace

std::string_view fault_name(Fault fault) {
    constexpr std::array<std::string_view, 4> names{"", "dead", "saturated", "swapped"};
    return names[static_cast<std::size_t>(fault)];
}

Screen plan_screen(const SimulateSpec& spec) {
    Screen screen{draw_strains(spec), {}};
    const PlateShape shape = formats::plates::standard_shape(spec.wells).value();
    const std::uint32_t room = spec.wells - spec.parents_per_plate - spec.blanks_per_plate;
    const std::uint32_t sets = (spec.strains + room - 1) / room;
    const std::uint32_t in_a_set = (spec.strains + sets - 1) / sets;
    const std::size_t plates = std::size_t{sets} * spec.replicates;
    const int width = static_cast<int>(std::to_string(plates).size());
    for (std::size_t number = 0; number < plates; ++number) {
        const auto set = static_cast<std::uint32_t>(number % sets);
        const auto replicate = static_cast<std::uint32_t>(number / sets + 1);
        Plate plate{
            fmt::format("P{:0{}}", number + 1, width), replicate, shape, {}, read_times(spec), {}, {}};
        const std::uint32_t first = 1 + set * in_a_set;
        fill_wells(spec, first, std::min(first + in_a_set, spec.strains + 1), number, plate);
        draw_positions(spec, number, plates, plate);
        draw_faults(spec, number, plate);
        screen.plates.push_back(std::move(plate));
    }
    return screen;
}

void read_plate(const SimulateSpec& spec, const Screen& screen, std::size_t number, Plate& plate) {
    const std::size_t wells = plate.wells.size();
    plate.od.resize(plate.reads() * wells);
    plate.gfp.resize(plate.reads() * wells);
    for (std::size_t i = 0; i < wells; ++i) {
        const WellPlan& well = plate.wells[i];
        Random random(spec.seed, "readings", number * wells + i);
        const Culture culture = draw_culture(spec, screen, well, random);
        const bool air = well.role == Role::empty;
        for (std::size_t t = 0; t < plate.reads(); ++t) {
            const double net = culture.net_od(plate.times_s.empty() ? spec.hours : plate.times_s[t] / 3600);
            const double od = (air ? air_od : blank_od) + net + od_noise * random.normal();
            const double gfp =
                (air ? air_gfp : medium_gfp) + net * culture.gfp_per_od + gfp_noise * random.normal();
            const bool over = well.fault == Fault::saturated || gfp > largest_gfp;
            plate.od[t * wells + i] = rounded(od, od_digits);
            plate.gfp[t * wells + i] =
                over ? std::numeric_limits<double>::quiet_NaN() : rounded(gfp, gfp_digits);
        }
    }
}

}  // namespace wellsieve::workflows::simulate
