#include "pipeline/plate_screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "formats/error.hpp"
#include "pipeline/error.hpp"
#include "pipeline/ledger.hpp"
#include "pipeline/measure_quality.hpp"
#include "pipeline/normalise_traits.hpp"
#include "pipeline/parallel.hpp"
#include "pipeline/result_tables.hpp"
#include "pipeline/score_strains.hpp"
#include "pipeline/stages/measure_traits.hpp"

namespace wellsieve::pipeline {
namespace {

void stop_if_asked(const std::atomic<bool>& stop) {
    if (stop)
        throw Interrupted();
}

void check_readouts(const Screen& screen) {
    std::vector<std::string> present;
    for (const NamedReadout& readout : screen.readouts)
        if (readout.read > 0)
            present.push_back(readout.name);
    for (const TraitOptions& trait : screen.options.traits)
        for (const std::string& wanted : {trait.readout, trait.per})
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

void measure_traits(Screen& screen) {
    const MeasureTraits measure{screen.options.traits, screen.readouts};
    std::vector<std::vector<PlateTrait>> measured(screen.plates.plates.size());
    parallel_for_index(measured.size(), [&](std::size_t p) {
        measured[p] = measure({&screen.plates.plates[p], &screen.readout_index[p]});
    });
    screen.traits.clear();
    for (std::size_t t = 0; t < screen.options.traits.size(); ++t) {
        TraitColumn column;
        column.options = screen.options.traits[t];
        for (const std::vector<PlateTrait>& of_plate : measured) {
            const PlateTrait& trait = of_plate[t];
            column.raw.insert(column.raw.end(), trait.raw.begin(), trait.raw.end());
            column.corrected.insert(column.corrected.end(), trait.corrected.begin(), trait.corrected.end());
            column.flags.insert(column.flags.end(), trait.flags.begin(), trait.flags.end());
        }
        screen.traits.push_back(std::move(column));
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
    score_strains(screen);
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
