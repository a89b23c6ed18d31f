#include "pipeline/plate_collection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>

#include "formats/error.hpp"

namespace wellsieve::pipeline {
namespace {

namespace plates = formats::plates;
using formats::FormatError;
using plates::Role;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// The run of digits at `at`, without leading zeros.
std::string_view digits_at(std::string_view text, std::size_t& at) {
    while (at < text.size() && text[at] == '0')
        ++at;
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at]))
        ++at;
    return text.substr(begin, at - begin);
}

std::string first_source(const PlateData& plate) {
    return plate.series.empty() ? std::string() : plate.series.front().source;
}

bool same_quantity(const ReadoutSeries& a, const ReadoutSeries& b) {
    return a.readout.same_as(b.readout) && a.read == b.read;
}

/// Whether one run of the plate ended before the other began.
bool follow_each_other(const ReadoutSeries& a, const ReadoutSeries& b) {
    return a.on_shared_clock && b.on_shared_clock &&
           (a.times_s.back() < b.times_s.front() || b.times_s.back() < a.times_s.front());
}

template <typename T>
void insert(std::vector<T>& into, const std::vector<T>& values, bool in_front) {
    into.insert(in_front ? into.begin() : into.end(), values.begin(), values.end());
}

void join_strains(const plates::StrainTable& table, const std::string& table_path,
                  std::vector<PlateData>& all) {
    std::map<std::string_view, const plates::StrainEntry*> by_name;
    for (const plates::StrainEntry& entry : table.strains)
        by_name.emplace(entry.strain, &entry);
    for (PlateData& plate : all)
        for (std::uint32_t i = 0; i < plate.wells.size(); ++i) {
            WellAnnotation& well = plate.wells[i];
            if (well.strain.empty() || well.role == Role::blank || well.role == Role::empty)
                continue;
            const auto found = by_name.find(well.strain);
            if (found == by_name.end())
                throw FormatError(table_path, "",
                                  fmt::format("has no strain '{}', which is in well {} of plate '{}'",
                                              well.strain, well_name(plate.shape.well(i)), plate.name));
            if (well.role == Role::sample && found->second->role)
                well.role = *found->second->role;
        }
}

/// What a layout names must be read, and what is read must be named. Wells that a layout calls empty may be
/// read or not.
void reject_mismatches(const PlateData& plate, std::vector<ScreenReject>& rejects) {
    if (plate.layout_path.empty())
        return;
    for (std::uint32_t i = 0; i < plate.wells.size(); ++i) {
        const WellAnnotation& well = plate.wells[i];
        const std::string place =
            fmt::format("plate '{}', well {}", plate.name, well_name(plate.shape.well(i)));
        if (plate.measured[i] && !well.in_layout)
            rejects.push_back(
                {"well", first_source(plate), place, fmt::format("is not in {}", plate.layout_path)});
        else if (!plate.measured[i] && well.in_layout && well.role != Role::empty)
            rejects.push_back({"layout", plate.layout_path, place, "has no measurement"});
    }
}

bool same_number(double a, double b) {
    return std::isnan(a) || std::abs(a - b) < 0.5;
}

bool fits(const ReadoutSelector& selector, const ReadoutSeries& series) {
    const plates::Readout& readout = series.readout;
    return (!selector.mode || *selector.mode == readout.mode) &&
           same_number(selector.wavelength_nm, readout.wavelength_nm) &&
           same_number(selector.excitation_nm, readout.excitation_nm) &&
           same_number(selector.emission_nm, readout.emission_nm) &&
           (selector.label.empty() || selector.label == readout.name) &&
           (selector.unit.empty() || readout.unit.empty() || selector.unit == readout.unit) &&
           (selector.read == 0 || selector.read == series.read);
}

/// What has no optics is told by its name.
bool is_named(const plates::Readout& readout) {
    return readout.mode == plates::Mode::online || readout.mode == plates::Mode::analyte;
}

std::string describe(const plates::Readout& readout) {
    std::string text(mode_name(readout.mode));
    for (double number : {readout.wavelength_nm, readout.excitation_nm, readout.emission_nm})
        if (!std::isnan(number))
            text += fmt::format(" {} nm", number);
    if (!readout.name.empty())
        text += fmt::format(" '{}'", readout.name);
    if (is_named(readout) && !readout.unit.empty())
        text += fmt::format(" [{}]", readout.unit);
    return text;
}

std::string automatic_name(const ReadoutSeries& series) {
    const plates::Readout& readout = series.readout;
    std::string name =
        is_named(readout) && !readout.name.empty() ? readout.name : std::string(mode_name(readout.mode));
    for (double number : {readout.wavelength_nm, readout.excitation_nm, readout.emission_nm})
        if (!std::isnan(number))
            name += fmt::format("_{}", number);
    return series.read > 1 ? fmt::format("{}_read{}", name, series.read) : name;
}

