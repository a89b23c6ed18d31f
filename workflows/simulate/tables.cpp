#include "workflows/simulate/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "workflows/simulate/vendors.hpp"
#include "workflows/toml_table_internal.hpp"

namespace wellsieve::workflows::simulate {
namespace {

using formats::plates::Role;

/// Of the pool: how the strains compete.
constexpr std::string_view fitness_trait = R"(
[[traits]]
name = "fitness"
pool = "pool"
goal = "maximize"
)";

constexpr std::string_view growth_trait = R"(
[[traits]]
name = "growth"
readout = "od"
feature = "growth_rate"
)";

std::string product_trait() {
    return fmt::format(R"(
[readouts.gfp]
mode = "fluorescence"
excitation_nm = {}
emission_nm = {}

[[traits]]
name = "product"
readout = "gfp"
per = "od"
feature = "endpoint"
)",
                       gfp_excitation_nm, gfp_emission_nm);
}

/// What stands in the column `strain`: nothing for a blank or an empty well.
std::string_view strain_in(const Screen& screen, const WellPlan& well, std::uint32_t strain) {
    const bool has_strain = well.role == Role::sample || well.role == Role::parent;
    return has_strain ? std::string_view(screen.strains[strain].name) : std::string_view();
}

}  // namespace

std::string layout_csv(const Screen& screen) {
    std::string text = "plate,well,strain,role,replicate\n";
    for (const Plate& plate : screen.plates)
        for (std::uint32_t i = 0; i < plate.shape.wells(); ++i) {
            const WellPlan& well = plate.wells[i];
            fmt::format_to(std::back_inserter(text), "{},{},{},{},{}\n", plate.name,
                           formats::plates::well_name(plate.shape.well(i)),
                           strain_in(screen, well, well.strain), role_name(well.role), plate.replicate);
        }
    return text;
}

std::string truth_wells_csv(const SimulateSpec& spec, const Screen& screen) {
    std::string text = "plate,well,strain,position_log2,fault,growth_rate_per_h,lag_h,yield_od\n";
    for (std::size_t number = 0; number < screen.plates.size(); ++number) {
        const Plate& plate = screen.plates[number];
        for (std::uint32_t i = 0; i < plate.shape.wells(); ++i) {
            const WellPlan& well = plate.wells[i];
            fmt::format_to(std::back_inserter(text), "{},{},{},{:.4f},{}", plate.name,
                           formats::plates::well_name(plate.shape.well(i)),
                           strain_in(screen, well, well.actual), well.position, fault_name(well.fault));
            const Culture culture = culture_of(spec, screen, number, i);
            if (culture.grows) {
                const CurveTruth truth = truth_of(culture, spec.hours);
                fmt::format_to(std::back_inserter(text), ",{:.5f},{:.4f},{:.4f}\n", truth.rate_per_h,
                               truth.lag_h, truth.yield_od);
            } else {
                text += ",,,\n";
            }
        }
    }
    return text;
}

std::string strains_csv(const Screen& screen) {
    constexpr std::size_t promoters = 8;
    std::string text = "strain,parent,role,promoter,rbs\nparent,,parent,p0,r0\n";
    for (std::size_t i = 1; i < screen.strains.size(); ++i)
        fmt::format_to(std::back_inserter(text), "{},parent,sample,p{},r{}\n", screen.strains[i].name,
                       1 + i % promoters, 1 + i / promoters);
    return text;
}

std::string truth_csv(const Screen& screen) {
    std::string text = "strain,effect_log2,growth_log2,yield_log2,lag_more_h,hit\n";
    for (const Strain& strain : screen.strains)
        fmt::format_to(std::back_inserter(text), "{},{:.4f},{:.4f},{:.4f},{:.4f},{}\n", strain.name,
                       strain.effect, strain.growth, strain.yield, strain.lag_h, strain.hit ? 1 : 0);
    return text;
}

namespace {

std::string plates_toml(const SimulateSpec& spec, std::size_t plates) {
    std::set<std::string> globs;  // vendors take turns, and a few plates may not come to all of them
    for (std::size_t i = 0; i < std::min(plates, spec.vendors.size()); ++i)
        globs.insert(fmt::format("\"raw/*{}\"", find_vendor(spec.vendors[i])->extension));
    return fmt::format(R"(
[strains]
table = "strains.csv"

[[plates]]
files = [{}]
layout = "layout.csv"

[readouts.od]
mode = "absorbance"
wavelength_nm = {}
{}{}
[rank]
by = "{}"
min_effect = 0.1
top = {}
)",
                       fmt::join(globs, ", "), od_wavelength_nm, spec.fluorescence ? product_trait() : "",
                       spec.kinetic ? growth_trait : "", spec.hits == HitTrait::growth ? "growth" : "product",
                       std::min(10u, spec.strains));
}

std::string pool_toml(const PoolSpec& pool) {
    const std::string_view ending = pool.compression == "none" ? "" : ".gz";
    return fmt::format(R"(
[[pools]]
name = "pool"
reads = "reads/*_R1.fastq{}"
samples = "samples.csv"
library = "library.csv"
control = "start"
{})",
                       ending, pool.of_strains() && pool.time_points > 1 ? fitness_trait : "");
}

}  // namespace

std::string screen_toml(const SimulateSpec& spec, std::size_t plates) {
    std::string text = fmt::format("[screen]\nname = {}\n", quoted(spec.name));
    if (spec.has_plates)
        text += plates_toml(spec, plates);
    if (spec.pool)
        text += pool_toml(*spec.pool);
    return text;
}

}  // namespace wellsieve::workflows::simulate
