#include "workflows/simulate/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "workflows/simulate/vendors.hpp"

namespace wellsieve::workflows::simulate {
namespace {

using formats::plates::Role;

/// What stands in the column `strain`: nothing for a blank or an empty well.
std::string_view strain_in(const Screen& screen, const WellPlan& well, std::uint32_t strain) {
    const bool has_strain = well.role == Role::sample || well.role == Role::parent;
    return has_strain ? std::string_view(screen.strains[strain].name) : std::string_view();
}

template <typename Row>
std::string well_rows(const Screen& screen, std::string_view header, Row row) {
    std::string text(header);
    for (const Plate& plate : screen.plates)
        for (std::uint32_t i = 0; i < plate.shape.wells(); ++i) {
            fmt::format_to(std::back_inserter(text), "{},{},", plate.name,
                           formats::plates::well_name(plate.shape.well(i)));
            row(text, plate, plate.wells[i]);
        }
    return text;
}

}  // namespace

std::string layout_csv(const Screen& screen) {
    return well_rows(screen, "plate,well,strain,role,replicate\n",
                     [&](std::string& text, const Plate& plate, const WellPlan& well) {
                         fmt::format_to(std::back_inserter(text), "{},{},{}\n",
                                        strain_in(screen, well, well.strain), role_name(well.role),
                                        plate.replicate);
                     });
}

std::string truth_wells_csv(const Screen& screen) {
    return well_rows(screen, "plate,well,strain,position_log2,fault\n",
                     [&](std::string& text, const Plate&, const WellPlan& well) {
                         fmt::format_to(std::back_inserter(text), "{},{:.4f},{}\n",
                                        strain_in(screen, well, well.actual), well.position,
                                        fault_name(well.fault));
                     });
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
    std::string text = "strain,effect_log2,growth_log2,hit\n";
    for (const Strain& strain : screen.strains)
        fmt::format_to(std::back_inserter(text), "{},{:.4f},{:.4f},{}\n", strain.name, strain.effect,
                       strain.growth, strain.hit ? 1 : 0);
    return text;
}

namespace {

std::string plates_toml(const SimulateSpec& spec) {
    std::set<std::string> globs;
    for (const std::string& vendor : spec.vendors)
        globs.insert(fmt::format("\"raw/*{}\"", find_vendor(vendor)->extension));
    return fmt::format(R"(
[strains]
table = "strains.csv"

[[plates]]
files = [{}]
layout = "layout.csv"

[readouts.od]
mode = "absorbance"
wavelength_nm = {}

[readouts.gfp]
mode = "fluorescence"
excitation_nm = {}
emission_nm = {}

[[traits]]
name = "product"
readout = "gfp"
per = "od"
feature = "endpoint"

[rank]
min_effect = 0.1
top = {}
)",
                       fmt::join(globs, ", "), od_wavelength_nm, gfp_excitation_nm, gfp_emission_nm,
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
)",
                       ending);
}

}  // namespace

std::string screen_toml(const SimulateSpec& spec) {
    std::string text = fmt::format("[screen]\nname = \"{}\"\n", spec.name);
    if (spec.has_plates)
        text += plates_toml(spec);
    if (spec.pool)
        text += pool_toml(*spec.pool);
    return text;
}

}  // namespace wellsieve::workflows::simulate