/// The index of the selector that a series fits, and that no other series of the plate fits.
std::optional<std::size_t> selector_of(const std::vector<ReadoutSelector>& selectors,
                                       const ReadoutSeries& series) {
    for (std::size_t i = 0; i < selectors.size(); ++i)
        if (fits(selectors[i], series))
            return i;
    return std::nullopt;
}

/// Two readouts of one quantity may differ in their labels or units alone.
void make_unique(std::vector<NamedReadout>& named) {
    std::map<std::string, int> seen;
    for (NamedReadout& readout : named)
        if (const int count = ++seen[readout.name]; count > 1)
            readout.name += fmt::format("_{}", count);
}

std::size_t times_of(const ReadoutSeries& series) {
    return series.stored ? series.stored->times : series.times_s.size();
}

/// Reads that stand twice at some times only are no second reading of the plate, but rows that are wrong.
void refuse_repeated_times(const ReadoutSeries& once, const ReadoutSeries& again, const PlateData& plate) {
    if (!again.readout.same_as(once.readout) || again.source != once.source ||
        times_of(again) >= times_of(once))
        return;
    throw FormatError(
        again.source, fmt::format("plate '{}'", plate.name),
        fmt::format(
            "{} of {} times stand twice for {}{}: rows are repeated, or time runs backwards; a file "
            "that holds several runs must be taken apart, one run a file",
            times_of(again), times_of(once), describe(once.readout),
            again.times_s.empty() ? "" : fmt::format(", the first of them {} s", again.times_s.front())));
}

void check_unambiguous(const std::vector<ReadoutSelector>& selectors, const PlateData& plate) {
    for (const ReadoutSelector& selector : selectors) {
        std::vector<std::string> fitting;
        const ReadoutSeries* once = nullptr;
        for (const ReadoutSeries& series : plate.series) {
            if (!fits(selector, series))
                continue;
            if (once != nullptr)
                refuse_repeated_times(*once, series, plate);
            once = &series;
            fitting.push_back(fmt::format("{} read {}", describe(series.readout), series.read));
        }
        if (fitting.size() > 1)
            throw FormatError(
                first_source(plate), fmt::format("plate '{}'", plate.name),
                fmt::format(
                    "readout '{}' fits {} readings: {}; tell them apart by wavelength, label, unit or read "
                    "(read 2 also begins where a time stands in the file twice)",
                    selector.name, fitting.size(), fmt::join(fitting, ", ")));
    }
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        if (is_digit(a[i]) && is_digit(b[j])) {
            const std::string_view x = digits_at(a, i);
            const std::string_view y = digits_at(b, j);
            if (x.size() != y.size())
                return x.size() < y.size();
            if (x != y)
                return x < y;
        } else if (a[i] != b[j]) {
            return a[i] < b[j];
        } else {
            ++i;
            ++j;
        }
    }
    if (i < a.size() || j < b.size())
        return j < b.size();
    return a < b;
}

void PlateCollection::limit_memory(std::size_t memory_bytes, std::filesystem::path folder) {
    cells_ = CellStore(memory_bytes, std::move(folder));
}

PlateData PlateCollection::whole(std::size_t plate) const {
    PlateData copy = plates[plate];
    for (ReadoutSeries& series : copy.series)
        cells_.restore(series);
    return copy;
}

void PlateCollection::add_series(std::size_t plate, ReadoutSeries series) {
    std::vector<bool>& measured = plates[plate].measured;
    measured.resize(plates[plate].shape.wells());
    for (std::size_t cell = 0; cell < series.flags.size(); ++cell)
        if (series.flags[cell] != absent && series.flags[cell] != formats::plates::Flag::not_measured)
            measured[cell % measured.size()] = true;
    cells_.keep(series);
    plates[plate].series.push_back(std::move(series));
}

void PlateCollection::add(PlateBatch batch) {
    inputs.push_back(std::move(batch.input));
    for (PlateData& plate : batch.plates) {
        for (ReadoutSeries& series : plate.series)
            cells_.keep(series);
        plates.push_back(std::move(plate));
    }
    std::move(batch.rejects.begin(), batch.rejects.end(), std::back_inserter(rejects));
    std::move(batch.set_aside.begin(), batch.set_aside.end(), std::back_inserter(set_aside));
}

