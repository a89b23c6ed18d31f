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

/// A unit that a gas balance or a balance of volumes cannot turn into its own.
void check_unit(const Screen& screen, const char* section, const std::string& name, std::string_view wanted,
                std::optional<double> (*factor)(std::string_view)) {
    for (const NamedReadout& readout : screen.readouts)
        if (!name.empty() && readout.name == name && !factor(readout.readout.unit))
            throw formats::FormatError(
                "screen", section,
                readout.readout.unit.empty()
                    ? fmt::format("the files state no unit of readout '{0}'; {1} is wanted: unit = … in "
                                  "[readouts.{0}] gives it",
                                  name, wanted)
                    : fmt::format("readout '{}' is in '{}'; {} is wanted", name, readout.readout.unit,
                                  wanted));
}

void check_gas(const Screen& screen) {
    const GasOptions& gas = screen.options.gas;
    check_unit(screen, "[gas]", gas.inlet_flow, "sL/h, L/min or alike", litres_per_hour_in);
    check_unit(screen, "[gas]", gas.inlet_oxygen, "%", fraction_in);
    check_unit(screen, "[gas]", gas.outlet_oxygen, "%", fraction_in);
    check_unit(screen, "[gas]", gas.outlet_carbon_dioxide, "%", fraction_in);
    check_unit(screen, "[gas]", gas.volume, "L or mL", litres_in);
    check_unit(screen, "[gas]", gas.dissolved_oxygen, "%", fraction_in);
}

/// Volumes are all in litres or alike, or all without a unit.
void check_fed_batch(const Screen& screen) {
    const FedBatchOptions& fed_batch = screen.options.fed_batch;
    std::vector<std::string> inputs = fed_batch.feeds;
    inputs.insert(inputs.end(), {fed_batch.volume, fed_batch.sampled});
    std::size_t without_unit = 0;
    std::size_t with_unit = 0;
    for (const std::string& input : inputs) {
        bool read = input.empty();
        for (const NamedReadout& readout : screen.readouts) {
            if (input.empty() || readout.name != input || readout.read == 0)
                continue;
            read = true;
            ++(readout.readout.unit.empty() ? without_unit : with_unit);
            if (!readout.readout.unit.empty())
                check_unit(screen, "[fed_batch]", input, "L or mL", litres_in);
        }
        if (!read)
            throw formats::FormatError("screen", "[fed_batch]",
                                       fmt::format("no file has a reading that fits [readouts.{}]", input));
    }
    if (without_unit > 0 && with_unit > 0)
        throw formats::FormatError("screen", "[fed_batch]",
                                   "some of its readouts have a unit of volume, others none");
}

/// What is written when it changes is a sensor's, and no reading of a plate.
void check_corrections(const Screen& screen) {
    for (const NamedReadout& readout : screen.readouts)
        for (const ReadoutSelector& selector : screen.options.readouts)
            if (readout.readout.on_change && selector.name == readout.name && selector.correction.corrects())
                throw formats::FormatError("screen", fmt::format("[readouts.{}]", readout.name),
                                           "is a sensor's track: it is taken as it is, without corrections");
}

void check_readouts(const Screen& screen) {
    check_gas(screen);
    check_fed_batch(screen);
    check_corrections(screen);
    std::vector<std::string> present = gas_readouts(screen.options.gas);
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

void add_trait(const PlateTrait& trait, TraitColumn& column) {
    append(column.raw, trait.raw);
    append(column.corrected, trait.corrected);
    append(column.standard_error, trait.standard_error);
    append(column.flags, trait.flags);
    append(column.reasons, trait.reasons);
    column.reasons.resize(column.flags.size());
}

/// A reading less a blank that grows is what was asked for; whether it is what was meant, the user knows.
void warn_of_blanks(const std::string& plate, const PlateTrait& measured, const std::string& trait,
                    Screen& screen) {
    for (const std::string& readout : measured.with_growing_blanks)
        screen.warnings.push_back(
            fmt::format("plate '{}': the blanks grow in readout '{}', and trait '{}' is less what they read; "
                        "mask blanks that are contaminated, or give blank = a number (where the assay goes "
                        "on without cells, nothing is wrong)",
                        plate, readout, trait));
}

void add_curves(const GrowthCurves& curves, std::size_t first_well, CurveColumn& column) {
    for (std::size_t i = 0; i < curves.rates.size(); ++i)
        if (curves.was_read[i] != 0) {
            column.wells.push_back(first_well + i);
            column.rates.push_back(curves.rates[i]);
            column.found.push_back(curves.traits[i]);
            if (!curves.outliers.empty())
                column.outliers.push_back(curves.outliers[i]);
            for (std::size_t model = 0; model < curves.fits.size(); ++model)
                column.fits[model].push_back(curves.fits[model][i]);
            if (!curves.intervals.empty())
                column.intervals.push_back(curves.intervals[i]);
        }
}

TraitColumn empty_column(const TraitOptions& options, std::size_t wells) {
    TraitColumn column;
    column.options = options;
    for (std::vector<double>* values : {&column.raw, &column.corrected, &column.standard_error})
        values->reserve(wells);
    column.flags.reserve(wells);
    column.reasons.reserve(wells);
    return column;
}

CurveColumn empty_column(const std::vector<TraitOptions>& traits, const CurveAnalysis& analysis,
                         std::size_t models, std::size_t wells) {
    CurveColumn column;
    column.readout = traits[analysis.traits.front()].readout;
    for (std::size_t t : analysis.traits)
        column.traits += (column.traits.empty() ? "" : ", ") + traits[t].name;
    column.wells.reserve(wells);
    column.rates.reserve(wells);
    column.found.reserve(wells);
    column.fits.resize(models);
    return column;
}

void measure_traits(Screen& screen) {
    constexpr std::size_t plates_at_once = 128;  // whose readings and curves are in memory
    const std::vector<TraitOptions>& traits = screen.options.traits;
    CurveOptions of_curves = screen.options.curves;
    of_curves.seed = screen.options.rank.seed;
    const MeasureTraits measure{traits,
                                screen.readouts,
                                of_curves,
                                screen.options.gas,
                                screen.options.fed_batch,
                                screen.options.readouts};
    screen.traits.clear();
    for (const TraitOptions& trait : traits)
        screen.traits.push_back(empty_column(trait, screen.wells()));
    screen.curves.clear();
    for (const CurveAnalysis& analysis : curve_analyses(traits))
        screen.curves.push_back(
            empty_column(traits, analysis, screen.options.curves.fits.size(), screen.wells()));
    const std::size_t plates = screen.plates.plates.size();
    for (std::size_t first = 0; first < plates; first += plates_at_once) {
        std::vector<PlateTraits> measured(std::min(plates_at_once, plates - first));
        parallel_for_index(measured.size(), [&](std::size_t i) {
            const PlateData plate = screen.plates.whole(first + i);
            measured[i] = measure({&plate, &screen.readout_index[first + i]});
        });
        for (std::size_t i = 0; i < measured.size(); ++i) {
            for (std::size_t t = 0; t < traits.size(); ++t) {
                add_trait(measured[i].traits[t], screen.traits[t]);
                warn_of_blanks(screen.plates.plates[first + i].name, measured[i].traits[t], traits[t].name,
                               screen);
            }
            for (std::size_t a = 0; a < screen.curves.size(); ++a)
                add_curves(measured[i].curves[a], screen.well_begin[first + i], screen.curves[a]);
        }
    }
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
