#include "pipeline/plate_screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "formats/error.hpp"
#include "pipeline/error.hpp"
#include "pipeline/gas_readouts.hpp"
#include "pipeline/ledger.hpp"
#include "pipeline/measure_quality.hpp"
#include "pipeline/normalise_traits.hpp"
#include "pipeline/parallel.hpp"
#include "pipeline/result_tables.hpp"
#include "pipeline/stages/measure_traits.hpp"

namespace wellsieve::pipeline {
namespace {

void stop_if_asked(const std::atomic<bool>& stop) {
    if (stop)
        throw Interrupted();
}

/// A unit that a gas balance cannot turn into its own.
void check_gas_unit(const Screen& screen, const std::string& name, std::string_view wanted,
                    std::optional<double> (*factor)(std::string_view)) {
    for (const NamedReadout& readout : screen.readouts)
        if (!name.empty() && readout.name == name && !factor(readout.readout.unit))
            throw formats::FormatError(
                "screen", "[gas]",
                fmt::format("readout '{}' is in '{}'; {} is wanted", name, readout.readout.unit, wanted));
}

void check_gas(const Screen& screen) {
    const GasOptions& gas = screen.options.gas;
    check_gas_unit(screen, gas.inlet_flow, "sL/h, L/min or alike", litres_per_hour_in);
    check_gas_unit(screen, gas.outlet_oxygen, "%", fraction_in);
    check_gas_unit(screen, gas.outlet_carbon_dioxide, "%", fraction_in);
    check_gas_unit(screen, gas.volume, "L or mL", litres_in);
}

void check_readouts(const Screen& screen) {
    check_gas(screen);
    std::vector<std::string> present;
    if (!screen.options.gas.inlet_flow.empty())
        present = {"our", "cer", "rq"};
    for (const NamedReadout& readout : screen.readouts)
        if (readout.read > 0)
            present.push_back(readout.name);
    for (const TraitOptions& trait : screen.options.traits)
        for (const std::string& wanted : {trait.readout, trait.per, trait.setpoint})
            if (!wanted.empty() && std::find(present.begin(), present.end(), wanted) == present.end())
                throw formats::FormatError(
                    "screen", fmt::format("trait '{}'", trait.name),
                    fmt::format("no file has a reading that fits [readouts.{}]; the files have {}", wanted,
                                fmt::join(present, ", ")));
}

void lay_out_wells(Screen& screen) {
    screen.well_begin = {0};
    for (const PlateData& plate : screen.plates.plates)
        screen.well_begin.push_back(screen.well_begin.back() + plate.shape.wells());
}

template <typename T>
void append(std::vector<T>& to, const std::vector<T>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

TraitColumn trait_column(const TraitOptions& options, const std::vector<PlateTraits>& measured,
                         std::size_t number) {
    TraitColumn column;
    column.options = options;
    const bool of_growth = is_of_growth(options.feature) || is_of_two(options.feature);
    for (const PlateTraits& of_plate : measured) {
        const PlateTrait& trait = of_plate.traits[number];
        append(column.raw, trait.raw);
        append(column.corrected, trait.corrected);
        append(column.standard_error, trait.standard_error);
        append(column.flags, trait.flags);
        append(column.reasons, trait.reasons);
        if (of_growth)
            column.reasons.resize(column.flags.size());
    }
    return column;
}

CurveColumn curve_column(const Screen& screen, const CurveAnalysis& analysis,
                         const std::vector<PlateTraits>& measured, std::size_t number) {
    CurveColumn column;
    column.readout = screen.options.traits[analysis.traits.front()].readout;
    for (std::size_t t : analysis.traits)
        column.traits += (column.traits.empty() ? "" : ", ") + screen.options.traits[t].name;
    column.fits.resize(screen.options.curves.fits.size());
    for (std::size_t p = 0; p < measured.size(); ++p) {
        const GrowthCurves& curves = measured[p].curves[number];
        for (std::size_t i = 0; i < curves.rates.size(); ++i)
            if (curves.was_read[i] != 0) {
                column.wells.push_back(screen.well_begin[p] + i);
                column.rates.push_back(curves.rates[i]);
                column.found.push_back(curves.traits[i]);
                for (std::size_t model = 0; model < curves.fits.size(); ++model)
                    column.fits[model].push_back(curves.fits[model][i]);
            }
    }
    return column;
}

void measure_traits(Screen& screen) {
    const std::vector<TraitOptions>& traits = screen.options.traits;
    const MeasureTraits measure{traits, screen.readouts, screen.options.curves, screen.options.gas};
    std::vector<PlateTraits> measured(screen.plates.plates.size());
    parallel_for_index(measured.size(), [&](std::size_t p) {
        measured[p] = measure({&screen.plates.plates[p], &screen.readout_index[p]});
    });
    screen.traits.clear();
    for (std::size_t t = 0; t < traits.size(); ++t)
        screen.traits.push_back(trait_column(traits[t], measured, t));
    screen.curves.clear();
    const std::vector<CurveAnalysis> analyses = curve_analyses(traits);
    for (std::size_t a = 0; a < analyses.size(); ++a)
        screen.curves.push_back(curve_column(screen, analyses[a], measured, a));
}

}  // namespace

void compute_screen(Screen& screen, const std::atomic<bool>& stop) {
    check_readouts(screen);
    lay_out_wells(screen);
    measure_traits(screen);
    stop_if_asked(stop);
    measure_quality(screen);
    normalise_traits(screen);
    measure_agreement(screen);
    stop_if_asked(stop);
    verify_accounting(screen);
}

void verify_accounting(const Screen& screen) {
    Ledger ledger("plate lane");
    for (const InputFile& input : screen.plates.inputs) {
        ledger.in(Item::measurements, input.cells_in);
        ledger.rejected(Item::measurements, input.cells_rejected);
    }
    for (const PlateData& plate : screen.plates.plates)
        ledger.used(Item::measurements, count_measurements(plate));
    ledger.verify();
}

}  // namespace wellsieve::pipeline