/// Runs that follow each other are one curve.
void PlateCollection::join_runs(ReadoutSeries& series, ReadoutSeries run, const PlateData& plate) {
    const bool put_aside = series.stored || run.stored;
    cells_.restore(series);
    cells_.restore(run);
    if (!follow_each_other(series, run))
        throw FormatError(
            run.source, fmt::format("plate '{}'", plate.name),
            fmt::format("{} has the same reading of this plate; a plate_list says which file is which "
                        "plate and replicate, and by start_h which run of a plate came when",
                        series.source));
    const bool earlier = run.times_s.back() < series.times_s.front();
    insert(series.times_s, run.times_s, earlier);
    insert(series.temperature_c, run.temperature_c, earlier);
    insert(series.values, run.values, earlier);
    insert(series.flags, run.flags, earlier);
    if (put_aside)
        cells_.put_aside(series);
}

void PlateCollection::merge_into(PlateData& plate, PlateData part) {
    if (plate.shape != part.shape)
        throw FormatError(first_source(part), fmt::format("plate '{}'", part.name),
                          fmt::format("has {} wells here and {} in {}", part.shape.wells(),
                                      plate.shape.wells(), first_source(plate)));
    if (plate.vessels.empty())
        plate.vessels = std::move(part.vessels);
    for (std::size_t well = 0; well < part.measured.size(); ++well)
        plate.measured[well] = plate.measured[well] || part.measured[well];
    for (ReadoutSeries& series : part.series) {
        const auto twin =
            std::find_if(plate.series.begin(), plate.series.end(),
                         [&](const ReadoutSeries& other) { return same_quantity(other, series); });
        if (twin == plate.series.end())
            plate.series.push_back(std::move(series));
        else
            join_runs(*twin, std::move(series), plate);
    }
}

/// Makes one plate of the parts that have its name, in natural order of the names.
void PlateCollection::merge() {
    std::stable_sort(plates.begin(), plates.end(), [](const PlateData& a, const PlateData& b) {
        if (a.name != b.name)
            return natural_less(a.name, b.name);
        return first_source(a) < first_source(b);
    });
    std::vector<PlateData> merged;
    for (PlateData& part : plates)
        if (!merged.empty() && merged.back().name == part.name)
            merge_into(merged.back(), std::move(part));
        else
            merged.push_back(std::move(part));
    plates = std::move(merged);
}

void PlateCollection::finish(const plates::StrainTable* strains, const std::string& strain_table_path) {
    merge();
    if (strains != nullptr)
        join_strains(*strains, strain_table_path, plates);
    put_in_order();
}

void PlateCollection::report_mismatches() {
    for (const PlateData& plate : plates)
        reject_mismatches(plate, rejects);
    put_in_order();
}

void PlateCollection::put_in_order() {
    std::sort(inputs.begin(), inputs.end(),
              [](const InputFile& a, const InputFile& b) { return natural_less(a.path, b.path); });
    std::sort(rejects.begin(), rejects.end());
}

std::vector<NamedReadout> name_readouts(const std::vector<ReadoutSelector>& selectors,
                                        std::vector<PlateData>& plates,
                                        std::vector<std::vector<std::uint32_t>>& index) {
    std::vector<NamedReadout> named;
    for (const ReadoutSelector& selector : selectors)
        named.push_back({selector.name, {}, 0});  // keeps its place until a series is found for it
    index.clear();
    for (PlateData& plate : plates) {
        check_unambiguous(selectors, plate);
        std::vector<std::uint32_t>& of_plate = index.emplace_back();
        for (ReadoutSeries& series : plate.series) {
            if (const auto selected = selector_of(selectors, series)) {
                if (series.readout.unit.empty())
                    series.readout.unit = selectors[*selected].unit;
                if (named[*selected].read == 0)
                    named[*selected] = {selectors[*selected].name, series.readout, series.read};
                of_plate.push_back(static_cast<std::uint32_t>(*selected));
                continue;
            }
            const auto known =
                std::find_if(named.begin() + static_cast<std::ptrdiff_t>(selectors.size()), named.end(),
                             [&](const NamedReadout& other) {
                                 return other.readout.same_as(series.readout) && other.read == series.read;
                             });
            of_plate.push_back(static_cast<std::uint32_t>(known - named.begin()));
            if (known == named.end())
                named.push_back({automatic_name(series), series.readout, series.read});
        }
    }
    make_unique(named);
    for (std::size_t i = 0; i < plates.size(); ++i) {
        std::vector<std::size_t> order(index[i].size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return index[i][a] < index[i][b]; });
        std::vector<ReadoutSeries> series;
        for (std::size_t k : order)
            series.push_back(std::move(plates[i].series[k]));
        plates[i].series = std::move(series);
        std::sort(index[i].begin(), index[i].end());
    }
    return named;
}

}  // namespace wellsieve::pipeline
