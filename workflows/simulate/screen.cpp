#include "workflows/simulate/screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
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
constexpr double left_out_share = 0.1;
constexpr double medium_gfp = 120;
constexpr double air_gfp = 30;
constexpr double gfp_noise = 4;
constexpr double gfp_per_od = 4000;
constexpr double largest_gfp = 99'999;

bool has_strain(const WellPlan& well) {
    return well.role == Role::sample || well.role == Role::parent;
}

std::vector<Strain> draw_strains(const SimulateSpec& spec) {
    std::vector<Strain> strains{{"parent"}};
    const int width = static_cast<int>(std::to_string(spec.strains).size());
    for (std::uint32_t i = 1; i <= spec.strains; ++i) {
        Random random(spec.seed, "strain", i);
        Strain strain{fmt::format("S{:0{}}", i, width)};
        strain.hit = random.uniform() < spec.hit_share;
        strain.effect = spec.strain_sd * random.normal();
        if (strain.hit)
            (spec.hits == HitTrait::growth ? strain.growth : strain.effect) +=
                spec.hit_effect * (0.5 + random.uniform());
        strain.growth += spec.growth_sd * random.normal();
        strain.yield = spec.yield_sd * random.normal();
        strain.lag_h = spec.lag_sd_h * random.normal() + 0.0;
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
        else if (const double rest = draw - spec.dead - spec.saturated - spec.swapped; rest >= 0)
            well.fault = rest < spec.late                  ? Fault::late
                         : rest < spec.late + spec.dropped ? Fault::dropped
                                                           : Fault::none;
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

double clipped(double value, double largest, int digits) {
    const double scale = std::pow(10, digits);
    return value > largest ? above_range : std::round(value * scale) / scale;
}

}  // namespace

std::string_view fault_name(Fault fault) {
    constexpr std::array<std::string_view, 6> names{"", "dead", "saturated", "swapped", "late", "dropped"};
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

Culture culture_of(const SimulateSpec& spec, const Screen& screen, std::size_t number, std::size_t index) {
    const WellPlan& well = screen.plates[number].wells[index];
    Culture culture;
    culture.model = spec.model;
    culture.grows = has_strain(well) && well.fault != Fault::dead;
    if (!has_strain(well))
        return culture;
    Random random(spec.seed, "culture", number * screen.plates[number].wells.size() + index);
    const double growth = spec.well_sd * random.normal();
    const double noise = spec.noise_sd * random.normal();
    const Strain& strain = screen.strains[well.actual];
    culture.inoculum_od = spec.inoculum_od;
    culture.yield_od = std::max(2 * spec.inoculum_od, spec.yield_od * std::exp2(strain.yield));
    culture.rate_per_h = spec.rate_per_h * std::exp2(strain.growth + growth + spec.on_growth * well.position);
    culture.lag_h =
        std::max(0.0, spec.lag_h + strain.lag_h) + (well.fault == Fault::late ? spec.late_h : 0.0);
    culture.gfp_per_od = gfp_per_od * std::exp2(strain.effect + well.position + noise);
    return culture;
}

void read_plate(const SimulateSpec& spec, const Screen& screen, std::size_t number, Plate& plate) {
    const std::size_t wells = plate.wells.size();
    plate.od.resize(plate.reads() * wells);
    plate.gfp.resize(spec.fluorescence ? plate.reads() * wells : 0);
    for (std::size_t i = 0; i < wells; ++i) {
        const WellPlan& well = plate.wells[i];
        Random random(spec.seed, "readings", number * wells + i);
        const Culture culture = culture_of(spec, screen, number, i);
        const bool air = well.role == Role::empty;
        for (std::size_t t = 0; t < plate.reads(); ++t) {
            const double net = culture.net_od(plate.times_s.empty() ? spec.hours : plate.times_s[t] / 3600);
            const double od = (air ? air_od : blank_od) + net * (1 + spec.od_noise_share * random.normal()) +
                              spec.od_noise_sd * random.normal();
            const double gfp =
                (air ? air_gfp : medium_gfp) + net * culture.gfp_per_od + gfp_noise * random.normal();
            const bool skipped = random.uniform() < left_out_share && well.fault == Fault::dropped;
            plate.od[t * wells + i] = skipped ? left_out : clipped(od, spec.largest_od, od_digits);
            if (spec.fluorescence)
                plate.gfp[t * wells + i] = skipped ? left_out
                                           : well.fault == Fault::saturated
                                               ? above_range
                                               : clipped(gfp, largest_gfp, gfp_digits);
        }
    }
}

}  // namespace wellsieve::workflows::simulate
